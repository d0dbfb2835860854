/**
 * Which pins an app uses, read from its source before it is built: each must be one that the board has, can do what it is opened
 * for, and has no other user. Names of functions ("fan") become the board's own pins, so that an image looks nothing up.
 *
 * A pin is used where an object that opens one (options of the ports `digital` and `analog`, or of a driver) gives its name.
 */
import ts from "typescript";
import type { Problem } from "../compile/problem";
import { busPins, findPin } from "./table";
import type { BoardPin, PinAbility, PinBoard } from "./table";

export interface AppPins {
  /** What stands in place of names in the source. */
  readonly given: ReadonlyMap<ts.Node, string>;
  readonly problems: readonly Problem[];
}

/** One place of the source that opens a pin. */
interface Use {
  /** The value of the option. */
  readonly node: ts.Expression;
  /** The names that it may have; undefined when they are not known before the app runs. */
  readonly names: readonly string[] | undefined;
  readonly wanted: readonly PinAbility[];
}

/** By `DigitalMode`. */
const modeAbilities: readonly (readonly PinAbility[])[] = [["input"], ["input", "pullUp"], ["input", "pullDown"], ["output"], ["openDrain"]];

const words: Readonly<Record<PinAbility, string>> = {
  input: "be an input", pullUp: "pull up", pullDown: "pull down", watch: "tell changes of its level", output: "be an output", openDrain: "be an open drain", analog: "be an analog input",
};

/** Who declares the options that an argument gives: a port, or a driver; undefined for options that open no pin. */
function opensPin(checker: ts.TypeChecker, argument: ts.Expression): "digital" | "analog" | "driver" | undefined {
  const file = checker.getContextualType(argument)?.getProperty("pin")?.declarations?.[0]?.getSourceFile().fileName.replaceAll("\\", "/") ?? "";
  const port = /\/hal\/ports\/(digital|analog)\.ts$/.exec(file)?.[1];
  if (port !== undefined) return port as "digital" | "analog";
  return /\/firmware\/drivers\/[^/]+\.ts$/.test(file) ? "driver" : undefined;
}

function member(literal: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of literal.properties) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === name) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property) && property.name.text === name) return property.name;
  }
  return undefined;
}

/** The texts that an expression may have. */
function textsOf(checker: ts.TypeChecker, node: ts.Expression): readonly string[] | undefined {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((part) => part.isStringLiteral()) ? parts.map((part) => (part as ts.StringLiteralType).value) : undefined;
}

function digitalAbilities(checker: ts.TypeChecker, literal: ts.ObjectLiteralExpression): readonly PinAbility[] {
  const mode = member(literal, "mode");
  const type = mode === undefined ? undefined : checker.getTypeAtLocation(mode);
  const value = type?.isNumberLiteral() === true ? type.value : undefined;
  const wanted = value === undefined ? [] : (modeAbilities[value] ?? []);
  const told = member(literal, "onReadable");
  const isWatched = wanted.includes("input") && told !== undefined && (checker.getTypeAtLocation(told).flags & ts.TypeFlags.Undefined) === 0;
  return isWatched ? [...wanted, "watch"] : wanted;
}

function useOf(checker: ts.TypeChecker, argument: ts.Expression): Use | undefined {
  const opened = opensPin(checker, argument);
  if (opened === undefined) return undefined;
  const pin = ts.isObjectLiteralExpression(argument) ? member(argument, "pin") : undefined;
  if (!ts.isObjectLiteralExpression(argument) || pin === undefined) return { node: argument, names: undefined, wanted: [] };
  const wanted = opened === "digital" ? digitalAbilities(checker, argument) : opened === "analog" ? (["analog"] as const) : [];
  return { node: pin, names: textsOf(checker, pin), wanted };
}

function usesOf(checker: ts.TypeChecker, source: ts.SourceFile): Use[] {
  const uses: Use[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) uses.push(...node.arguments.flatMap((argument) => useOf(checker, argument) ?? []));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return uses;
}

