/** What the parts of the engine have in common: they answer questions of the Lua child and push events to it. */
import type { Ports } from "../../../hal/ports";
import type { Field } from "./wire";

/** Answers one question with fields, or takes one statement. */
export type Service = (...fields: string[]) => readonly Field[] | void;

export type Services = Readonly<Record<string, Service>>;

/** Where the questions are answered from, and where events go. */
export interface Machine {
  readonly ports: Ports;
  /** Delivers an event to the Lua child; only from a callback of a port, never inside a call into one. */
  push(event: string, ...fields: Field[]): void;
}

/** Fields of yes and no. */
export const yes: readonly Field[] = [1];
export const no: readonly Field[] = [0];
