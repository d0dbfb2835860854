/**
 * Events, which every object of Espruino has: listeners lie in an enumerable property `#onNAME`, `emit` queues them for the
 * idle loop, and `removeListener` leaves an empty array behind.
 */
import type { Host } from "./host";

type Emitter = Record<string, unknown>;

const ARGUMENTS_MAX = 4;

/** Adds `on`, `emit` and their kin to `Object.prototype`. */
export function addEvents(host: Host): void {
  const { realm } = host;
  const prototype = realm.evaluate("Object.prototype", "events") as object;
  const check = (event: unknown, listener?: { readonly given: unknown }): void => {
    if (typeof event !== "string") host.throw("TypeError", "First argument must be String");
    if (listener === undefined || typeof listener.given === "function" || typeof listener.given === "string") return;
    host.throw("TypeError", "Second argument must be a function or a String");
  };
  const add = (target: Emitter, event: string, listener: unknown, first: boolean): void => {
    check(event, { given: listener });
    const before = target[`#on${event}`];
    const others = Array.isArray(before) ? (before as unknown[]) : before === undefined ? [] : [before];
    // A new list: a listener added while the event runs does not hear it.
    target[`#on${event}`] = realm.array(first ? [listener, ...others] : [...others, listener]);
    // Bytes that came before anybody listened.
    if (event === "data" && typeof target["buf"] === "string") {
      host.emit(target, "data", [target["buf"]]);
      delete target["buf"];
    }
  };
  const methods = {
    on(this: Emitter, event: string, listener: unknown) {
      add(this, event, listener, false);
    },
    prependListener(this: Emitter, event: string, listener: unknown) {
      add(this, event, listener, true);
    },
    emit(this: Emitter, event: string, ...values: unknown[]) {
      check(event);
      if (values.length > ARGUMENTS_MAX) host.throw("TypeError", `Too many arguments (>${ARGUMENTS_MAX})`);
      host.emit(this, event, values);
    },
    removeListener(this: Emitter, event: string, listener: unknown) {
      check(event);
      const listeners = this[`#on${event}`];
      const index = Array.isArray(listeners) ? listeners.indexOf(listener) : -1;
      if (index >= 0) (listeners as unknown[]).splice(index, 1);
    },
    removeAllListeners(this: Emitter, event?: string) {
      for (const key of Object.keys(this)) {
        if (event === undefined ? key.startsWith("#on") : key === `#on${event}`) delete this[key];
      }
    },
  };
  for (const [name, method] of Object.entries(methods)) realm.hide(prototype, name, method);
}
