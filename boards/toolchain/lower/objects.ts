/**
 * Object literals with spreads and computed keys. A spread is written out, field by field, from its type; a computed key is set
 * after the others were.
 */
import ts from "typescript";
import { listModule } from "./methods";
import type { State } from "./state";
import { isTable } from "./tables";
import { bare, isPure, isSimple } from "./types";

/** A field on its way into a literal: the text of its value, and whether it may be left out without a trace. */
interface Entry {
  readonly key: string;
  readonly text: string;
  readonly pure: boolean;
  /** True for literals and functions: nothing changes them before they are used. */
  readonly steady: boolean;
}

const quoted = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

/** The name of a property that is known now, or undefined. */
export function staticName(name: ts.PropertyName | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) return name.text;
  if (ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression)) return name.expression.text;
  return undefined;
}

/** What a property that is no spread gives, as `key: value`. */
function propertyText(property: ts.ObjectLiteralElementLike, key: string, keepKey: boolean, state: State): string {
  const name = keepKey ? JSON.stringify(key) : quoted(key);
  if (ts.isShorthandPropertyAssignment(property)) return `${name}: ${state.emit(property.name)}`;
  if (ts.isPropertyAssignment(property)) return `${name}: ${state.emit(property.initializer)}`;
  return state.emit(property);
}

function purity(property: ts.ObjectLiteralElementLike): { pure: boolean; steady: boolean } {
  if (ts.isMethodDeclaration(property)) return { pure: true, steady: true };
  if (!ts.isPropertyAssignment(property)) return { pure: true, steady: false };
  const pure = isPure(property.initializer);
  return { pure, steady: pure && !namesVariable(bare(property.initializer)) };
}

function namesVariable(node: ts.Expression): boolean {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
}

