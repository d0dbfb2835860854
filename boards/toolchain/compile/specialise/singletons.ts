/**
 * What there is one of in an image: one device, one link, one session, one of each port. The framework's source passes them
 * as structs, because ten thousand devices live in one simulator; an image has one, so its build makes their fields global
 * variables and functions, and drops the structs, the parameters that carried them and the records of functions.
 *
 * A type belongs here when no second struct of it is used while the first is in use. Making another one is then the same
 * as setting the first anew. A program that has a list of them has several of them, and then they are ordinary structs in it.
 */
import ts from "typescript";

const ports = ["Analog", "Checksum", "Clock", "Digital", "Dns", "Flash", "I2c", "Log", "Random", "System", "Tcp", "Udp", "Wifi"];

/** Interfaces of the framework, by name. */
export const singletonNames: ReadonlySet<string> = new Set([
  ...ports.map((name) => `${name}Port`),
  "Ports", "Board", "Build", "Boots", "Thing", "Publisher", "Supervisor", "TimeSync", "RamQueue", "RecordStore", "ReadingLog",
  "LinkDriver", "LinkSink", "Link", "MqttLink", "CoapLink", "WsLink", "MqttCarrier", "PlatformText", "MqttProfile", "CoapProfile", "CoapAsks", "WsProfile",
  "DownlinkSink", "MqttSession", "MqttSink", "MqttOptions", "CoapClient", "CoapSink", "CoapOptions",
  "WsSession", "WsSink", "WsOptions", "SioSession", "SioSink", "SioOptions",
  "Machine", "Host", "Pulse", "Watcher", "WatchDriver", "WatchLink", "WatchWs", "WatchSio", "WatchSink", "WatchTarget", "WatchedSink", "RealtimeProfile", "SocketioProfile", "LoginProfile",
]);

/** The types among them of which the framework's files of this program have a list. */
function plurals(files: readonly ts.SourceFile[], isFramework: (file: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isArrayTypeNode(node) && ts.isTypeReferenceNode(node.elementType)) found.add(node.elementType.typeName.getText());
    ts.forEachChild(node, visit);
  };
  for (const file of files) if (isFramework(file.fileName)) visit(file);
  return found;
}

/**
 * Stands between interface and field in the name of a field that holds whole numbers of 32 bits: a number, a member of an
 * enumeration, or a truth value, and never nothing. The framework's numbers are all of this kind (no integer above 2^31-1, no
 * fraction in a struct), so a layout may keep these fields in one typed array.
 */
export const wholeMark = "$$";

/** True when a field of the type holds nothing but whole numbers. */
function isWhole(type: ts.Type): boolean {
  return (type.isUnion() ? type.types : [type]).every(({ flags }) => (flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike)) !== 0);
}

/** A field of a singleton: who declares it, and the name that it has in the image. */
export interface Field {
  readonly id: string;
  /** True when the declared type is itself a singleton: then there is nothing to hold. */
  readonly empty: boolean;
  readonly isReadonly: boolean;
}

export class Singletons {
  readonly checker: ts.TypeChecker;
  private readonly plural: ReadonlySet<string>;

  constructor(
    program: ts.Program,
    readonly isFramework: (file: string) => boolean,
  ) {
    this.checker = program.getTypeChecker();
    this.plural = plurals(program.getSourceFiles(), isFramework);
  }

  /** The singleton that the type is, undefined left aside. */
  nameOf(type: ts.Type): string | undefined {
    const symbol = this.checker.getNonNullableType(type).getSymbol();
    const declaration = symbol?.declarations?.[0];
    if (symbol === undefined || declaration === undefined || !singletonNames.has(symbol.name) || this.plural.has(symbol.name)) return undefined;
    return ts.isInterfaceDeclaration(declaration) && this.isFramework(declaration.getSourceFile().fileName) ? symbol.name : undefined;
  }

  /** True when the type is a singleton and cannot be undefined: a value of it says nothing. */
  isBare(type: ts.Type): boolean {
    return this.nameOf(type) !== undefined && this.checker.getNonNullableType(type) === type;
  }

