/**
 * The map of a bench: which board is at which port, how its power is switched, which network it joins. It belongs to one computer and is
 * not committed; secrets stand in files of their own, which it names. A mistake is one sentence with its line.
 */
import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join, resolve } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { mismatch } from "../../boards/toolchain/schema";
import { SetupError } from "./faults";
import type { Capability } from "./capabilities";
import type { Wired } from "./units/board";
import type { PowerCommands } from "./units/power";

/** Where it is unless told otherwise. */
export const DEFAULT_MAP = join(".motet", "boards.json");
const BOARDS_MAX = 64;
const PASSWORD_BYTES_MAX = 64;
const LOOPBACK = "127.0.0.1";

/** A board as the map has it. */
interface Entry {
  readonly name: string;
  readonly board: string;
  readonly port: string;
  readonly baud?: number;
  readonly wifi?: { readonly ssid: string; readonly password: string };
  readonly power?: PowerCommands;
  readonly host?: string;
  readonly timeHost?: string;
  readonly luac?: string;
  readonly fixtures?: readonly string[];
  readonly cannot?: readonly Capability[];
}

/** A board of a bench, and what its map says of the bench. */
export interface Mapped extends Wired {
  /** The address at which it finds this computer. */
  readonly host: string;
  readonly fixtures: readonly string[];
  readonly cannot: readonly Capability[];
}

/** The line of a member of a JSON text, by a path like ".boards[0].wifi". */
async function lineOf(text: string, path: string): Promise<number> {
  // Loaded here: only a mistake needs it.
  const { default: ts } = await import("typescript");
  const file = ts.parseJsonText("map.json", text);
  let node: import("typescript").Node = file.statements[0]!.expression;
  for (const [, name, index] of path.matchAll(/\.(\w+)|\[(\d+)\]/g)) {
    const next = name !== undefined && ts.isObjectLiteralExpression(node)
      ? node.properties.find((each) => each.name !== undefined && ts.isStringLiteral(each.name) && each.name.text === name)
      : index !== undefined && ts.isArrayLiteralExpression(node) ? node.elements[Number(index)] : undefined;
    if (next === undefined) break;
    node = ts.isPropertyAssignment(next) ? next.initializer : next;
  }
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** The line of a mistake that keeps a text from being JSON, as the parser's message tells it; the last one for a text that ends too early. */
function syntaxLine(text: string, message: string): number {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
  return text.slice(0, position).split("\n").length;
}

async function parseMap(root: string, file: string, text: string): Promise<readonly Entry[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SetupError(`${file}, line ${syntaxLine(text, (cause as Error).message)}: this is not JSON: check commas, quotes and brackets.`, { cause });
  }
  const schema: unknown = JSON.parse(readFileSync(join(root, "sim", "hil", "boards.schema.json"), "utf8"));
  const wrong = mismatch(schema as Parameters<typeof mismatch>[0], value as Parameters<typeof mismatch>[1], "it");
  if (wrong !== undefined) {
    const [, path = ""] = /^it((?:\.\w+|\[\d+\])*)/.exec(wrong) ?? [];
    const remedy = /\.password does not match/.test(wrong) ? "write the password into a file, and here @ and its path" : `${wrong.slice(2).replace(/^\./, "")}: see docs/HIL.md`;
    throw new SetupError(`${file}, line ${await lineOf(text, path)}: ${remedy}.`);
  }
  return (value as { readonly boards: readonly Entry[] }).boards;
}

/** This computer's address in its network: what boards reach. */
export function ownAddress(interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): string | undefined {
  return Object.values(interfaces).flat().find((each) => each !== undefined && each.family === "IPv4" && !each.internal)?.address;
}

/** A password out of its file. Never part of a message. */
export function readPassword(source: string, folder: string): string {
  const path = resolve(folder, source.slice(1));
  let password: string;
  try {
    password = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    throw new SetupError(`The WiFi password cannot be read from ${source.slice(1)} (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): write it there, readable for you alone.`, { cause });
  }
  if (password.length > PASSWORD_BYTES_MAX) throw new SetupError(`The WiFi password in ${source.slice(1)} is longer than ${PASSWORD_BYTES_MAX} characters: it has one line.`);
  return password;
}

/** Makes an entry ready. Throws one sentence for a board that is not known, or that lacks what it needs to be reached. */
export function wire(root: string, entry: Entry, folder: string): Mapped {
  const { name, port, baud, wifi, power, timeHost = "", fixtures = [], cannot = [] } = entry;
  const board = loadBoard(root, entry.board);
  if (board.runtime === "lua" && entry.luac === undefined) throw new SetupError(`${name}: apps for ${board.id} are made by the luac.cross of its firmware: add "luac" with its path.`);
  if (board.constants.radio && wifi === undefined) throw new SetupError(`${name}: ${board.id} reaches its cloud over WiFi: add "wifi" with ssid and password.`);
  if (power !== undefined && (power.off.length === 0 || power.on.length === 0)) throw new SetupError(`${name}: a power command is a list that begins with a program.`);
  const host = entry.host ?? (board.constants.radio ? ownAddress() : LOOPBACK);
  if (host === undefined) throw new SetupError(`${name}: this computer has no address in a network: connect it, or add "host".`);
  const network = wifi === undefined ? undefined : { ssid: wifi.ssid, password: readPassword(wifi.password, folder) };
  const luac = entry.luac === undefined ? undefined : resolve(folder, entry.luac);
  return { name, board, port, baud: baud ?? board.link.baud, network, timeHost, power, luac, host, fixtures, cannot };
}

/** Reads a map; undefined when there is none. Rejects with one sentence for its owner. */
export async function readMap(root: string, file: string): Promise<Mapped[] | undefined> {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  const entries = await parseMap(root, file, text);
  if (entries.length === 0 || entries.length > BOARDS_MAX) throw new SetupError(`${file} names ${entries.length} boards: name 1 to ${BOARDS_MAX}.`);
  for (const [i, { name, port }] of entries.entries()) {
    const other = entries.findIndex((each) => each.name === name || each.port === port);
    if (other < i) throw new SetupError(`${file}, line ${await lineOf(text, `.boards[${i}]`)}: ${entries[other]!.name === name ? `the name ${name}` : `the port ${port}`} is that of another board already.`);
  }
  return entries.map((entry) => wire(root, entry, dirname(file)));
}
