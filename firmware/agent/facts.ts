/**
 * What a device says besides its readings, on a platform that takes it: facts of itself, of which the last word holds, calls of its own, and
 * what goes to other topics of its own. Facts are told again with each connection. It must never be where a reading goes: facts have no time, and are in memory alone.
 */
import { find } from "../base/find";
import { at } from "../base/intrinsics";
import { jsonString } from "../base/json-write";
import { AgentCode } from "./link";
import { valueText } from "./report";
import type { Value } from "./report";
import type { Thing } from "./thing";

/** The most facts, and the most bytes of one as JSON text: all of them fit into one datagram. */
const FACTS_MAX = 8;
const FACT_BYTES_MAX = 64;
/** The most bytes of what a call gives its method, and of a method's name. */
const PARAMS_BYTES_MAX = 256;
const METHOD_BYTES_MAX = 64;
/** The most bytes of what stands behind the device's name in a topic, and of what is published there. */
const PATH_BYTES_MAX = 96;
const SAID_BYTES_MAX = 1024;

/**
 * All facts as a JSON object; "" for none.
 * @cold
 */
export function factsText(thing: Thing): string {
  let text = "";
  for (const fact of thing.asked!.facts) text += (text === "" ? "{" : ",") + fact;
  return text === "" ? "" : text + "}";
}

/**
 * Says a fact of the device itself, as its serial number or what it is set to: on ThingsBoard a client attribute. The platform keeps the
 * last value; the device tells it now, and with each connection. `decimals` is 0 to 6, for numbers (0).
 *
 * Answers 0, `invalid` for a key that the platform forbids, a value that is none or longer than 64 bytes with its key, or a ninth fact,
 * and `unsupported` where the platform has nothing of the kind.
 * @cold
 */
export function describe(thing: Thing, key: string, value: Value, decimals?: number): number {
  if (!thing.driver.requests) return AgentCode.unsupported;
  const facts = thing.asked!.facts;
  const text = valueText(value, decimals ?? 0);
  if (text === undefined || !thing.driver.platform.keyValid(key)) return AgentCode.invalid;
  const name = jsonString(key) + ":";
  let place = 0;
  while (place < facts.length && find(facts[place]!, name) !== 0) place += 1;
  if (place >= FACTS_MAX || name.length + text.length > FACT_BYTES_MAX) return AgentCode.invalid;
  if (place === facts.length) facts.push("");
  facts[place] = name + text;
  const supervisor = thing.supervisor;
  // Without a connection the next one tells it.
  if (supervisor.linked && supervisor.link !== undefined) thing.driver.describe(supervisor.link, factsText(thing));
  return 0;
}

/**
 * Calls a method of the platform's own (on ThingsBoard a client-side call, as `getSessionLimits`): `params` is JSON text.
 *
 * Answers 0, `invalid` for a name above 64 bytes or params above 256, `busy` while another question is under way or the device is offline, and
 * `unsupported` where the platform has nothing of the kind. After a 0, `done` gets a code (over MQTT `timeout` after 30 seconds) and the answer, JSON text.
 * @cold
 */
export function callPlatform(thing: Thing, method: string, params: string, done: (this: void, code: number, payload: string) => void): number {
  if (!thing.driver.requests) return AgentCode.unsupported;
  if (method.length > METHOD_BYTES_MAX || params.length > PARAMS_BYTES_MAX) return AgentCode.invalid;
  const link = thing.supervisor.link;
  if (link === undefined || !thing.supervisor.linked || thing.reader !== undefined) return AgentCode.busy;
  const code = thing.driver.callOut(link, method, params);
  if (code === 0) thing.reader = done;
  return code;
}

/** True for what may stand behind the device's name in a topic: printable ASCII without wildcards and options. */
function pathValid(path: string): boolean {
  for (let i = 0; i < path.length; i += 1) {
    const byte = at(path, i);
    if (byte <= 32 || byte >= 127 || byte === 35 || byte === 43 || byte === 63) return false;
  }
  return path.length <= PATH_BYTES_MAX && (path === "" || at(path, 0) === 47);
}

/**
 * Publishes `body`, JSON text, on another topic of the device's own, once: on EVRYTHNG over MQTT `/location`, `/actions/TYPE`, `/actions/all`,
 * `/properties/KEY`, or "" for the thng itself.
 *
 * Answers 0, `invalid` for a path that is none or a body above 1,024 bytes, a fault or `busy` while the device is offline, and `unsupported`
 * elsewhere. Nobody acknowledges it: what the platform cannot take it drops.
 * @cold
 */
export function sayOn(thing: Thing, path: string, body: string): number {
  if (!pathValid(path) || body.length > SAID_BYTES_MAX) return AgentCode.invalid;
  const link = thing.supervisor.link;
  if (link === undefined || !thing.supervisor.linked) return AgentCode.busy;
  return thing.driver.sayOn(link, path, body);
}
