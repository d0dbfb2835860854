/**
 * Motet for app authors: everything that an app may import, as "motet". Drivers come from "motet/drivers/<name>",
 * and what can be watched on a platform from "motet/watch/<platform>".
 */
export { defineThing, every, hours, lastWill, locate, measure, minutes, onCommand, readBack, report, seconds, sleepBetween } from "./agent/api";
export { callPlatform, describe, sayOn } from "./agent/facts";
export type { CommandOptions, CommandValues, MeasureOptions } from "./agent/api";
export type { Definition } from "./agent/thing";
export type { Value } from "./agent/report";
export type { Board } from "./agent/machine";
export type { Host, Thing } from "./agent/thing";
export { defineWatcher, isWatching, order, watch } from "./agent/watch";
export type { WatchOptions } from "./agent/watch";
export type { ReadQuery } from "./platform/profile";
export type { Source } from "./platform/realtime";
export { DigitalMode } from "../hal/ports/digital";
