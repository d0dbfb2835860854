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
import { CommandCode } from "./command-code";
import { pack16, pack32, unpack16, unpack32 } from "./fields";
import { publisherEcho } from "./publisher";
import { unscale } from "./quantise";
import { forgetWanted, markWanted } from "./wanted";
import { CommandType } from "./command-type";
import { tell } from "./thing";
import type { Command, Thing } from "./thing";

const MARK_BYTES = 6;

/** Notes that the command of this time and this value is about to run: 0, or why it must not. */
function mark(thing: Thing, command: Command, text: string, time: EpochTime | undefined): CommandCode {
  if (thing.driver.requests) return markWanted(thing, command.place, text);
  // A platform that stamps nothing gives no identity to remember.
  if (time === undefined) return CommandCode.ok;
  const name = "mark." + command.place;
  const before = recordGet(thing.records, name);
  if (before !== undefined && before.length === MARK_BYTES) {
    const last: EpochTime = { sec: unpack32(before, 0), ms: unpack16(before, 4) };
    if (compareTime(time, last) <= 0) return CommandCode.repeated;
  }
  return recordPut(thing.records, name, pack32(time.sec) + pack16(time.ms)) === 0 ? CommandCode.ok : CommandCode.storeFailed;
}

function obeyFlag(thing: Thing, command: Command, kind: ValueKind, text: string, time: EpochTime | undefined): CommandCode {
  if (kind !== ValueKind.boolean && kind !== ValueKind.string) return CommandCode.type;
  if (text !== "true" && text !== "false") return CommandCode.type;
  const code = mark(thing, command, text, time);
  if (code === CommandCode.ok) command.obey(text === "true");
  return code;
}

function obeyNumber(thing: Thing, command: Command, kind: ValueKind, text: string, time: EpochTime | undefined): CommandCode {
  if (kind !== ValueKind.number && kind !== ValueKind.string) return CommandCode.type;
  const steps = parseScaled(text, command.decimals);
  if (steps === undefined) return CommandCode.type;
  if (steps < command.least || steps > command.most) return CommandCode.range;
  const code = mark(thing, command, text, time);
  if (code === CommandCode.ok) command.obey(unscale(steps, command.decimals));
  return code;
}

function obeyText(thing: Thing, command: Command, kind: ValueKind, text: string, time: EpochTime | undefined): CommandCode {
  if (kind !== ValueKind.string) return CommandCode.type;
  if (text.length > command.bytesMax) return CommandCode.range;
  const code = mark(thing, command, text, time);
  if (code === CommandCode.ok) command.obey(text);
  return code;
}

function obey(thing: Thing, command: Command, kind: ValueKind, text: string, time: EpochTime | undefined): void {
  let code = CommandCode.ok;
  if (thing.driver.requests && kind === ValueKind.gone) return forgetWanted(thing, command.place);
  if (command.type === CommandType.boolean) code = obeyFlag(thing, command, kind, text, time);
  else if (command.type === CommandType.number) code = obeyNumber(thing, command, kind, text, time);
  else code = obeyText(thing, command, kind, text, time);
  if (thing.driver.requests) thing.asked!.outcome = code;
  // What holds already is nothing new.
  if (thing.driver.requests && code === CommandCode.repeated) return;
  tell(thing, code === CommandCode.ok ? "command" : "commandRefused", code, thing.publisher.keys[command.place]!);
}

/**
 * Tells the values of one text from the device's channel to who wants them.
 * @apart
 */
function readValues(thing: Thing, payload: string): void {
  const understood = thing.driver.platform.readDownlink(payload, {
    value: (key, kind, text, time) => {
      for (const command of thing.commands) {
        if (thing.publisher.keys[command.place] === key) return obey(thing, command, kind, text, time);
      }
      if (thing.driver.echoes) publisherEcho(thing, key, time);
    },
  });
  if (!understood) tell(thing, "malformed", payload.length, "");
}

/**
 * Acts on one text from the device's channel. Keys that were never declared mean nothing, and a text without a declared key, as
 * the echo of readings that are sent once, is not read at all.
 */
export function commandsReceive(thing: Thing, payload: string): void {
  const publisher = thing.publisher;
  // A key may be written in escapes.
  let wanted = publisher.flights.length > 0 || payload.indexOf("\\") >= 0;
  for (const command of thing.commands) {
    if (find(payload, '"' + publisher.keys[command.place]! + '"') >= 0) wanted = true;
  }
  if (wanted) readValues(thing, payload);
}

/**
 * The same where the platform says how a text came; the answer is what its last command came to.
 * @cold
 */
export function commandsTold(thing: Thing, payload: string, origin: Origin): CommandCode {
  const asked = thing.asked!;
  asked.origin = origin;
  asked.outcome = CommandCode.unknown;
  commandsReceive(thing, payload);
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
