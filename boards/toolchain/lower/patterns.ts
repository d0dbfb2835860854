/**
 * Destructuring: a pattern becomes one declaration or assignment for each name in it, in order, each of them reading the one
 * value that was computed before.
 */
import ts from "typescript";
import { listModule } from "./methods";
import type { State } from "./state";
import { bare, isAssigned, isSimple } from "./types";

/** All names that a pattern binds. */
export function namesIn(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(element.name) : []));
}

/** True when a name of the pattern gets another value later: it is no constant. */
export function boundAgain(name: ts.BindingName, state: State): boolean {
  const { checker } = state.types;
  const symbols = new Set(namesIn(name).map((each) => checker.getSymbolAtLocation(each)));
  let again = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && isAssigned(node) && symbols.has(symbolOf(node, checker))) again = true;
    ts.forEachChild(node, visit);
  };
  visit(state.source);
  return again;
}

/** The variable that a name stands for, in `{ name }` too. */
export function symbolOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
}

/** `.name` or `["name"]`: how a property name is read. */
export function access(name: ts.PropertyName, state: State): string {
  if (ts.isIdentifier(name)) return `.${name.text}`;
  if (ts.isStringLiteralLike(name)) return `[${JSON.stringify(name.text)}]`;
  if (ts.isComputedPropertyName(name)) return `[${state.emit(name.expression)}]`;
  state.problem(name, "number-key", "A number is no name of a field: use a list, or a text.");
  return ".x";
}

/** The fields of a value that a rest takes: all of its type but those that were named before. */
function restFields(pattern: ts.Node, type: ts.Type, taken: ReadonlySet<string>, from: string, state: State): string {
  const { checker } = state.types;
  const isOpen = checker.getIndexInfosOfType(type).length > 0 || type.isUnion() || (type.flags & ts.TypeFlags.Object) === 0;
  if (isOpen) state.problem(pattern, "rest-record", "The fields of this value are not known when the device is built: read those that you want by name.");
  const fields = checker.getPropertiesOfType(type).filter((property) => !taken.has(property.name));
  const parts = fields.map((property) => {
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    return `${JSON.stringify(property.name).replace(/^"([A-Za-z_$][\w$]*)"$/, "$1")}: ${from}.${property.name}${isOptional ? "!" : ""}`;
  });
  return `{ ${parts.join(", ")} }`;
}

const withDefault = (value: string, initializer: ts.Expression | undefined, state: State): string =>
  initializer === undefined ? value : `${value} ?? ${parenthesised(initializer, state)}`;

/** Operators that bind less than `??`, or may not stand beside it, are put into parentheses. */
export function parenthesised(node: ts.Expression, state: State): string {
  const text = state.emit(node);
  return ts.isBinaryExpression(node) || ts.isConditionalExpression(node) || ts.isArrowFunction(node) ? `(${text})` : text;
}

/**
 * The declarators of a pattern whose value is `from`: `a = from.a`, and so on.
 *
 * @param keepLines true where the text stands in the place of the pattern, so that each name keeps its line
 */
export function bindings(pattern: ts.BindingPattern, from: string, state: State, keepLines = false): string[] {
  const all: string[] = [];
  const type = state.types.of(pattern);
  const taken = new Set<string>();
  let end = state.start(pattern);
  checkSource(pattern, type, ts.isArrayBindingPattern(pattern), state);
  pattern.elements.forEach((element, index) => {
    if (ts.isOmittedExpression(element)) return;
    const start = state.start(element);
    const text = bindElement(element, elementValue(element, index, { from, type, taken }, state), state, keepLines).join(", ");
    all.push(keepLines ? state.gap(end, start) + state.fit(text, start, element.end) : text);
    end = element.end;
  });
  return all;
}

/** One name, or one pattern inside the pattern, with its value. */
function bindElement({ name }: ts.BindingElement, value: string, state: State, keepLines: boolean): string[] {
  if (ts.isIdentifier(name)) return [`${name.text} = ${value}`];
  const part = state.fresh();
  return [`${part} = ${value}`, ...bindings(name, part, state, keepLines)];
}

interface PatternSource {
  readonly from: string;
  readonly type: ts.Type;
  /** Names of fields that were read. */
  readonly taken: Set<string>;
}

