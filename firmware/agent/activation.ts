/**
 * From an activation code to a thing token in flash.
 *
 * The random response channel is stored before it is used, and used again after a lost answer: a platform that answers the
 * same code and channel with the same token makes the whole exchange safe at every cut. The token is stored, and read
 * back, before the channel is left. A definite refusal stops the tries, also across a restart, until a new code comes.
 *
 * Where the platform is asked, the channel is the token that the device made for itself. A platform that has made the device before
 * does not say for whom: the device then connects with that token, and it is the device's own if it is let in.
 */
import { toHex } from "../base/hex";
import { recordGet, recordPut, recordRemove } from "../store/records";
import { AgentCode } from "./link";
import { tell } from "./thing";
import type { Thing } from "./thing";

/** 64 random bits: two devices that activate at one moment must not hear each other's answer. */
const CHANNEL_BYTES = 8;
/** Where the channel is the token that the device asks for: a secret, as long as the platform takes it in hex. */
const TOKEN_BYTES = 16;

/** What stands in the way of an activation: 0, `unprovisioned` or `activationRefused`. */
export function activationState(thing: Thing): number {
  if (recordGet(thing.records, "code") === undefined) return AgentCode.unprovisioned;
  return recordGet(thing.records, "refused") === undefined ? 0 : AgentCode.activationRefused;
}

/** The channel of the activation under way, made and stored when there is none; "" when it could not be stored. */
export function activationChannel(thing: Thing): string {
  const stored = recordGet(thing.records, "channel");
  if (stored !== undefined) return stored;
  const channel = toHex(thing.ports.random.bytes(thing.driver.requests ? TOKEN_BYTES : CHANNEL_BYTES));
  return recordPut(thing.records, "channel", channel) === 0 ? channel : "";
}

/** Keeps the token: 0, or `storeFailed`, and then it lives for this boot only. */
export function activationDone(thing: Thing, token: string): number {
  thing.token = token;
  const stored = recordPut(thing.records, "token", token) === 0 && recordGet(thing.records, "token") === token;
  tell(thing, "activated", stored ? 0 : AgentCode.storeFailed, "");
  if (!stored) return AgentCode.storeFailed;
  // What is of no more use is not kept. Should a removal fail, the token stands all the same.
  recordRemove(thing.records, "code");
  recordRemove(thing.records, "channel");
  return 0;
}

/**
 * The platform has let the device in with the token that it made.
 * @cold
 */
export function activationProved(thing: Thing): void {
  const token = thing.asked!.pending;
  thing.asked!.pending = "";
  activationDone(thing, token);
}

/** The platform refused the code for good. */
export function activationRefused(thing: Thing): void {
  recordPut(thing.records, "refused", "1");
  tell(thing, "refused", AgentCode.activationRefused, "");
}
