/**
 * Commands: what came down on the device's channel, checked against its declaration before anything acts.
 *
 * A command's identity is (key, time), as the platform stamped it. Its mark is stored before it is obeyed, so it runs at
 * most once, also across a restart; one that comes again, or an older one, is passed over. A key is a reading or a command,
 * never both: the device's own echo is no command.
 *
 * Where the platform stamps nothing, a value is the state that is wanted: it is obeyed when it differs from the last one (wanted.ts).
 * A call is obeyed each time; the link knows one that comes twice.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { find } from "../base/find";
import { parseScaled } from "../base/number";
import { compareTime } from "../base/time";
import { Origin, ValueKind } from "../platform/profile";
import { recordGet, recordPut } from "../store/records";
import { batchEchoed } from "./arrivals";
import { CommandCode } from "./command-code";
import { pack16, pack32, unpack16, unpack32 } from "./fields";
import { unscale } from "./quantise";
import { forgetWanted, markWanted } from "./wanted";
import { CommandType } from "./command-type";
import { tell } from "./thing";
import type { Command, Order, Thing } from "./thing";

const MARK_BYTES = 6;

/** Notes that the command is about to run: 0, or why it must not. */
function mark(thing: Thing, order: Order): CommandCode {
  const place = order.command.place;
  const time = order.time;
  if (thing.driver.requests) return markWanted(thing, place, order.text);
  // A platform that stamps nothing gives no identity to remember.
  if (time === undefined) return CommandCode.ok;
  const name = "mark." + place;
  const before = recordGet(thing.records, name);
  if (before !== undefined && before.length === MARK_BYTES) {
    const last: EpochTime = { sec: unpack32(before, 0), ms: unpack16(before, 4) };
    if (compareTime(time, last) <= 0) return CommandCode.repeated;
  }
  return recordPut(thing.records, name, pack32(time.sec) + pack16(time.ms)) === 0 ? CommandCode.ok : CommandCode.storeFailed;
}

/**
 * Gives the app a value that is marked. Where the platform waits for the answer, it gets it on a later turn: here somebody still
 * receives, and what an app throws would end that in the middle.
 */
function hand(thing: Thing, command: Command, value: boolean | number | string): void {
  if (thing.driver.requests) thing.marked.push({ command, value });
  else command.obey(value);
}

/** Gives the app the values that are marked. */
export function handMarked(thing: Thing): void {
  while (thing.marked.length > 0) {
    const marked = thing.marked.shift()!;
    marked.command.obey(marked.value);
  }
}

function obeyFlag(thing: Thing, order: Order): CommandCode {
  const text = order.text;
  if (order.kind !== ValueKind.boolean && order.kind !== ValueKind.string) return CommandCode.type;
  if (text !== "true" && text !== "false") return CommandCode.type;
  const code = mark(thing, order);
  if (code === CommandCode.ok) hand(thing, order.command, text === "true");
  return code;
}

function obeyNumber(thing: Thing, order: Order): CommandCode {
  const command = order.command;
  if (order.kind !== ValueKind.number && order.kind !== ValueKind.string) return CommandCode.type;
  const steps = parseScaled(order.text, command.decimals);
  if (steps === undefined) return CommandCode.type;
  if (steps < command.least || steps > command.most) return CommandCode.range;
  const code = mark(thing, order);
  if (code === CommandCode.ok) hand(thing, command, unscale(steps, command.decimals));
  return code;
}

function obeyText(thing: Thing, order: Order): CommandCode {
  if (order.kind !== ValueKind.string) return CommandCode.type;
  if (order.text.length > order.command.most) return CommandCode.range;
  const code = mark(thing, order);
  if (code === CommandCode.ok) hand(thing, order.command, order.text);
  return code;
}

function obey(thing: Thing, order: Order): void {
  const command = order.command;
  let code = CommandCode.ok;
  if (thing.driver.requests && order.kind === ValueKind.gone) return forgetWanted(thing, command.place);
  if (command.type === CommandType.boolean) code = obeyFlag(thing, order);
  else if (command.type === CommandType.number) code = obeyNumber(thing, order);
  else code = obeyText(thing, order);
  if (thing.driver.requests) thing.asked!.outcome = code;
  // What holds already is nothing new.
  if (thing.driver.requests && code === CommandCode.repeated) return;
  tell(thing, code === CommandCode.ok ? "command" : "commandRefused", code, thing.publisher.keys[command.place]!);
}

/**
 * Takes note of what one text from the device's channel asks for; what it says of readings goes to the publisher.
 * @apart
 */
function readOrders(thing: Thing, payload: string): void {
  const understood = thing.driver.platform.readDownlink(payload, {
    value: (key, kind, text, time) => {
      for (const command of thing.commands) {
        if (thing.publisher.keys[command.place] !== key) continue;
        thing.orders.push({ command, kind, text, time });
        return;
      }
      if (thing.driver.echoes) batchEchoed(thing, key, time);
    },
  });
  if (!understood) tell(thing, "malformed", payload.length, "");
}

/** Acts on all texts that wait. A command is obeyed when its text has been read, and takes no memory any more. */
export function readInbox(thing: Thing): void {
  while (thing.inbox.length > 0) {
    readOrders(thing, thing.inbox.shift()!);
    while (thing.orders.length > 0) obey(thing, thing.orders.shift()!);
  }
}

/**
 * Takes one text from the device's channel, to be read later; false for one that need not be. Keys that were never declared mean
 * nothing, and a text without a declared key, as the echo of readings that are sent once, is not read at all.
 */
export function commandsReceive(thing: Thing, payload: string): boolean {
  const publisher = thing.publisher;
  // A key may be written in escapes.
  let wanted = publisher.flights.length > 0 || payload.indexOf("\\") >= 0;
  for (const command of thing.commands) {
    if (find(payload, '"' + publisher.keys[command.place]! + '"') >= 0) wanted = true;
  }
  if (wanted) thing.inbox.push(payload);
  return wanted;
}

/**
 * Acts on one text at once where the platform says how it came; the answer is what its last command came to.
 * @cold
 */
export function commandsTold(thing: Thing, payload: string, origin: Origin): CommandCode {
  const asked = thing.asked!;
  asked.origin = origin;
  asked.outcome = CommandCode.unknown;
  commandsReceive(thing, payload);
  readInbox(thing);
  return asked.outcome;
}

/**
 * The value that holds for a command is larger than what can be received, and so beyond its declared length: told once a boot.
 * @cold
 */
export function commandOversized(thing: Thing, key: string): void {
  const asked = thing.asked!;
  if (find(asked.oversized, "," + key + ",") >= 0) return;
  asked.oversized += "," + key + ",";
  tell(thing, "commandRefused", CommandCode.range, key);
}

/**
 * The keys of all commands, with commas between, for a platform that is asked what holds.
 * @cold
 */
export function wantedKeys(thing: Thing): string {
  let keys = "";
  for (const command of thing.commands) keys += (keys === "" ? "" : ",") + thing.publisher.keys[command.place]!;
  return keys;
}