function elementValue(element: ts.BindingElement, index: number, { from, type, taken }: PatternSource, state: State): string {
  const { name, initializer, dotDotDotToken, propertyName } = element;
  if (ts.isArrayBindingPattern(element.parent)) {
    if (dotDotDotToken !== undefined) return `${state.helper(listModule, "sliceList")}(${from}, ${index})`;
    return withDefault(`${from}[${index}]${isSure(name, initializer, state)}`, initializer, state);
  }
  if (dotDotDotToken !== undefined) return restFields(element, type, taken, from, state);
  const key = propertyName ?? (name as ts.Identifier);
  if (ts.isIdentifier(key) || ts.isStringLiteral(key)) taken.add(key.text);
  return withDefault(from + (isOfTable(type, key, state) ? `[${JSON.stringify((key as ts.Identifier).text)}]` : access(key, state)), initializer, state);
}

/** True for a name that only an index signature promises. */
function isOfTable(type: ts.Type, key: ts.PropertyName, state: State): boolean {
  const { checker } = state.types;
  return ts.isIdentifier(key) && checker.getPropertyOfType(type, key.text) === undefined && checker.getIndexInfoOfType(type, ts.IndexKind.String) !== undefined;
}

/** `!` where the compiler knew, from the pattern, that the value is there; it would not know from the list alone. */
function isSure(name: ts.BindingName, initializer: ts.Expression | undefined, state: State): string {
  return initializer === undefined && ts.isIdentifier(name) && !state.types.mayBeUndefined(state.types.of(name)) ? "!" : "";
}

/** Only lists are taken apart by place, and only what is there. */
function checkSource(node: ts.Node, type: ts.Type, byPlace: boolean, state: State): void {
  if (byPlace && !state.types.parts(type).every((part) => state.types.isListType(part))) {
    state.problem(node, "destructuring", "Only a list is taken apart by [ ]: copy what you need with an index.");
  }
}

/** A name whose value cannot change between two reads: a constant, or a parameter that nothing assigns. */
function isSteady(node: ts.Expression, state: State): boolean {
  const name = bare(node);
  if (!ts.isIdentifier(name)) return false;
  const declaration = state.types.checker.getSymbolAtLocation(name)?.valueDeclaration;
  if (declaration === undefined) return false;
  if (ts.isVariableDeclaration(declaration) && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0) return true;
  return ts.isParameter(declaration) && ts.isIdentifier(declaration.name) && !boundAgain(declaration.name, state);
}

/** The declarators that a declaration with a pattern becomes. */
function lowerDeclaration(node: ts.VariableDeclaration, pattern: ts.BindingPattern, state: State): string[] {
  const initializer = node.initializer;
  // The head of a for-of, which loops.ts lowers, has none.
  if (initializer === undefined) return [];
  const list = bare(initializer);
  const elements = pattern.elements;
  const isDirect = ts.isArrayBindingPattern(pattern) && ts.isArrayLiteralExpression(list) && node.type === undefined;
  if (isDirect && !list.elements.some(ts.isSpreadElement) && !elements.some((each) => ts.isBindingElement(each) && each.dotDotDotToken !== undefined) && list.elements.length >= elements.length) {
    return direct(pattern, list.elements, state);
  }
  if (isSteady(initializer, state)) return bindings(pattern, state.emit(bare(initializer)), state);
  const from = state.fresh();
  const type = node.type === undefined ? "" : `: ${state.emit(node.type)}`;
  const names = bindings(pattern, from, state).map((each) => state.fit(each, 0, 0));
  return [`${from}${type} = ${state.emit(initializer)}`, ...names];
}

/** `[a, b] = [x, y]`: no list is made. All values are computed before any name gets its default. */
function direct(pattern: ts.ArrayBindingPattern, values: readonly ts.Expression[], state: State): string[] {
  const first: string[] = [];
  const second: string[] = [];
  values.forEach((value, index) => {
    const element = pattern.elements[index];
    if (element !== undefined && ts.isBindingElement(element) && ts.isIdentifier(element.name) && element.initializer === undefined) {
      first.push(`${element.name.text} = ${state.emit(value)}`);
      return;
    }
    const part = state.fresh();
    first.push(`${part} = ${state.emit(value)}`);
    if (element === undefined || ts.isOmittedExpression(element)) return;
    const filled = withDefault(part, element.initializer, state);
    if (ts.isIdentifier(element.name)) {
      second.push(`${element.name.text} = ${filled}`);
      return;
    }
    const inner = state.fresh();
    second.push(`${inner} = ${filled}`, ...bindings(element.name, inner, state));
  });
  return [...first, ...second];
}

