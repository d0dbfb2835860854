/**
 * The wifi port: the station of NodeMCU by its events, which are wifi.eventmon on the ESP8266 and wifi.sta.on on the ESP32.
 */
import { Fault } from "../ports/fault";
import { WifiConnection, type WifiOptions, type WifiPort } from "../ports/wifi";
import { later } from "./clock";
import { join as join32, startRadio as startRadio32 } from "./esp32";
import { join as join8266, startRadio as startRadio8266 } from "./esp8266";
import { online, setOnline, stopped } from "./state";
import { breakAll } from "./tcp";

/** What our own `wifi.sta.disconnect` is told as: it may come when the next join is under way. */
const ASSOC_LEAVE = 8;
const HANDSHAKE_4WAY_TIMEOUT = 15;
const NO_AP_FOUND = 201;
const AUTH_FAIL = 202;
const HANDSHAKE_TIMEOUT = 204;

/** Hears of no change. */
function nobody(_state: number, _fault: number): void {
  return;
}

let isJoining = false;
/** No join and no leave was asked for yet: a network that the firmware joined by itself is welcome. */
let isFresh = true;
let onChanged: WifiOptions["onChanged"] = nobody;

function drop(): void {
  if (online) breakAll();
  isJoining = false;
  setOnline(false);
}

function leave(): void {
  isFresh = false;
  drop();
  // An error while the radio is off.
  pcall(wifi.sta.disconnect);
}

function tell(state: number, fault: number): void {
  if (!stopped) onChanged(state, fault);
}

function gotIp(): void {
  if (online || !(isJoining || isFresh)) return;
  isJoining = false;
  setOnline(true);
  tell(WifiConnection.ready, 0);
}

/**
 * The network was lost or could not be joined. The radio would go on trying, and does where the network is the firmware's
 * own; otherwise the agent decides when.
 */
function lost(reason: number): void {
  const wasOnline = online;
  if (!wasOnline && (!isJoining || reason === ASSOC_LEAVE)) return;
  if (isFresh) drop();
  else leave();
  let fault = Fault.broken;
  if (!wasOnline && reason === NO_AP_FOUND) fault = Fault.notFound;
  if (!wasOnline && (reason === AUTH_FAIL || reason === HANDSHAKE_TIMEOUT || reason === HANDSHAKE_4WAY_TIMEOUT)) fault = Fault.refused;
  tell(WifiConnection.disconnected, fault);
}

function join(ssid: string, password: string): void {
  if (BOARD.chip === "esp32") join32(ssid, password);
  else join8266(ssid, password);
}

export function startRadio(): void {
  if (BOARD.chip === "esp32") startRadio32(gotIp, lost);
  else startRadio8266(gotIp, lost);
}

function connection(): number {
  if (online) return WifiConnection.ready;
  return isJoining ? WifiConnection.connecting : WifiConnection.disconnected;
}

function connect(options: WifiOptions): number {
  const ssidBytes = options.ssid.length;
  const passwordBytes = options.password.length;
  if (ssidBytes < 1 || ssidBytes > 32 || passwordBytes > 63 || (passwordBytes > 0 && passwordBytes < 8)) return Fault.invalid;
  if (isJoining) return Fault.busy;
  if (online) leave();
  isFresh = false;
  isJoining = true;
  onChanged = options.onChanged;
  // An error while the radio is off.
  if (!pcall(join, options.ssid, options.password)) later(() => lost(0));
  return 0;
}

function disconnect(): void {
  onChanged = nobody;
  leave();
}

export const wifiPort: WifiPort = { connection, connect, disconnect };
