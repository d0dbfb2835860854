/**
 * `require("Wifi")` as the ESP boards have it: events on the module, one slot for the callback of `connect` and one for that
 * of `getHostByName`, so that a second call takes the first one's answer away.
 */
import { Fault } from "../../../hal/ports/fault";
import { WifiConnection } from "../../../hal/ports/wifi";
import type { Host } from "./host";
import { serialOf } from "./process";

/** What a board says of a failed or ended association: to the callback, and in the event. */
interface Reason {
  readonly told: string;
  readonly code: string;
  readonly msg: string;
}

const esp32Reasons: Readonly<Record<number, Reason>> = {
  [Fault.refused]: { told: "AUTH_FAIL", code: "202", msg: "AUTH_FAIL" },
  [Fault.notFound]: { told: "NO_AP_FOUND", code: "201", msg: "NO_AP_FOUND" },
  [Fault.broken]: { told: "BEACON_TIMEOUT", code: "200", msg: "BEACON_TIMEOUT" },
  [Fault.closed]: { told: "ASSOC_LEAVE", code: "8", msg: "ASSOC_LEAVE" },
};

const esp8266Reasons: Readonly<Record<number, Reason>> = {
  [Fault.refused]: { told: "bad_password", code: "auth_fail", msg: "" },
  [Fault.notFound]: { told: "no_ap_found", code: "no_ap_found", msg: "" },
  [Fault.broken]: { told: "connect_failed", code: "beacon_timeout", msg: "" },
  [Fault.closed]: { told: "connect_failed", code: "assoc_leave", msg: "" },
};

const UNKNOWN: Reason = { told: "Unknown reason", code: "1", msg: "Unknown reason" };

const ADDRESS = "192.168.4.2";
const GATEWAY = "192.168.4.1";
const NETMASK = "255.255.255.0";

class Wifi {
  /** The module, which emits the events. */
  readonly module: Record<string, unknown>;
  private ssid = "";
  private onConnected: unknown;
  private onFound: unknown;
  private lastReason = "off";

  constructor(private readonly host: Host) {
    this.module = host.realm.object();
  }

  get isReady(): boolean {
    return this.host.ports.wifi.connection() === WifiConnection.ready;
  }

  connect(ssid: unknown, options: unknown, callback: unknown): void {
    const { host } = this;
    if (typeof ssid !== "string") return host.throw("Error", "No SSID provided");
    const { password } = (typeof options === "object" && options !== null ? options : {}) as { password?: unknown };
    if (password !== undefined && typeof password !== "string") {
      return host.throw("Error", `Expecting options.password to be a string but got ${typeof password}`);
    }
    this.ssid = ssid.substring(0, 32);
    this.onConnected = callback;
    const { wifi } = host.ports;
    const wanted = {
      ssid: this.ssid,
      password: (password ?? "").substring(0, 64),
      onChanged: (connection: number, fault: number) => host.turn(() => this.changed(connection, fault)),
    };
    let code = wifi.connect(wanted);
    if (code === Fault.busy) {
      // The radio takes the new name in the middle of an attempt.
      wifi.disconnect();
      code = wifi.connect(wanted);
    }
    if (code !== 0) host.later(() => this.changed(WifiConnection.disconnected, Fault.refused));
  }

  disconnect(callback: unknown): void {
    const wasConnected = this.isReady;
    this.host.ports.wifi.disconnect();
    this.onConnected = undefined;
    if (wasConnected) this.lost(Fault.closed);
    this.host.queue(callback, undefined, []);
  }

  getHostByName(name: unknown, callback: unknown): void {
    const { host } = this;
    if (typeof name !== "string") return host.throw("Error", "Hostname parameter is not a string");
    if (typeof callback !== "function") return host.throw("Error", "Callback is not a function");
    this.onFound = callback;
    host.ports.dns.resolve(name, (fault, address) =>
      host.turn(() => {
        const { onFound } = this;
        this.onFound = undefined;
        host.queue(onFound, undefined, [fault === Fault.none ? address : null]);
      }));
  }

  status(): Record<string, unknown> {
    const { realm } = this.host;
    const { isReady } = this;
    const base = { station: isReady ? "connected" : this.lastReason, mode: isReady ? "sta" : "off", powersave: "none" };
    return realm.object(isReady ? { ...base, ssid: this.ssid, bssid: "02:00:00:00:00:01", channel: 6, rssi: -60 } : base);
  }

  ip(): Record<string, unknown> {
    const { isReady } = this;
    const address = { ip: isReady ? ADDRESS : "0.0.0.0", netmask: isReady ? NETMASK : "0.0.0.0", gw: isReady ? GATEWAY : "0.0.0.0" };
    return this.host.realm.object({ ...address, mac: macOf(this.host) });
  }

  private changed(connection: number, fault: number): void {
    const { host, module } = this;
    if (connection !== WifiConnection.ready) {
      this.lost(fault);
      return;
    }
    this.lastReason = "connected";
    host.emit(module, "associated", [host.realm.object({ ssid: this.ssid, mac: "02:00:00:00:00:01", channel: "6" })]);
    this.answer(null);
    host.emit(module, "connected", [host.realm.object({ ip: ADDRESS, netmask: NETMASK, gw: GATEWAY })]);
  }

  private lost(fault: number): void {
    const { host, module } = this;
    const isEsp32 = host.constants.chip === "esp32";
    const reason = (isEsp32 ? esp32Reasons : esp8266Reasons)[fault] ?? UNKNOWN;
    this.lastReason = isEsp32 ? reason.msg : reason.told;
    const event = { ssid: this.ssid, mac: "02:00:00:00:00:01", reason: reason.code };
    if (!isEsp32) this.answer(reason.told);
    host.emit(module, "disconnected", [host.realm.object(isEsp32 ? { ...event, msg: reason.msg } : event)]);
    if (isEsp32) this.answer(reason.told);
  }

  /** Calls back once: null, or why not. */
  private answer(reason: string | null): void {
    const { onConnected } = this;
    this.onConnected = undefined;
    if (onConnected !== undefined) this.host.queue(onConnected, undefined, [reason]);
  }
}

function macOf(host: Host): string {
  return (serialOf(host).replace("-", "").match(/../g) ?? []).join(":");
}

/** The module. */
export function wifiModule(host: Host): Record<string, unknown> {
  const wifi = new Wifi(host);
  const { realm } = host;
  let hostname = "espruino";
  const nothing = (): void => undefined;
  const status = (callback?: unknown): unknown => {
    const made = wifi.status();
    if (callback !== undefined) host.queue(callback, undefined, [made]);
    return made;
  };
  const ip = (callback?: unknown): unknown => {
    const made = wifi.ip();
    if (callback !== undefined) host.queue(callback, undefined, [null, made]);
    return made;
  };
  const members = {
    connect: (ssid: unknown, options: unknown, callback: unknown) => wifi.connect(ssid, options, callback),
    disconnect: (callback?: unknown) => wifi.disconnect(callback),
    getHostByName: (name: unknown, callback: unknown) => wifi.getHostByName(name, callback),
    getStatus: status,
    getDetails: status,
    getIP: ip,
    getAPIP: ip,
    getHostname: () => hostname,
    setHostname: (name: unknown) => {
      hostname = String(name);
    },
    // There is no access point, no stored configuration and no time server of the interpreter's own behind these.
    setSNTP: nothing, startAP: nothing, stopAP: nothing, save: nothing, restore: nothing, turbo: nothing,
  };
  for (const [name, member] of Object.entries(members)) realm.hide(wifi.module, name, member);
  return wifi.module;
}