/** True when the app's sources name the bus: its lines are taken then. */
function usesBus(checker: ts.TypeChecker, sources: readonly ts.SourceFile[]): boolean {
  const names = (node: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(node) && node.name.text === "i2c") {
      const file = checker.getTypeAtLocation(node).getSymbol()?.declarations?.[0]?.getSourceFile().fileName.replaceAll("\\", "/");
      if (file?.endsWith("/hal/ports/i2c.ts") === true) return true;
    }
    return ts.forEachChild(node, (child) => names(child) || undefined) ?? false;
  };
  return sources.some(names);
}

function choices({ pins }: PinBoard, wanted: readonly PinAbility[]): string {
  const able = pins.list.filter(({ can }) => can.length > 0 && wanted.every((each) => can.includes(each))).map(({ name }) => name);
  return able.length === 0 ? "no pin of this board can" : `take ${able.join(", ").replace(/, ([^,]*)$/, " or $1")}`;
}

class Check {
  readonly given = new Map<ts.Node, string>();
  readonly problems: Problem[] = [];
  /** Who has a pin, by its number on the chip. */
  private readonly users = new Map<number, string>();

  constructor(private readonly board: PinBoard) {}

  takeBus(): void {
    for (const [line, name] of busPins(this.board)) this.users.set(findPin(this.board, name)!.gpio, `the bus "default" as ${line}`);
  }

  use(source: ts.SourceFile, { node, names, wanted }: Use): void {
    if (names === undefined) return this.refuse(source, node, "pin-name", 'The name of a pin must be known when the device is built: write it where the pin is opened, { pin: "led", ... }, or give its parameter the names as its type, "D4" | "D5".');
    const pins = names.map((name) => findPin(this.board, name));
    pins.forEach((pin, index) => {
      const name = names[index]!;
      if (pin !== undefined) return this.take(source, node, name, pin, wanted);
      const functions = this.board.pins.functions.map((each) => each.name).join(", ");
      this.refuse(source, node, "pin-absent", `${this.board.id} has no pin "${name}": ${choices(this.board, wanted)}, or one of its functions (${functions}).`);
    });
    // One name is written out; several stay, and the runtime must know them.
    const [only] = pins;
    if (pins.length === 1 && only !== undefined && ts.isPropertyAssignment(node.parent)) this.given.set(node, JSON.stringify(only.name));
    else {
      const other = pins.findIndex((pin, index) => pin !== undefined && pin.name !== names[index]);
      if (other >= 0) this.refuse(source, node, "pin-name", `Pin "${names[other]!}" of ${this.board.id} is ${pins[other]!.name} there, which must be known when the device is built: write { pin: "${names[other]!}", ... } where it is opened.`);
    }
  }

  private take(source: ts.SourceFile, node: ts.Node, name: string, pin: BoardPin, wanted: readonly PinAbility[]): void {
    const called = pin.name === name ? `Pin ${name}` : `Pin "${name}" (${pin.name})`;
    const lacking = wanted.find((each) => !pin.can.includes(each));
    const remedy = choices(this.board, wanted);
    if (pin.can.length === 0) return this.refuse(source, node, "pin-reserved", `${called} of ${this.board.id} is not to be used (${pin.why}): ${remedy}.`);
    if (lacking !== undefined) return this.refuse(source, node, "pin-ability", `${called} of ${this.board.id} cannot ${words[lacking]}${pin.why === undefined ? "" : ` (${pin.why})`}: ${remedy}.`);
    const user = this.users.get(pin.gpio);
    if (user !== undefined) return this.refuse(source, node, "pin-taken", `${called} of ${this.board.id} is taken by ${user}: give each its own pin.`);
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    this.users.set(pin.gpio, `${source.fileName.replace(/^.*[/\\]/, "")}:${line + 1}`);
  }

  private refuse(source: ts.SourceFile, node: ts.Node, rule: string, message: string): void {
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
    this.problems.push({ file: source.fileName, line: line + 1, column: character + 1, rule, message });
  }
}

/** Checks the pins of an app, whose files are `sources`, against a board. */
export function checkPins(program: ts.Program, sources: readonly ts.SourceFile[], board: PinBoard): AppPins {
  const checker = program.getTypeChecker();
  const check = new Check(board);
  if (usesBus(checker, sources)) check.takeBus();
  for (const source of sources) for (const use of usesOf(checker, source)) check.use(source, use);
  return check;
}
