/**
 * Which devices are active: the server attributes `active`, `lastActivityTime`, `lastConnectTime` and `lastDisconnectTime`,
 * kept as the platform keeps them (section 9.1).
 *
 * Any traffic makes a device active; silence beyond its `inactivityTimeout` attribute, or beyond the limit of the model,
 * makes it inactive. The time of the last activity is written when that changes and once a minute, not at each message.
 */
import type { Cancel } from "../host";
import type { Core } from "./core";
import type { Data } from "./data";
import type { Device } from "./state";
import { numberOf } from "./values";
import type { KeyValue } from "./values";

/** Between two looks for silent devices. */
const lookMs = 10000;
/** How far the time of the last activity that is kept may be behind. */
const behindMsMax = 60000;

export interface Presence {
  /** Something came from the device. */
  active(device: Device): void;
  connected(device: Device): void;
  disconnected(device: Device): void;
  close(): void;
}

export function newPresence(core: Core, data: Data): Presence {
  const { host, state } = core;
  /** Active devices, and when they were last heard. */
  const heard = new Map<string, number>();
  let cancel: Cancel | undefined;
  let isClosed = false;

  const write = (device: Device, values: readonly (readonly [string, number | boolean])[]): void => {
    // A state that cannot be stored costs a mark of presence, no reading: the next look writes it.
    data.writeAttributes(device, "SERVER_SCOPE", values.map(([key, value]): KeyValue => [key, { type: typeof value === "boolean" ? "BOOLEAN" : "LONG", text: String(value) }]));
  };
  const timeoutOf = (device: Device): number => {
    const own = device.attributes.SERVER_SCOPE.get("inactivityTimeout");
    const ms = own === undefined ? undefined : numberOf(own.value);
    return ms === undefined || ms <= 0 ? core.limits.inactivityMs : ms;
  };
  const look = (): void => {
    for (const [id, at] of heard) {
      const device = state.devices.get(id);
      if (device === undefined) heard.delete(id);
      else if (host.now() - at >= timeoutOf(device)) {
        heard.delete(id);
        write(device, [["active", false], ["lastActivityTime", at], ["inactivityAlarmTime", host.now()]]);
      } else if (at - Number(device.attributes.SERVER_SCOPE.get("lastActivityTime")?.value.text ?? 0) >= behindMsMax) write(device, [["lastActivityTime", at]]);
    }
    cancel = undefined;
    schedule();
  };
  const schedule = (): void => {
    if (cancel === undefined && heard.size > 0 && !isClosed) cancel = host.after(lookMs, look);
  };

  for (const [id, device] of state.devices) {
    if (device.attributes.SERVER_SCOPE.get("active")?.value.text !== "true") continue;
    heard.set(id, Number(device.attributes.SERVER_SCOPE.get("lastActivityTime")?.value.text ?? 0));
  }
  schedule();

  const active = (device: Device): void => {
    const known = heard.has(device.info.id);
    heard.set(device.info.id, host.now());
    if (!known) write(device, [["active", true], ["lastActivityTime", host.now()]]);
    schedule();
  };
  return {
    active,
    connected: (device) => {
      write(device, [["lastConnectTime", host.now()]]);
      active(device);
    },
    disconnected: (device) => {
      if (state.devices.has(device.info.id)) write(device, [["lastDisconnectTime", host.now()]]);
    },
    close: () => {
      isClosed = true;
      cancel?.();
    },
  };
}
