/**
 * Scans emitted JavaScript for everything that Espruino cannot read, lacks, or silently does differently. It reads what ships,
 * after the minifier, because a minifier can bring back what the source avoids.
 */
import { parse } from "acorn";
import type { AnyNode, Options } from "acorn";
import type { Problem } from "../compile/problem";
import { memberRules } from "./members";
import { orderRules, readNames } from "./order";
import { readSourceMap } from "./source-map";
import { syntaxRules } from "./syntax";
import { isFunction, walk } from "./tree";
import type { Find, Finding } from "./tree";

export interface ScanOptions {
  /** Source map (version 3, JSON) of the code: findings then name the TypeScript file and line. */
  readonly map?: string;
  /** What the code is called where no map says better. */
  readonly file?: string;
}

const settings: Options = { ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: false };

/** Functions that are called where they stand. */
function immediateFunctions(program: AnyNode): Set<AnyNode> {
  const found = new Set<AnyNode>();
  walk(program, (node) => {
    if (node.type === "CallExpression" && isFunction(node.callee as AnyNode)) found.add(node.callee as AnyNode);
  });
  return found;
}

function checkBytes(code: string, find: Find): void {
  for (let at = 0; at < code.length; at += 1) {
    if (code.charCodeAt(at) > 127) {
      find({ start: at }, "non-ascii", "A character that is not ASCII is several characters on a board: write \\xNN for bytes.");
      return;
    }
  }
}

function findings(code: string): Finding[] {
  const found: Finding[] = [];
  const find: Find = ({ start }, rule, message) => found.push({ at: start, rule, message });
  checkBytes(code, find);
  let program: AnyNode & { type: "Program" };
  try {
    program = parse(code, {
      ...settings,
      onComment: (_isBlock, _text, start) => {
        if (!code.startsWith("/", start)) find({ start }, "html-comment", "<!-- and --> are no comments for Espruino: put a blank between the operators.");
      },
    }) as AnyNode & { type: "Program" };
  } catch (error) {
    const { pos, message } = error as { pos?: number; message: string };
    find({ start: pos ?? 0 }, "syntax", `The script cannot be read (${message}): this is a fault of the build.`);
    return found;
  }
  const names = readNames(program);
  const syntax = syntaxRules(code, find);
  const members = memberRules((name) => names.isGlobal(name), find);
  walk(program, (node, parents) => {
    syntax(node, parents);
    members(node, parents);
  });
  orderRules(program, names, immediateFunctions(program), find);
  return found.sort((a, b) => a.at - b.at);
}

/** Everything in the code that a board would choke on, in the order of the code. */
export function scanEspruino(code: string, options: ScanOptions = {}): Problem[] {
  const original = options.map === undefined ? undefined : readSourceMap(options.map);
  return findings(code).map(({ at, rule, message }) => {
    const before = code.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n") - 1;
    const place = original?.(line, column) ?? { file: options.file ?? "script", line, column: column + 1 };
    return { ...place, rule, message };
  });
}
