/**
 * Motet for app authors: everything that an app may import, as "motet". Drivers come from "motet/drivers/<name>".
 */
export { defineThing, every, hours, lastWill, locate, measure, minutes, onCommand, readBack, report, seconds, sleepBetween } from "./agent/api";
export type { CommandOptions, CommandValues, MeasureOptions } from "./agent/api";
export type { Definition } from "./agent/boot";
export type { Value } from "./agent/report";
export type { Board, Thing } from "./agent/thing";
export type { ReadQuery } from "./platform/profile";
export { DigitalMode } from "../hal/ports/digital";