  /** The same of an expression, by how it is declared, whatever the flow of control has narrowed. */
  isBareValue(node: ts.Expression): boolean {
    const inner = strip(node);
    if (inner !== node && ts.isAsExpression(node)) return this.isBare(this.checker.getTypeAtLocation(node));
    if (ts.isIdentifier(inner) || ts.isPropertyAccessExpression(inner)) {
      const symbol = this.symbolOf(inner);
      if (symbol !== undefined) return this.isBare(this.checker.getTypeOfSymbol(symbol));
    }
    return this.isBare(this.checker.getTypeAtLocation(inner));
  }

  symbolOf(node: ts.Node): ts.Symbol | undefined {
    const symbol = this.checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node);
    return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The declaration of the value that an identifier stands for, through imports. */
  declarationOf(node: ts.Identifier): ts.Declaration | undefined {
    if (!ts.isShorthandPropertyAssignment(node.parent)) return this.symbolOf(node)?.valueDeclaration;
    const symbol = this.checker.getShorthandAssignmentValueSymbol(node.parent);
    const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return (isAlias ? this.checker.getAliasedSymbol(symbol) : symbol)?.valueDeclaration;
  }

  /** The field that `object.name` is, when the object is a singleton. */
  fieldOf(node: ts.PropertyAccessExpression): Field | undefined {
    // What its name stands for is known from the check of the file, the type of the object is reckoned anew.
    const symbol = this.checker.getSymbolAtLocation(node.name);
    const declaration = symbol?.declarations?.[0];
    if (symbol === undefined || declaration === undefined || !ts.isInterfaceDeclaration(declaration.parent)) return undefined;
    const inner = strip(node.expression);
    const isOne = (object: ts.Expression): boolean => this.nameOf(this.checker.getTypeAtLocation(object)) !== undefined;
    return isOne(inner) || (inner !== node.expression && isOne(node.expression)) ? this.field(symbol) : undefined;
  }

  field(symbol: ts.Symbol): Field | undefined {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined || !ts.isInterfaceDeclaration(declaration.parent)) return undefined;
    const isReadonly = ts.isMethodSignature(declaration) || (ts.getCombinedModifierFlags(declaration as ts.Declaration) & ts.ModifierFlags.Readonly) !== 0;
    const type = this.checker.getTypeOfSymbol(symbol);
    return { id: `${declaration.parent.name.text}${isWhole(type) ? wholeMark : "$"}${symbol.name}`, empty: this.isBare(type), isReadonly };
  }

  /** The singleton that an object literal makes, and its type. */
  literalType(node: ts.ObjectLiteralExpression): ts.Type | undefined {
    let outer: ts.Expression = node;
    let asserted: ts.Type | undefined;
    while (ts.isAsExpression(outer.parent) || ts.isParenthesizedExpression(outer.parent)) {
      outer = outer.parent;
      if (ts.isAsExpression(outer)) asserted = this.checker.getTypeAtLocation(outer);
    }
    const candidates = this.checker.getContextualType(node);
    const type = asserted ?? (candidates === undefined ? undefined : this.member(candidates));
    return type !== undefined && this.nameOf(type) !== undefined ? this.checker.getNonNullableType(type) : undefined;
  }

  /** Of a union, the one member that is a singleton. */
  private member(type: ts.Type): ts.Type {
    if (!type.isUnion()) return type;
    return type.types.find((each) => this.nameOf(each) !== undefined) ?? type;
  }

  /** True for a parameter that an image does without. */
  isGone(parameter: ts.ParameterDeclaration): boolean {
    return this.isBare(this.checker.getTypeAtLocation(parameter));
  }

  /** Which arguments of a call go to parameters that an image does without. */
  goneArguments(call: ts.CallExpression): readonly boolean[] {
    const parameters = this.checker.getResolvedSignature(call)?.getParameters() ?? [];
    return call.arguments.map((_argument, i) => {
      const parameter = parameters[i];
      return parameter !== undefined && this.isBare(this.checker.getTypeOfSymbolAtLocation(parameter, call));
    });
  }
}

/** An expression without parentheses, assertions and "!". */
export function strip(node: ts.Expression): ts.Expression {
  let inner = node;
  while (ts.isParenthesizedExpression(inner) || ts.isAsExpression(inner) || ts.isNonNullExpression(inner)) inner = inner.expression;
  return inner;
}

/** True when evaluating the expression does nothing but give its value. */
export function isPure(node: ts.Expression): boolean {
  const inner = strip(node);
  if (ts.isIdentifier(inner) || ts.isLiteralExpression(inner)) return true;
  return ts.isPropertyAccessExpression(inner) && isPure(inner.expression);
}