export function lowerDeclarationList(node: ts.Node, state: State): string | undefined {
  if (!ts.isVariableDeclarationList(node) || node.declarations.every(({ name }) => ts.isIdentifier(name))) return undefined;
  const keyword = (node.flags & ts.NodeFlags.Const) !== 0 ? "const" : "let";
  let text = "";
  let position = state.start(node);
  const parts: string[] = [];
  for (const declaration of node.declarations) {
    const { name } = declaration;
    const before = state.gap(position, state.start(declaration));
    const all = ts.isIdentifier(name) ? [state.emit(declaration)] : lowerDeclaration(declaration, name, state);
    // A pattern of many lines ends where its value begins.
    const ahead = ts.isIdentifier(name) || declaration.initializer === undefined ? "" : state.gap(state.start(declaration), state.start(declaration.initializer));
    parts.push(...(all.length === 0 ? [] : [before + state.fit(ahead + all.join(", "), state.start(declaration), declaration.end)]));
    if (all.length === 0) text += before;
    position = declaration.end;
  }
  return `${keyword} ${parts.join(", ")}${text}`;
}

/** The assignments of a pattern on the left whose value is `from`. */
function assignments(target: ts.Expression, from: string, state: State): string[] {
  const type = state.types.of(target);
  const assign = (to: ts.Expression, value: string): string[] => {
    const inner = bare(to);
    if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.EqualsToken) return assign(inner.left, withDefault(value, inner.right, state));
    if (!ts.isObjectLiteralExpression(inner) && !ts.isArrayLiteralExpression(inner)) return [`${state.emit(to)} = ${value}`];
    const part = state.temporary();
    return [`${part} = ${value}`, ...assignments(inner, part, state)];
  };
  if (ts.isArrayLiteralExpression(target)) {
    return target.elements.flatMap((element, index) => {
      if (ts.isOmittedExpression(element)) return [];
      if (ts.isSpreadElement(element)) return assign(element.expression, `${state.helper(listModule, "sliceList")}(${from}, ${index})`);
      const hasDefault = ts.isBinaryExpression(bare(element));
      return assign(element, `${from}[${index}]${hasDefault ? "" : "!"}`);
    });
  }
  const taken = new Set<string>();
  return (target as ts.ObjectLiteralExpression).properties.flatMap((property) => {
    if (ts.isSpreadAssignment(property)) return assign(property.expression, restFields(property, type, taken, from, state));
    if (property.name !== undefined && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))) taken.add(property.name.text);
    if (ts.isPropertyAssignment(property)) return assign(property.initializer, from + access(property.name, state));
    if (!ts.isShorthandPropertyAssignment(property)) return [];
    return [`${property.name.text} = ${withDefault(`${from}.${property.name.text}`, property.objectAssignmentInitializer, state)}`];
  });
}

/** `[a, b] = [b, a]` and the like, as a statement; its value is used nowhere. */
export function lowerPatternAssignment(node: ts.BinaryExpression, state: State): string {
  const target = bare(node.left) as ts.ArrayLiteralExpression | ts.ObjectLiteralExpression;
  const value = bare(node.right);
  const isDirect = ts.isArrayLiteralExpression(target) && ts.isArrayLiteralExpression(value) && value.elements.length >= target.elements.length;
  if (isDirect && ![...target.elements, ...value.elements].some((each) => ts.isSpreadElement(each) || ts.isOmittedExpression(each))) {
    const names = value.elements.map(() => state.temporary());
    const first = value.elements.map((element, index) => {
      const end = value.elements[index - 1]?.end ?? state.start(node);
      return `${state.gap(end, state.start(element))}${names[index]} = ${state.emit(element)}`;
    });
    const second = target.elements.flatMap((element, index) => assignTo(element, names[index]!, state));
    return [...first, ...second].join(", ");
  }
  const from = isSimple(value) && isSteady(value, state) ? state.emit(value) : state.temporary();
  const first = from === state.raw(value) ? [] : [`${from} = ${state.emit(node.right)}`];
  return [...first, ...assignments(target, from, state)].join(", ");
}

function assignTo(element: ts.Expression, from: string, state: State): string[] {
  const inner = bare(element);
  if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.EqualsToken) return assignTo(inner.left, withDefault(from, inner.right, state), state);
  if (!ts.isObjectLiteralExpression(inner) && !ts.isArrayLiteralExpression(inner)) return [`${state.emit(element)} = ${from}`];
  const part = state.temporary();
  return [`${part} = ${from}`, ...assignments(inner, part, state)];
}
