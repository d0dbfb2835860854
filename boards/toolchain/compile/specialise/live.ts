/**
 * What of a program can run: the functions that its entry and its apps lead to, without the branches that a constant of this
 * image rules out. What cannot run sets no field, calls nobody, and is not emitted.
 */
import ts from "typescript";
import type { Singletons } from "./singletons";

/** Whether a condition holds for good; undefined for one that may change. */
export type Truth = (condition: ts.Expression) => boolean | undefined;

export class Live {
  /** Functions of the framework that are reached; undefined as long as all count. */
  private functions: ReadonlySet<ts.Node> | undefined;

  constructor(
    private readonly singletons: Singletons,
    private readonly truth: Truth,
  ) {}

  /** What stands for a statement or an expression whose condition is known: the branch that runs, undefined for none; for any other node itself. */
  taken(node: ts.Node): ts.Node | undefined {
    if (ts.isIfStatement(node)) return this.chosen(node, node.expression, node.thenStatement, node.elseStatement);
    if (ts.isConditionalExpression(node)) return this.chosen(node, node.condition, node.whenTrue, node.whenFalse);
    if (!ts.isBinaryExpression(node)) return node;
    if (node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return this.chosen(node, node.left, node.right, node.left);
    return node.operatorToken.kind === ts.SyntaxKind.BarBarToken ? this.chosen(node, node.left, node.left, node.right) : node;
  }

  private chosen(node: ts.Node, condition: ts.Expression, whenTrue: ts.Node, whenFalse: ts.Node | undefined): ts.Node | undefined {
    const truth = this.truth(condition);
    return truth === undefined ? node : truth ? whenTrue : whenFalse;
  }

  /** The statements of a block up to the one behind which nothing runs. */
  statements({ statements }: ts.Block): readonly ts.Statement[] {
    const last = statements.findIndex((each) => this.ends(each));
    // A function may be called before it is declared.
    return last < 0 || statements.slice(last + 1).some(ts.isFunctionDeclaration) ? statements : statements.slice(0, last + 1);
  }

  private ends(statement: ts.Statement): boolean {
    const taken = this.taken(statement);
    if (taken === undefined) return false;
    return ts.isReturnStatement(taken) || ts.isThrowStatement(taken) || (ts.isBlock(taken) && taken.statements.some((each) => this.ends(each)));
  }

  /** False for a function of the framework that nothing leads to. */
  isReached(node: ts.Node): boolean {
    return this.functions === undefined || this.functions.has(node) || !this.isOwn(node);
  }

  private isOwn(node: ts.Node): boolean {
    return ts.isFunctionDeclaration(node) && ts.isSourceFile(node.parent) && this.singletons.isFramework(node.parent.fileName);
  }

  /** Calls `visit` for everything in a file that can run, and does no more than name types. */
  each(file: ts.SourceFile, visit: (node: ts.Node) => void): void {
    for (const statement of file.statements) if (this.isReached(statement)) this.walk(statement, visit);
  }

  private walk(node: ts.Node, visit: (node: ts.Node) => void): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const taken = this.taken(node);
    if (taken === undefined) return;
    if (taken !== node) return this.walk(taken, visit);
    visit(node);
    if (ts.isBlock(node)) for (const statement of this.statements(node)) this.walk(statement, visit);
    else ts.forEachChild(node, (child) => this.walk(child, visit));
  }

  /** Looks again at what is reached; false when that is as much as before. */
  narrow(files: readonly ts.SourceFile[]): boolean {
    const found = new Set<ts.Node>();
    const waiting: ts.Node[] = [];
    const note = (node: ts.Node): void => {
      const declaration = ts.isIdentifier(node) ? this.singletons.declarationOf(node) : undefined;
      if (declaration === undefined || declaration === node.parent || found.has(declaration) || !this.isOwn(declaration)) return;
      found.add(declaration);
      waiting.push(declaration);
    };
    for (const file of files) for (const statement of file.statements) if (!this.isOwn(statement)) this.walk(statement, note);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) this.walk(next, note);
    const before = this.functions?.size;
    this.functions = found;
    return before === undefined || found.size < before;
  }
}
