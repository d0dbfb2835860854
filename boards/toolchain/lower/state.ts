/**
 * The lowering of one file under way: the walk that copies what stays and asks the handlers for what changes, the temporaries
 * of the functions around the present place, the helpers that the text needs, and what was found wrong.
 *
 * Every piece of text that stands for a piece of source has as many line ends as it, so that no line of the file moves.
 */
import ts from "typescript";
import type { Problem } from "../compile/problem";
import { lineEnds, onOneLine } from "./lines";
import type { Types } from "./types";

/** Answers the text that stands for the node, or undefined when the node is copied, its children lowered. */
export type Handler = (node: ts.Node, state: State) => string | undefined;

export class State {
  readonly problems: Problem[] = [];
  /** Texts decided in advance for nodes: the base of an optional chain that is already known to be there. */
  readonly given = new Map<ts.Node, string>();
  /** Links of optional chains whose base is known to be there. */
  readonly opened = new Set<ts.Node>();
  /** Whole chains whose last question is answered. */
  readonly answered = new Set<ts.Node>();
  /** New names of variables, by their symbols. */
  readonly renamed = new Map<ts.Symbol, string>();
  /** Variables that say that the loop around a switch goes on, by the switch. */
  readonly leaving = new Map<ts.Node, string>();
  /** Helpers in use, by the module that has them. */
  readonly helpers = new Map<string, Set<string>>();
  private readonly scopes: string[][] = [[]];
  private readonly prefix: string;
  private count = 0;

  constructor(
    readonly source: ts.SourceFile,
    readonly types: Types,
    private readonly handlers: ReadonlyMap<ts.SyntaxKind, Handler>,
  ) {
    // Names that begin so are free in this file.
    let prefix = "_t";
    while (source.text.includes(prefix)) prefix += "t";
    this.prefix = prefix;
  }

  /** A name that the file does not have. */
  fresh(): string {
    this.count += 1;
    return `${this.prefix}${this.count}`;
  }

  /** A fresh variable of the function around, declared at its start. */
  temporary(): string {
    const name = this.fresh();
    this.scopes.at(-1)!.push(name);
    return name;
  }

  /** Runs `emit` as the inside of a function, and answers its text with the temporaries that it wants. */
  inFunction(emit: () => string): { text: string; temporaries: readonly string[] } {
    this.scopes.push([]);
    const text = emit();
    return { text, temporaries: this.scopes.pop()! };
  }

  /** The temporaries of the module itself. */
  get ofModule(): readonly string[] {
    return this.scopes[0]!;
  }

  /** The name under which the file knows a helper of firmware/base. */
  helper(module: string, name: string): string {
    const names = this.helpers.get(module) ?? new Set();
    this.helpers.set(module, names.add(name));
    return `${this.prefix}_${name}`;
  }

  problem(node: ts.Node, rule: string, message: string): void {
    const { line, character } = this.source.getLineAndCharacterOfPosition(node.getStart(this.source));
    this.problems.push({ file: this.source.fileName, line: line + 1, column: character + 1, rule, message });
  }

  /** The line ends of a piece of source that is left out. */
  gap(from: number, to: number): string {
    return "\n".repeat(lineEnds(this.source.text.slice(from, to)));
  }

  /** `text` with the line ends of the piece of source that it stands for. */
  fit(text: string, from: number, to: number): string {
    const wanted = lineEnds(this.source.text.slice(from, to));
    const short = lineEnds(text) > wanted ? onOneLine(text) : text;
    return short + "\n".repeat(wanted - lineEnds(short));
  }

  start(node: ts.Node): number {
    return node.getStart(this.source);
  }

  raw(node: ts.Node): string {
    return this.source.text.slice(this.start(node), node.end);
  }

  emit(node: ts.Node): string {
    const given = this.given.get(node);
    if (given !== undefined) return given;
    const lowered = this.handlers.get(node.kind)?.(node, this);
    return lowered === undefined ? this.copy(node) : this.fit(lowered, this.start(node), node.end);
  }

  /** The text of a whole optional chain whose last question is answered; the lines of its base may be elsewhere. */
  emitOpened(node: ts.Node): string {
    this.answered.add(node);
    const text = this.handlers.get(node.kind)?.(node, this) ?? this.copy(node);
    this.answered.delete(node);
    return text;
  }

  /** The node's own text with its children lowered. */
  copy(node: ts.Node): string {
    let text = "";
    let position = this.start(node);
    ts.forEachChild(node, (child) => {
      const start = this.start(child);
      if (start < position) return;
      text += this.source.text.slice(position, start) + this.emit(child);
      position = child.end;
    });
    return text + this.source.text.slice(position, node.end);
  }

  /** Lowered nodes one after the other with line ends between them as in the source, glued by `glue`. */
  list(nodes: readonly ts.Node[], glue = ", "): string {
    let text = "";
    nodes.forEach((node, index) => {
      const before = nodes[index - 1];
      text += (before === undefined ? "" : glue + this.gap(before.end, this.start(node))) + this.emit(node);
    });
    return text;
  }
}