/** The fields that a spread brings, each as it is read. */
function spreadEntries(spread: ts.SpreadAssignment, before: ReadonlyMap<string, Entry>, isWanted: (key: string) => boolean, state: State): Entry[] {
  const { checker } = state.types;
  const source = spread.expression;
  const type = state.types.of(source);
  const isKnown = (type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection();
  if (!isKnown || checker.getIndexInfosOfType(type).length > 0 || state.types.isListType(type)) {
    state.problem(spread, "spread-fields", "The fields of this value are not known when the device is built: write those that you want.");
    return [];
  }
  const isName = isSimple(source);
  const name = isName ? state.emit(source) : state.temporary();
  const properties = checker.getPropertiesOfType(type).filter((property) => isWanted(property.name));
  if (!isName && properties.length === 0) state.problem(spread, "spread-fields", "No field of this value is used: leave it out.");
  return properties.map((property, index) => {
    const from = index === 0 && !isName ? `(${name} = ${state.emit(source)})` : name;
    const read = `${from}.${property.name}`;
    const earlier = before.get(property.name);
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    if (earlier !== undefined && !earlier.pure) {
      state.problem(spread, "spread-order", `"${property.name}" is computed and then replaced by this spread: compute it before the literal.`);
    }
    const entry = { key: property.name, pure: isName, steady: false };
    if (!isOptional) return { ...entry, text: read };
    if (earlier === undefined) return { ...entry, text: `${read}!` };
    if (!isName && !earlier.steady) state.problem(spread, "spread-order", `"${property.name}" could change while this spread is computed: compute the spread before the literal.`);
    const declared = property.valueDeclaration as { type?: ts.TypeNode } | undefined;
    if (declared?.type !== undefined && state.types.mayBeUndefined(checker.getTypeFromTypeNode(declared.type))) {
      state.problem(spread, "spread-undefined", `"${property.name}" may be absent or undefined, which Lua cannot tell apart: write this field out.`);
    }
    return { ...entry, text: `${read} ?? ${earlier.text}` };
  });
}

/** True for what is known to the last field: a constant, or a value made here, whose type is that of a literal. */
function isExact(spread: ts.SpreadAssignment, state: State): boolean {
  const source = bare(spread.expression);
  const declaration = ts.isIdentifier(source) ? state.types.checker.getSymbolAtLocation(source)?.valueDeclaration : undefined;
  const isConstant = declaration === undefined || (ts.isVariableDeclaration(declaration) && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0);
  return isConstant && (state.types.of(source).getSymbol()?.declarations?.every(ts.isObjectLiteralExpression) ?? false);
}

/** Fields that the target type may have and the spread value's type does not name: JavaScript would copy them unseen. */
function checkHidden(node: ts.ObjectLiteralExpression, keys: ReadonlySet<string>, state: State): void {
  const wanted = state.types.checker.getContextualType(node);
  if (wanted === undefined || wanted.isUnion() || state.types.checker.getIndexInfosOfType(wanted).length > 0) return;
  const hidden = state.types.checker.getPropertiesOfType(wanted).find((property) => (property.flags & ts.SymbolFlags.Optional) !== 0 && !keys.has(property.name));
  if (hidden !== undefined) state.problem(node, "spread-hidden", `Whether the spread value has "${hidden.name}" is not known from its type: give the value the type of the result.`);
}

/** True when a later explicit property of the literal replaces what the entry gives. */
function replacedLater(properties: readonly ts.ObjectLiteralElementLike[], from: number, key: string): boolean {
  return properties.slice(from + 1).some((property) => !ts.isSpreadAssignment(property) && staticName(property.name) === key);
}

/** The static part of a literal. Line ends between properties stay where they are. */
function staticPart(node: ts.ObjectLiteralExpression, properties: readonly ts.ObjectLiteralElementLike[], keepKeys: boolean, state: State): string {
  const entries = new Map<string, Entry>();
  const texts = new Map<string, string>();
  let position = state.start(node);
  properties.forEach((property, index) => {
    const gap = state.gap(position, state.start(property));
    position = property.end;
    if (ts.isSpreadAssignment(property)) {
      const all = spreadEntries(property, entries, (key) => !replacedLater(properties, index, key), state);
      all.forEach((entry, place) => {
        entries.set(entry.key, entry);
        texts.delete(entry.key);
        const key = keepKeys ? JSON.stringify(entry.key) : quoted(entry.key);
        texts.set(entry.key, `${place === 0 ? gap : ""}${key}: ${entry.text}`);
      });
      if (all.length === 0) texts.set(`#${index}`, gap);
      return;
    }
    const key = staticName(property.name) ?? "";
    const text = propertyText(property, key, keepKeys, state);
    entries.set(key, { key, text: text.slice(text.indexOf(": ") + 2), ...purity(property) });
    texts.delete(key);
    texts.set(key, gap + text);
  });
  const shown = [...texts].filter(([key]) => !key.startsWith("#")).map(([, text]) => text);
  if (properties.some((property) => ts.isSpreadAssignment(property) && !isExact(property, state))) checkHidden(node, new Set(entries.keys()), state);
  return `{ ${shown.join(", ")} }`;
}

export function lowerObject(node: ts.Node, state: State): string | undefined {
  const literal = node as ts.ObjectLiteralExpression;
  const { properties } = literal;
  for (const property of properties) {
    if (property.name !== undefined && ts.isNumericLiteral(property.name)) state.problem(property, "number-key", "A number is no name of a field: use a list, or a text.");
  }
  const isDynamic = (property: ts.ObjectLiteralElementLike): boolean => property.name !== undefined && ts.isComputedPropertyName(property.name) && staticName(property.name) === undefined;
  const firstDynamic = properties.findIndex(isDynamic);
  const keepKeys = firstDynamic >= 0 || isTable(literal, state);
  const hasComputed = properties.some(({ name }) => name !== undefined && ts.isComputedPropertyName(name));
  if (!hasComputed && !properties.some(ts.isSpreadAssignment) && !(keepKeys && properties.length > 0)) return undefined;
  const fixed = firstDynamic < 0 ? properties : properties.slice(0, firstDynamic);
  let text = staticPart(literal, fixed, keepKeys, state);
  let position = fixed.at(-1)?.end ?? state.start(literal);
  for (const property of firstDynamic < 0 ? [] : properties.slice(firstDynamic)) {
    if (!isDynamic(property) || !ts.isPropertyAssignment(property)) {
      state.problem(property, "computed-order", "Fields with computed keys stand last in a literal: move this one up, or set it afterwards.");
      continue;
    }
    const key = (property.name as ts.ComputedPropertyName).expression;
    if (!state.types.isText(key)) state.problem(key, "number-key", "A computed key is a text: use a list for numbers.");
    text = `${state.helper(listModule, "withField")}(${text}, ${state.gap(position, state.start(property))}${state.emit(key)}, ${state.emit(property.initializer)})`;
    position = property.end;
  }
  return text;
}
