/**
 * The transformer: one source file of the program to the same without singletons. Fields become variables (`Thing$token`,
 * declared by the linker), functions or constants; parameters, arguments and locals that carried a singleton vanish; a value
 * that says only "there is one" becomes 1. Functions that take nothing from around them move to the top of their module,
 * so that they exist once, and an arrow that only passes its arguments on becomes the function that it calls.
 */
import ts from "typescript";
import { shortCall } from "./intrinsics";
import { markOf, marked, one } from "./nodes";
import type { Parameters } from "./parameters";
import { isPure, strip } from "./singletons";
import type { Singletons } from "./singletons";
import { isClosed } from "./sites";
import type { Sites, StaticField } from "./sites";

const { factory } = ts;

/** What moves to the top of a module, and what it needs from others. */
interface Module {
  readonly statements: ts.Statement[];
  /** Static fields used here that live in other modules: file to names. */
  readonly imports: Map<string, Set<string>>;
  lifted: number;
}

type AnyFunction = ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration;

export function specialise(singletons: Singletons, sites: Sites, parameters: Parameters): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => new Specialiser(singletons, sites, parameters, context, file).run();
}

class Specialiser {
  private readonly module: Module = { statements: [], imports: new Map(), lifted: 0 };

  constructor(
    private readonly singletons: Singletons,
    private readonly sites: Sites,
    private readonly parameters: Parameters,
    private readonly context: ts.TransformationContext,
    private readonly file: ts.SourceFile,
  ) {}

  run(): ts.SourceFile {
    const visited = ts.visitEachChild(this.file, this.visit, this.context);
    for (const [id, field] of this.sites.statics) if (field.file === this.file.fileName) this.define(id, field);
    const imports = [...this.module.imports].map(([file, names]) => {
      const specifiers = [...names].map((name) => factory.createImportSpecifier(false, undefined, factory.createIdentifier(name)));
      return factory.createImportDeclaration(undefined, factory.createImportClause(undefined, undefined, factory.createNamedImports(specifiers)), factory.createStringLiteral(file));
    });
    return factory.updateSourceFile(visited, [...imports, ...visited.statements, ...this.module.statements]);
  }

