/**
 * The pins of a board as boards/<id>/board.json describes them: looked up by any of their names, and checked against each other.
 * It knows nothing of apps.
 */

/** What a pin may be asked to do. `watch` is to tell changes of its level. */
export type PinAbility = "input" | "pullUp" | "pullDown" | "watch" | "output" | "openDrain" | "analog";

export interface BoardPin {
  /** As the runtime names it. */
  readonly name: string;
  /** As the chip counts it: two names with one number are one pin. */
  readonly gpio: number;
  /** What is printed beside it. */
  readonly label?: string;
  readonly can: readonly PinAbility[];
  /** Why it cannot do what others can, or what to beware of. */
  readonly why?: string;
}

/** A name that an app may use on any board. */
export interface PinFunction {
  readonly name: string;
  /** The pin's own name. */
  readonly pin: string;
  readonly note?: string;
}

export interface BoardPins {
  readonly list: readonly BoardPin[];
  readonly functions: readonly PinFunction[];
  /** The two rows of the board from the top: names of pins, and what else stands there. */
  readonly headers?: { readonly left: readonly string[]; readonly right: readonly string[] };
}

/** What a check of pins needs to know of a board. */
export interface PinBoard {
  readonly id: string;
  readonly runtime: "espruino" | "lua";
  readonly constants: { readonly i2cSda: string; readonly i2cScl: string };
  readonly pins: BoardPins;
}

/** Numbers and their names with a letter are the same on NodeMCU: "4" is "D4". */
function ownName({ runtime }: PinBoard, name: string): string {
  return runtime === "lua" && /^D\d+$/.test(name) ? name.slice(1) : name;
}

/** The pin of any name: its own, or a function's. Undefined when the board has none. */
export function findPin(board: PinBoard, name: string): BoardPin | undefined {
  const named = board.pins.functions.find((each) => each.name === name)?.pin ?? ownName(board, name);
  return board.pins.list.find((pin) => pin.name === named);
}

/** The lines of the bus "default". */
export function busPins(board: PinBoard): readonly (readonly [line: string, pin: string])[] {
  return [["SDA", board.constants.i2cSda], ["SCL", board.constants.i2cScl]];
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** A pin that lacks what every plain pin has, without a word about why. */
function unexplained({ list }: BoardPins): BoardPin | undefined {
  const lacks = ({ can }: BoardPin): boolean => !can.includes("input") || !can.includes("output");
  return list.find((pin) => lacks(pin) && pin.why === undefined);
}

/** The first thing that is wrong with a board's pins; undefined when nothing is. */
export function pinContradiction(board: PinBoard): string | undefined {
  const { list, functions, headers } = board.pins;
  const twice = repeated([...list.map(({ name }) => name), ...functions.map(({ name }) => name)]);
  if (twice !== undefined) return `two of its pins are named "${twice}"`;
  const unsaid = unexplained(board.pins);
  if (unsaid !== undefined) return `it does not say why pin ${unsaid.name} cannot be an input and an output`;
  for (const { name, pin } of functions) {
    const found = list.find((each) => each.name === pin);
    if (found === undefined) return `its function "${name}" is at pin ${pin}, which it does not have`;
    if (found.can.length === 0) return `its function "${name}" is at pin ${pin}, which nothing may use: ${found.why}`;
  }
  for (const [line, name] of busPins(board)) {
    const pin = findPin(board, name);
    if (pin === undefined || !pin.can.includes("openDrain")) return `${line} of its bus is at pin ${name}, which cannot be that`;
    if (functions.some((each) => each.pin === pin.name)) return `pin ${pin.name} is ${line} of its bus and a function at once`;
  }
  const drawn = headers === undefined ? [] : [...headers.left, ...headers.right];
  const hidden = headers === undefined ? undefined : list.find(({ gpio }) => !drawn.some((name) => list.find((each) => each.name === name)?.gpio === gpio));
  return hidden === undefined ? undefined : `pin ${hidden.name} stands on neither of its headers`;
}
