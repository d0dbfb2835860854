/**
 * Who hears of which write: watchers of a thing, and watchers of a user's resource (section 9, A25).
 */
import type { Channels } from "../channels";
import type { Element, Origin } from "./types";

/** Each accepted write is told as the array of its elements, in write order. */
export type Watchers = Channels<[elements: readonly Element[], origin: Origin]>;

/** The channel of a thing, by thing id. */
export function thingChannel(thingId: string): string {
  return `thing ${thingId}`;
}

/** The channel of a user's resource. */
export function resourceChannel(userId: string, resource: string): string {
  return `user ${userId} ${resource}`;
}
