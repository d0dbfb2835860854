/** A board drawn in text, from its description alone: what is printed at each pin, what the runtime calls it, and what it is for. */
import { busPins, findPin } from "./table";
import type { BoardPin, PinBoard } from "./table";

const CELL = 5;

/** What a pin is for, or why nothing may use it. */
function purpose(board: PinBoard, pin: BoardPin): string {
  if (pin.can.length === 0) return `(${pin.why ?? "not to be used"})`;
  const functions = board.pins.functions.filter((each) => findPin(board, each.name) === pin).map(({ name }) => name);
  const lines = busPins(board).filter(([, name]) => findPin(board, name) === pin).map(([line]) => `i2c ${line}`);
  return [...functions, ...lines].join(", ");
}

interface Row {
  /** What is printed on the board. */
  readonly label: string;
  /** The runtime's name and the purpose; empty for what is no pin. */
  readonly text: string;
}

function row(board: PinBoard, name: string | undefined): Row {
  if (name === undefined) return { label: "", text: "" };
  const pin = board.pins.list.find((each) => each.name === name);
  if (pin === undefined) return { label: name, text: "" };
  return { label: pin.label ?? pin.name, text: [pin.name, purpose(board, pin)].filter((part) => part !== "").join(" ") };
}

/** The lines of the drawing; of a board without headers there is nothing to draw. */
export function pinDiagram(board: PinBoard): string[] {
  const { headers } = board.pins;
  if (headers === undefined) return [];
  const count = Math.max(headers.left.length, headers.right.length);
  const rows = Array.from({ length: count }, (_, index) => [row(board, headers.left[index]), row(board, headers.right[index])] as const);
  const margin = Math.max(...rows.map(([left]) => left.text.length));
  const edge = `${" ".repeat(margin)} +${"-".repeat(2 * CELL + 6)}+`;
  const lines = rows.map(([left, right]) => `${left.text.padStart(margin)} | ${left.label.padEnd(CELL)}    ${right.label.padStart(CELL)} | ${right.text}`.trimEnd());
  return [edge, ...lines, edge];
}

/** One line for each pin that cannot do everything, or has something to beware of. */
export function pinLimits({ pins }: PinBoard): string[] {
  return pins.list.filter(({ why }) => why !== undefined).map(({ name, can, why }) => `${name.padEnd(4)} ${can.length === 0 ? "not to be used" : can.join(", ")}: ${why}`);
}
