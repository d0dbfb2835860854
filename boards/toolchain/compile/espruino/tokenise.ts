/**
 * The last step of an image: words of the language and operators of several characters become one byte each, as the interpreter's lexer
 * takes them (sim/engines/espruino/tokens.ts), and the blanks go that they needed as text. What a script says stays the same, token by
 * token. Texts, templates, regular expressions and names of properties stay as they are.
 */
import type { Node, Token } from "acorn";
import { parse } from "acorn";
import { simple } from "acorn-walk";
import { tokenOf } from "../../../../sim/engines/espruino/tokens";
import type { Edit } from "./edits";
import { movedIndex } from "./index-text";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";

/** Constants that a minifier writes as an operation, because their words are longer. */
const constants: Readonly<Record<string, string>> = { "void 0": "undefined", "!0": "true", "!1": "false" };

interface Anatomy {
  readonly tokens: readonly Token[];
  /** Where names of properties begin. */
  readonly names: ReadonlySet<number>;
  /** By where they begin, in their order; one may stand inside another. */
  readonly templates: readonly Node[];
  /** By where they begin. */
  readonly constants: ReadonlyMap<number, Edit>;
}

function anatomyOf(code: string): Anatomy {
  const tokens: Token[] = [];
  const names = new Set<number>();
  const templates: Node[] = [];
  const found = new Map<number, Edit>();
  const note = ({ computed, key }: { computed?: boolean; key: Node }): void => {
    if (computed !== true) names.add(key.start);
  };
  simple(parse(code, { ecmaVersion: 2022, onToken: tokens }), {
    MemberExpression: ({ computed, property }) => {
      if (!computed) names.add(property.start);
    },
    Property: note,
    MethodDefinition: note,
    PropertyDefinition: note,
    TemplateLiteral: (node) => {
      templates.push(node);
    },
    UnaryExpression: ({ start, end }) => {
      const word = constants[code.slice(start, end)];
      if (word !== undefined) found.set(start, { start, end, text: tokenOf(word)! });
    },
  });
  return { tokens, names, templates: templates.sort((one, other) => one.start - other.start), constants: found };
}

function tokenEdit(code: string, start: number, end: number): Edit | undefined {
  const byte = tokenOf(code.slice(start, end));
  return byte === undefined ? undefined : { start, end, text: byte };
}

/** The edits that tokenise a script, which is ASCII. */
export function tokenEdits(code: string): Edit[] {
  const anatomy = anatomyOf(code);
  const templates = [...anatomy.templates];
  const edits: Edit[] = [];
  let templateEnd = 0;
  let wasToken = false;
  let at = 0;
  for (const { start, end } of anatomy.tokens) {
    while (templates[0] !== undefined && templates[0].start <= start) templateEnd = Math.max(templateEnd, templates.shift()!.end);
    // The second half of a constant.
    if (start < at) continue;
    const isKept = start < templateEnd || anatomy.names.has(start);
    const edit = isKept ? undefined : (anatomy.constants.get(start) ?? tokenEdit(code, start, end));
    if ((wasToken || edit !== undefined) && /^ +$/.test(code.slice(at, start))) edits.push({ start: at, end: start, text: "" });
    if (edit !== undefined) edits.push(edit);
    wasToken = edit !== undefined;
    at = edit?.end ?? end;
  }
  return edits;
}

/** The script, tokenised. */
export function tokenise(script: Script): Script {
  return rewriteEdits(script, tokenEdits(script.code));
}

/** A file of pieces, tokenised, with an index that fits. */
export function tokenisePieces(script: Script): Script {
  const edits = tokenEdits(script.code);
  return rewriteEdits(script, [movedIndex(script.code, edits), ...edits]);
}
