/**
 * What the type checker knows of nodes of the Lua tree, noted while typescript-to-lua makes them. Singletons are what there
 * is one of in an image (boards/toolchain/compile/specialise): their fields become variables of the program, and a value
 * that is one says nothing.
 */
import ts from "typescript";
import type { Node } from "typescript-to-lua";
import type { Singletons } from "../specialise/singletons";
import type { Knowledge, Slot } from "./tree";

export type { Slot } from "./tree";

export class Facts {
  private readonly types = new WeakMap<Node, Knowledge>();
  private readonly silent = new WeakSet<Node>();
  private readonly foreign = new WeakSet<Node>();
  private readonly bareOnes = new WeakSet<Node>();
  private readonly placed = new WeakMap<Node, Slot>();
  private readonly hung = new WeakMap<Node, Slot>();
  private readonly spreads = new WeakMap<Node, ReadonlyMap<string, Slot>>();
  private readonly left = new WeakMap<Node, readonly boolean[]>();

  know(node: Node, knowledge: Knowledge): void {
    this.types.set(node, knowledge);
  }
  known(node: Node): Knowledge | undefined {
    return this.types.get(node);
  }
  /** Notes a function whose result nobody looks at. */
  hush(node: Node): void {
    this.silent.add(node);
  }
  isSilent(node: Node): boolean {
    return this.silent.has(node);
  }
  /** Notes a field that the engine declares. */
  disown(node: Node): void {
    this.foreign.add(node);
  }
  isForeign(node: Node): boolean {
    return this.foreign.has(node);
  }
  /** Notes an expression whose value is a singleton. */
  bare(node: Node): void {
    this.bareOnes.add(node);
  }
  isBare(node: Node): boolean {
    return this.bareOnes.has(node);
  }
  /** Notes the variable that a field of a singleton is. */
  place(node: Node, slot: Slot): void {
    this.placed.set(node, slot);
  }
  slot(node: Node): Slot | undefined {
    return this.placed.get(node);
  }
  /** Notes what an access hangs on, for the one that typescript-to-lua keeps in a variable of its own, as it does for `a.b.c += 1`. */
  hang(node: Node, slot: Slot): void {
    this.hung.set(node, slot);
  }
  slotOn(node: Node): Slot | undefined {
    return this.hung.get(node);
  }
  /** Notes the variables that the fields of a singleton's literal are. */
  spread(node: Node, slots: ReadonlyMap<string, Slot>): void {
    this.spreads.set(node, slots);
  }
  slots(node: Node): ReadonlyMap<string, Slot> | undefined {
    return this.spreads.get(node);
  }
  /** Notes the arguments of a call that nobody takes. */
  leaveOut(node: Node, gone: readonly boolean[]): void {
    this.left.set(node, gone);
  }
  gone(node: Node): readonly boolean[] | undefined {
    return this.left.get(node);
  }
}

/** What a file's source says of singletons by place, where typescript-to-lua makes nodes anew. */
export interface Places {
  /** Variables and parameters that hold a singleton, and so nothing: "line:column" of their names. */
  readonly gone: ReadonlySet<string>;
  /** The variables that fields of singletons are: "line:column:name", by the beginning of the access. */
  readonly slots: ReadonlyMap<string, Slot>;
}

export function placesOf(singletons: Singletons, file: ts.SourceFile): Places {
  const gone = new Set<string>();
  const slots = new Map<string, Slot>();
  const placeOf = (node: ts.Node): string => {
    const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
    return `${line}:${character}`;
  };
  const visit = (node: ts.Node): void => {
    const isGone = (ts.isParameter(node) && singletons.isGone(node)) || (ts.isVariableDeclaration(node) && singletons.isBare(singletons.checker.getTypeAtLocation(node)));
    if (isGone) gone.add(placeOf(node.name));
    const slot = ts.isPropertyAccessExpression(node) ? singletons.fieldOf(node) : undefined;
    if (slot !== undefined && ts.isPropertyAccessExpression(node)) slots.set(`${placeOf(node)}:${node.name.text}`, slot);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { gone, slots };
}