  private readonly visit = (node: ts.Node): ts.VisitResult<ts.Node | undefined> => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
    if (ts.isImportSpecifier(node)) return this.isImportGone(node) ? undefined : node;
    if (ts.isParameter(node)) return this.parameters.isGone(node) ? undefined : ts.visitEachChild(node, this.visit, this.context);
    if (ts.isVariableStatement(node)) return this.variables(node);
    if (ts.isFunctionDeclaration(node)) return this.functionDeclaration(node);
    const taken = this.sites.live.taken(node);
    if (taken !== node) return taken === undefined ? factory.createEmptyStatement() : this.visit(taken);
    if (ts.isBlock(node)) return factory.updateBlock(node, ts.visitNodes(factory.createNodeArray(this.sites.live.statements(node)), this.visit, ts.isStatement));
    if (ts.isReturnStatement(node) && node.expression !== undefined && this.singletons.isBareValue(node.expression)) {
      const effect = this.effect(node.expression);
      return [...(effect === undefined ? [] : [factory.createExpressionStatement(effect)]), factory.createReturnStatement(this.returnsBare(node) ? undefined : one())];
    }
    return ts.isExpression(node) ? this.expression(node) : ts.visitEachChild(node, this.visit, this.context);
  };

  /** A function whose documentation marks it gets the directive by which the splitter knows it. */
  private functionDeclaration(node: ts.FunctionDeclaration): ts.FunctionDeclaration {
    // Modules that hand it on still name it.
    if (!this.sites.live.isReached(node)) return factory.updateFunctionDeclaration(node, node.modifiers, undefined, node.name, undefined, [], undefined, factory.createBlock([]));
    const visited = ts.visitEachChild(node, this.visit, this.context);
    const mark = markOf(node);
    return mark === undefined ? visited : marked(visited, mark);
  }

  private child<T extends ts.Node>(node: T): T {
    return ts.visitNode(node, this.visit) as T;
  }

  /** Whether the function around a return answers a singleton and nothing else. */
  private returnsBare(node: ts.Node): boolean {
    const around = ts.findAncestor(node, ts.isFunctionLike);
    const signature = around === undefined ? undefined : this.singletons.checker.getSignatureFromDeclaration(around as ts.SignatureDeclaration);
    return signature !== undefined && this.singletons.isBare(signature.getReturnType());
  }

  private expression(node: ts.Expression): ts.Node {
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)) {
      return this.singletons.isBareValue(node) ? this.value(node) : ts.visitEachChild(node, this.visit, this.context);
    }
    if (ts.isObjectLiteralExpression(node)) return this.literal(node);
    // A function that answers a singleton answers nothing any more.
    if (ts.isCallExpression(node)) return this.singletons.isBare(this.singletons.checker.getTypeAtLocation(node)) ? factory.createParenthesizedExpression(factory.createComma(this.call(node), one())) : this.call(node);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return this.lambda(node);
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && (this.singletons.isBareValue(node.left) || this.sites.isVain(node))) return this.effect(node.right) ?? one();
    if (ts.isPropertyAccessExpression(node)) {
      const field = this.singletons.fieldOf(node);
      if (field !== undefined) {
        const access = field.empty ? one() : this.reference(field.id);
        return isPure(node.expression) ? access : factory.createComma(this.child(node.expression), access);
      }
    }
    // A truth value takes a variable beside its name, a small number none.
    if (this.isStoredTruth(node)) return factory.createNumericLiteral(node.kind === ts.SyntaxKind.TrueKeyword ? 1 : 0);
    if (ts.isIdentifier(node) && this.isLocalValue(node)) {
      if (this.singletons.isBareValue(node)) return one();
      if (this.parameters.isAbsent(node)) return factory.createVoidZero();
      // A named constant is a variable in memory; written out, it stands in flash.
      const constant = this.sites.named(node);
      if (constant !== undefined) return constant;
    }
    return ts.visitEachChild(node, this.visit, this.context);
  }

  /** `true` or `false` on its way into a field of the framework that is declared boolean. */
  private isStoredTruth(node: ts.Expression): boolean {
    if (node.kind !== ts.SyntaxKind.TrueKeyword && node.kind !== ts.SyntaxKind.FalseKeyword) return false;
    const parent = node.parent;
    const isStored = ts.isPropertyAssignment(parent) || (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPropertyAccessExpression(parent.left));
    const type = isStored ? this.singletons.checker.getContextualType(node) : undefined;
    return type !== undefined && (type.flags & ts.TypeFlags.Boolean) !== 0 && this.singletons.isFramework(this.file.fileName);
  }

  /** A record of functions that another module exports is no variable there any more. */
  private isImportGone(node: ts.ImportSpecifier): boolean {
    const declaration = this.singletons.symbolOf(node.name)?.valueDeclaration;
    return declaration !== undefined && ts.isVariableDeclaration(declaration) && this.singletons.isBare(this.singletons.checker.getTypeAtLocation(declaration));
  }

  /** A variable or parameter as a value; not a name in a declaration. */
  private isLocalValue(node: ts.Identifier): boolean {
    const declaration = this.singletons.symbolOf(node)?.valueDeclaration;
    const declares = declaration !== undefined && (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration)) && declaration.name !== node;
    return declares;
  }

  /** A bare value: what evaluating it does, then 1. */
  private value(node: ts.Expression): ts.Expression {
    const effect = this.effect(node);
    return effect === undefined ? one() : factory.createComma(effect, one());
  }

  /** What evaluating a bare value does besides giving it; undefined for nothing. */
  private effect(node: ts.Expression): ts.Expression | undefined {
    if (isPure(node)) return undefined;
    const inner = strip(node);
    return ts.isCallExpression(inner) ? this.call(inner) : this.child(inner);
  }

  /** `const publisher = thing.publisher` says nothing; `const publisher = newPublisher(log)` makes one. */
  private variables(node: ts.VariableStatement): ts.VisitResult<ts.Node> {
    const kept: ts.VariableDeclaration[] = [];
    const effects: ts.Statement[] = [];
    for (const declaration of node.declarationList.declarations) {
      const isBare = ts.isIdentifier(declaration.name) && this.singletons.isBare(this.singletons.checker.getTypeAtLocation(declaration));
      if (!isBare) {
        kept.push(ts.visitEachChild(declaration, this.visit, this.context));
        continue;
      }
      const effect = declaration.initializer === undefined ? undefined : this.effect(declaration.initializer);
      if (effect !== undefined) effects.push(factory.createExpressionStatement(effect));
    }
    const list = factory.updateVariableDeclarationList(node.declarationList, kept);
    const modifiers = node.modifiers;
    return kept.length === 0 ? effects : [...effects, factory.updateVariableStatement(node, modifiers, list)];
  }

  private reference(id: string): ts.Expression {
    const field = this.sites.statics.get(id);
    if (field?.kind === "constant") return this.sites.literal(field.node as ts.Expression);
    const local = field?.file === this.file.fileName ? this.standsFor(field) : undefined;
    if (local !== undefined) return local;
    if (field !== undefined && field.file !== this.file.fileName) {
      const names = this.module.imports.get(field.file) ?? new Set();
      this.module.imports.set(field.file, names.add(id));
    }
    return factory.createIdentifier(id);
  }

  private literal(node: ts.ObjectLiteralExpression): ts.Expression {
    const type = this.singletons.literalType(node);
    if (type === undefined) return this.plainLiteral(node);
    const steps: ts.Expression[] = [];
    for (const property of node.properties) {
      const name = (property.name as ts.Identifier).text;
      const symbol = type.getProperty(name);
      const field = symbol === undefined ? undefined : this.singletons.field(symbol);
      const value = ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
      if (field === undefined || this.sites.statics.has(field.id)) continue;
      if (field.empty) {
        const effect = value === undefined ? undefined : this.effect(value);
        if (effect !== undefined) steps.push(effect);
      } else if (value !== undefined) {
        steps.push(factory.createAssignment(this.reference(field.id), this.shorthandOr(value)));
      }
    }
    return steps.length === 0 ? one() : factory.createParenthesizedExpression(factory.createCommaListExpression([...steps, one()]));
  }

  /** A shorthand's name is no expression of its own: its type is the variable's. */
  private shorthandOr(value: ts.Expression): ts.Expression {
    if (!ts.isShorthandPropertyAssignment(value.parent)) return this.child(value);
    const symbol = this.singletons.checker.getShorthandAssignmentValueSymbol(value.parent);
    const isBare = symbol !== undefined && this.singletons.isBare(this.singletons.checker.getTypeOfSymbol(symbol));
    return isBare ? one() : factory.createIdentifier((value as ts.Identifier).text);
  }

  private plainLiteral(node: ts.ObjectLiteralExpression): ts.Expression {
    const properties = node.properties.filter((property) => {
      const value = ts.isPropertyAssignment(property) ? property.initializer : undefined;
      if (value !== undefined && !isPure(value)) return true;
      const type = this.singletons.checker.getTypeAtLocation(property.name ?? property);
      return !this.singletons.isBare(type);
    });
    const kept = properties.map((property) => ts.visitEachChild(property, this.visit, this.context));
    return factory.updateObjectLiteralExpression(node, kept);
  }

  private call(node: ts.CallExpression): ts.Expression {
    const gone = this.parameters.goneArguments(node);
    const effects = node.arguments.flatMap((argument, i) => (gone[i] === true ? (this.effect(argument) ?? []) : []));
    const kept = node.arguments.filter((_argument, i) => gone[i] !== true).map((argument) => this.child(argument));
    const short = shortCall(this.singletons, node, kept);
    if (short !== undefined) return short;
    const call = factory.updateCallExpression(node, this.child(node.expression), undefined, kept);
    return effects.length === 0 ? call : factory.createParenthesizedExpression(factory.createCommaListExpression([...effects, call]));
  }

  private lambda(node: ts.ArrowFunction | ts.FunctionExpression): ts.Expression {
    if (!isClosed(this.singletons, node)) return ts.visitEachChild(node, this.visit, this.context);
    const parameters = node.parameters.filter((each) => !this.parameters.isGone(each));
    const direct = this.passedOn(node, parameters);
    if (direct !== undefined) return direct;
    const around = ts.findAncestor(node, (each) => ts.isFunctionDeclaration(each) && each.name !== undefined) as ts.FunctionDeclaration | undefined;
    const name = factory.createIdentifier(`${around?.name?.text ?? "main"}$${(this.module.lifted += 1)}`);
    // What a cold function leaves behind for later is as rare as itself.
    const declared = this.declare(name, node, false);
    this.module.statements.push(around !== undefined && ["cold", "rare"].includes(markOf(around) ?? "") ? marked(declared, "cold") : declared);
    return name;
  }

  /** The function that an arrow calls with its own arguments and nothing else, as `() => pump()` calls pump. */
  private passedOn(node: ts.ArrowFunction | ts.FunctionExpression, parameters: readonly ts.ParameterDeclaration[]): ts.Expression | undefined {
    const body = ts.isBlock(node.body) ? undefined : strip(node.body);
    if (body === undefined || !ts.isCallExpression(body)) return undefined;
    const gone = this.parameters.goneArguments(body);
    const passed = body.arguments.filter((_argument, i) => gone[i] !== true);
    if (body.arguments.some((argument, i) => gone[i] === true && !isPure(argument)) || passed.length !== parameters.length) return undefined;
    const same = passed.every((argument, i) => ts.isIdentifier(argument) && argument.text === (parameters[i]!.name as ts.Identifier).text);
    const declared = this.singletons.checker.getResolvedSignature(body)?.getDeclaration().parameters.filter((each) => !this.parameters.isGone(each)) ?? [];
    if (!same || declared.length !== parameters.length) return undefined;
    if (ts.isIdentifier(body.expression)) {
      const declaration = this.singletons.symbolOf(body.expression)?.valueDeclaration;
      return declaration !== undefined && ts.isFunctionDeclaration(declaration) ? body.expression : undefined;
    }
    const field = ts.isPropertyAccessExpression(body.expression) ? this.singletons.fieldOf(body.expression) : undefined;
    const isFunction = field !== undefined && this.sites.statics.has(field.id);
    return isFunction ? this.reference(field.id) : undefined;
  }

  private declare(name: ts.Identifier, node: AnyFunction, isExported: boolean): ts.FunctionDeclaration {
    const parameters = node.parameters.filter((each) => !this.parameters.isGone(each)).map((each) => factory.createParameterDeclaration(undefined, undefined, each.name));
    const body = node.body as ts.ConciseBody;
    const block = ts.isBlock(body) ? this.child(body) : this.conciseBody(node, body);
    const modifiers = isExported ? [factory.createModifier(ts.SyntaxKind.ExportKeyword)] : undefined;
    return factory.createFunctionDeclaration(modifiers, undefined, name, undefined, parameters, undefined, block);
  }

  private conciseBody(node: AnyFunction, body: ts.Expression): ts.Block {
    const signature = this.singletons.checker.getSignatureFromDeclaration(node);
    const isVoid = signature !== undefined && ((signature.getReturnType().flags & ts.TypeFlags.Void) !== 0 || this.singletons.isBare(signature.getReturnType()));
    const value = this.child(body);
    return factory.createBlock([isVoid ? factory.createExpressionStatement(value) : factory.createReturnStatement(value)]);
  }

  /** Puts a function at the end of its module; constants are written out where they are used. */
  private define(id: string, field: StaticField): void {
    const other = this.standsFor(field);
    // What an arrow passes on to is always a function with a name.
    if (other !== undefined) this.alias(id, (other as ts.Identifier).text);
    else if (field.kind === "function") this.module.statements.push(this.declare(factory.createIdentifier(id), field.node as AnyFunction, true));
  }

  /** The function that a field of this module is another name for, because it is that, or an arrow that only passes on; undefined for any other. */
  private standsFor({ kind, node }: StaticField): ts.Expression | undefined {
    if (kind === "alias") return factory.createIdentifier((node as ts.Identifier).text);
    if (kind !== "function" || !ts.isArrowFunction(node)) return undefined;
    return this.passedOn(node, node.parameters.filter((each) => !this.parameters.isGone(each)));
  }

  /** The field is a function of this module, or of one that it imports: another name for it, and no value of its own. */
  private alias(id: string, name: string): void {
    const specifier = factory.createExportSpecifier(false, name, id);
    this.module.statements.push(factory.createExportDeclaration(undefined, false, factory.createNamedExports([specifier])));
  }
}
