/** How the body of a function becomes a block of its caller: with names of its own, and without leaving the caller where it returned. */
import type { AssignmentExpression, CallExpression, Expression, FunctionDeclaration, Identifier, IfStatement, Literal, Node, Property, Statement, UpdateExpression, VariableDeclarator } from "acorn";
import { ancestor, full, simple } from "acorn-walk";
import type { AncestorVisitors } from "acorn-walk";
import { editedParts, newText } from "./edits";
import type { Edit, Part } from "./edits";
import { isReference } from "./graph";

/** What becomes of what a function returns: the caller returns it, nobody wants it, or it goes into a variable. */
export type Fate = { readonly kind: "returned" } | { readonly kind: "dropped" } | { readonly kind: "kept"; readonly name: string };

export const isFunction = (node: Node): boolean => node.type.includes("Function");

export function holds(root: Node, isMeant: (node: Node) => boolean): boolean {
  let found = false;
  full(root, (node) => (found ||= isMeant(node)));
  return found;
}

/** Whether something in the statement returns from the function that it stands in. */
function returns(root: Node): boolean {
  let found = false;
  ancestor(root, {
    ReturnStatement(_node, _state, ancestors: Node[]) {
      found ||= !ancestors.some(isFunction);
    },
  });
  return found;
}

/** Whether the end of the statement is never reached. */
function ends(statement: Statement | null | undefined): boolean {
  if (statement?.type === "ReturnStatement" || statement?.type === "ThrowStatement") return true;
  if (statement?.type === "BlockStatement") return ends(statement.body.at(-1));
  return statement?.type === "IfStatement" && ends(statement.consequent) && ends(statement.alternate);
}

const listOf = (statement: Statement | null | undefined): Statement[] => (statement?.type === "BlockStatement" ? statement.body : statement ? [statement] : []);

/** The statements of a function, without the functions that stand inside it. */
const statementsOf = ({ body }: FunctionDeclaration): Statement[] => body.body.filter(({ type }) => type !== "FunctionDeclaration");

/** Names that a function declares, parameters and variables. */
function declaredIn(own: FunctionDeclaration): Set<string> {
  const names = new Set(own.params.map((each) => (each as Identifier).name));
  for (const statement of statementsOf(own)) {
    simple(statement, {
      VariableDeclarator({ id }) {
        if (id.type === "Identifier") names.add(id.name);
      },
    });
  }
  return names;
}

/** What is nothing but a number or a truth value. */
function literalOf(code: string, argument: Node | undefined): string | undefined {
  const isLiteral = argument?.type === "Literal" && ["number", "boolean"].includes(typeof (argument as Literal).value);
  return isLiteral ? `(${code.slice(argument.start, argument.end)})` : undefined;
}

/** The parameters that this call gives such a value and nothing gives another: the value can stand for their name. */
function constantsIn(code: string, own: FunctionDeclaration, call: CallExpression): ReadonlyMap<string, string> {
  const constants = new Map<string, string>();
  own.params.forEach((each, i) => {
    const text = literalOf(code, call.arguments[i]);
    if (text !== undefined) constants.set((each as Identifier).name, text);
  });
  const change = (node: Node): void => {
    if (node.type === "Identifier") constants.delete((node as Identifier).name);
  };
  full(own.body, (node) => {
    if (node.type === "AssignmentExpression") change((node as AssignmentExpression).left);
    if (node.type === "UpdateExpression") change((node as UpdateExpression).argument);
    if (node.type === "VariableDeclarator") change((node as VariableDeclarator).id);
  });
  return constants;
}

/** A function's body as statements of its caller. */
export class Body {
  private readonly renames: Edit[] = [];
  private readonly constants: ReadonlyMap<string, string>;

  constructor(code: string, private readonly own: FunctionDeclaration, private readonly call: CallExpression, private readonly suffix: string, private readonly fate: Fate) {
    const names = declaredIn(own);
    this.constants = constantsIn(code, own, call);
    const rename = (node: Identifier, _state: unknown, ancestors: Node[]): void => this.rename(names, node, ancestors.at(-2));
    // The walker knows names that are declared or assigned to by a type of their own, which its declarations leave out.
    ancestor(own, { Identifier: rename, VariablePattern: rename } as AncestorVisitors<unknown>);
  }

  private rename(names: ReadonlySet<string>, node: Identifier, parent: Node | undefined): void {
    if (!names.has(node.name) || !isReference(node, parent)) return;
    const isShort = parent?.type === "Property" && (parent as Property).shorthand;
    this.renames.push({ start: node.start, end: node.end, text: `${isShort ? `${node.name}:` : ""}${this.constants.get(node.name) ?? `${node.name}${this.suffix}`}` });
  }

  private copy(start: number, end: number): Part[] {
    return editedParts(this.renames, start, end);
  }

  private returned(argument: Expression | null | undefined): Part[] {
    if (!argument) return [];
    const start = this.fate.kind === "kept" ? `${this.fate.name}=` : "";
    return [newText(`${start}(`), ...this.copy(argument.start, argument.end), newText(");")];
  }

  /** Statements without what would leave the caller; undefined where they cannot be written so. */
  private written(statements: readonly Statement[]): Part[] | undefined {
    const parts: Part[] = [];
    for (const [i, each] of statements.entries()) {
      if (!returns(each)) {
        parts.push(...this.copy(each.start, each.end), newText("\n"));
      } else if (each.type === "ReturnStatement") {
        return [...parts, ...this.returned(each.argument)];
      } else if (each.type === "BlockStatement" && (ends(each) || i === statements.length - 1)) {
        const inner = this.written(each.body);
        return inner && [...parts, newText("{"), ...inner, newText("}")];
      } else {
        const rest = each.type === "IfStatement" ? this.branches(each, statements.slice(i + 1)) : undefined;
        return rest && [...parts, ...rest];
      }
    }
    return parts;
  }

  /** An `if` that returns somewhere: what follows it stands in the branch that goes on. */
  private branches({ test, consequent, alternate }: IfStatement, following: readonly Statement[]): Part[] | undefined {
    const goesOn = !ends(consequent);
    if (goesOn && following.length > 0 && !ends(alternate)) return undefined;
    const yes = this.written([...listOf(consequent), ...(goesOn ? following : [])]);
    const no = this.written([...listOf(alternate), ...(goesOn ? [] : following)]);
    if (yes === undefined || no === undefined) return undefined;
    return [newText("if("), ...this.copy(test.start, test.end), newText("){"), ...yes, newText("}"), ...(no.length > 0 ? [newText("else{"), ...no, newText("}")] : [])];
  }

  /** The block; undefined where there can be none. */
  block(): Part[] | undefined {
    const statements = statementsOf(this.own);
    const written = this.fate.kind === "returned" ? [...statements.flatMap(({ start, end }) => [...this.copy(start, end), newText("\n")]), ...(ends(statements.at(-1)) ? [] : [newText("return;")])] : this.written(statements);
    if (written === undefined) return undefined;
    const passed = this.own.params.flatMap((each, i) => {
      const value = this.call.arguments[i];
      if (this.constants.has((each as Identifier).name)) return [];
      return [newText(`let ${(each as Identifier).name}${this.suffix}`), ...(value === undefined ? [] : [newText("="), { start: value.start, end: value.end }]), newText(";")];
    });
    return [newText("{"), ...passed, ...written, newText("}")];
  }
}

/** Whether every way through the statements returns a value. */
export function alwaysGives(own: FunctionDeclaration): boolean {
  return ends(own.body) && !holds(own.body, (node) => node.type === "ReturnStatement" && !(node as { argument?: unknown }).argument);
}

