/**
 * What only the ESP32 has, or has otherwise (NodeMCU branch dev-esp32, Lua 5.3 with 32-bit integers and single floats).
 * Nothing here is linked into an image for the ESP8266.
 */
import { idiv } from "../../firmware/base/intrinsics";
import { DigitalMode } from "../ports/digital";

let lastSec = -1;
let lastMs = 0;

/**
 * Ms since the last call. From `time.get`, whose two results are integers: `node.uptime` answers one float, which on this
 * chip's default build has lost a millisecond after five hours and a tenth of a second after three weeks.
 */
export function systemTimeMs(): number {
  // A list takes all results of a call in its last place.
  const now = [time.get()];
  const sec = now[0]!;
  const ms = idiv(now[1]!, 1000);
  const span = lastSec < 0 ? 0 : (sec - lastSec) * 1000 + ms - lastMs;
  lastSec = sec;
  lastMs = ms;
  return Math.max(span, 0);
}

/** Truly random as long as the radio is on, which `start` has seen to. */
export function randomBytes(count: number): string {
  return sodium.random.buf(count);
}

export function startRadio(gotIp: (this: void) => void, lost: (this: void, reason: number) => void): void {
  wifi.mode(wifi.STATION, false);
  wifi.sta.on("got_ip", gotIp);
  wifi.sta.on("disconnected", (_event, info) => lost(info.reason));
  wifi.start();
}

export function join(ssid: string, pwd: string): void {
  // An error when there is nothing to leave.
  pcall(wifi.sta.disconnect);
  wifi.sta.config({ ssid, pwd }, false);
  wifi.sta.connect();
}

/** Sets a pin up; outputs can be read back, too. */
export function setPin(pin: number, mode: number): boolean {
  let pull = gpio.FLOATING;
  if (mode === DigitalMode.inputPullUp) pull = gpio.PULL_UP;
  if (mode === DigitalMode.inputPullDown) pull = gpio.PULL_DOWN;
  const dir = mode >= DigitalMode.output ? gpio.IN_OUT : gpio.IN;
  gpio.config({ gpio: pin, dir, opendrain: mode === DigitalMode.outputOpenDrain ? 1 : 0, pull });
  return true;
}
