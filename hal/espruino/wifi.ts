/**
 * The wifi port on the library `Wifi` of ESP32 (2v29 or later: earlier ones tell nothing of an absent network) and ESP8266.
 *
 * The engine reconnects by itself; the port does not, so the station is switched off whenever a network is lost. An ESP8266
 * that gets no address, or loses the network while joining, tries for ever without a word: whoever waits ends it by `disconnect`.
 */
import { find } from "../../firmware/base/find";
import { Fault } from "../ports/fault";
import { WifiConnection, type WifiOptions, type WifiPort } from "../ports/wifi";
import { change, connection as present } from "./radio";

const enum Limit {
  ssidBytesMax = 32,
  passwordBytesMin = 8,
  passwordBytesMax = 63,
}

let onChanged: ((this: void, connection: number, fault: number) => void) | undefined;

function connection(): number {
  return BOARD.radio ? present : WifiConnection.ready;
}

/** Reason texts of both chips: "NO_AP_FOUND", "4WAY_HANDSHAKE_TIMEOUT", "bad_password", "auth_expire", and others. */
function faultOf(reason: string): number {
  const text = reason.toLowerCase();
  if (find(text, "found") >= 0) return Fault.notFound;
  return find(text, "password") >= 0 || find(text, "auth") >= 0 || find(text, "handshake") >= 0 ? Fault.refused : Fault.broken;
}

function tell(value: WifiConnection, fault: number): void {
  change(value);
  if (onChanged !== undefined) onChanged(value, fault);
}

/**
 * The end of a `connect`; one that was given up in the meantime is not told.
 *
 * @cold
 */
function joined(error: string | null): void {
  if (present !== WifiConnection.connecting) return;
  if (error === null) tell(WifiConnection.ready, Fault.none);
  else tell(WifiConnection.disconnected, faultOf(error));
}

/**
 * The engine lost the network. While joining, `joined` tells.
 *
 * @cold
 */
function dropped(): void {
  if (present !== WifiConnection.ready) return;
  require("Wifi").disconnect();
  tell(WifiConnection.disconnected, Fault.broken);
}

/**
 * The end of a `connect` on a machine without a radio, which is on its network already.
 *
 * @cold
 */
function plugged(): void {
  const heard = onChanged;
  onChanged = undefined;
  if (heard !== undefined) heard(WifiConnection.ready, Fault.none);
}

/** @cold */
function connect(options: WifiOptions): number {
  const secret = options.password;
  if (options.ssid === "" || options.ssid.length > Limit.ssidBytesMax) return Fault.invalid;
  if (secret !== "" && (secret.length < Limit.passwordBytesMin || secret.length > Limit.passwordBytesMax)) return Fault.invalid;
  if (!BOARD.radio) {
    if (onChanged !== undefined) return Fault.busy;
    onChanged = options.onChanged;
    setTimeout(plugged, 0);
    return Fault.none;
  }
  if (present === WifiConnection.connecting) return Fault.busy;
  require("Wifi")["#ondisconnected"] = dropped;
  onChanged = options.onChanged;
  change(WifiConnection.connecting);
  require("Wifi").connect(options.ssid, { password: secret }, joined);
  return Fault.none;
}

/** @cold */
function disconnect(): void {
  if (!BOARD.radio) onChanged = undefined;
  if (!BOARD.radio || present === WifiConnection.disconnected) return;
  change(WifiConnection.disconnected);
  require("Wifi").disconnect();
}

export const wifi: WifiPort = { connection, connect, disconnect };
