/**
 * What only the ESP8266 has, or has otherwise (NodeMCU branch dev, Lua 5.1). Nothing here is linked into an image for the
 * ESP32.
 */
import { elapsed } from "../../firmware/base/time";
import { chr, idiv } from "../../firmware/base/intrinsics";
import { DigitalMode } from "../ports/digital";

let counter = 0;

/** Ms since the last call; the microseconds of `tmr.now`, which wrap at 2^31, that make no whole one stay for the next. */
export function counterMs(): number {
  const now = tmr.now();
  const span = elapsed(now, counter);
  counter = elapsed(now, span % 1000);
  return idiv(span, 1000);
}

/** From the hardware's generator. */
export function randomBytes(count: number): string {
  let bytes = "";
  for (let i = 0; i < count; i += 1) bytes += chr(node.random(0, 255));
  return bytes;
}

/** A network that NodeMCU has joined by itself, from what was saved, counts. */
export function startRadio(gotIp: (this: void) => void, lost: (this: void, reason: number) => void): void {
  wifi.setmode(wifi.STATION, false);
  wifi.eventmon.register(wifi.eventmon.STA_GOT_IP, gotIp);
  wifi.eventmon.register(wifi.eventmon.STA_DISCONNECTED, (info) => lost(info.reason));
  wifi.eventmon.register(wifi.eventmon.STA_DHCP_TIMEOUT, () => lost(0));
  if (wifi.sta.getip() !== undefined) gotIp();
}

/** Nothing is kept in flash, and the chip does not join by itself at boot. */
export function join(ssid: string, pwd: string): void {
  wifi.sta.config({ ssid, pwd, auto: false, save: false });
  wifi.sta.connect();
}

/** Sets a pin up; false for what the chip lacks. `watched`: its changes are told. */
export function setPin(pin: number, mode: number, watched: boolean): boolean {
  if (mode === DigitalMode.inputPullDown) return false;
  let kind = watched ? gpio.INT : gpio.INPUT;
  if (mode === DigitalMode.output) kind = gpio.OUTPUT;
  if (mode === DigitalMode.outputOpenDrain) kind = gpio.OPENDRAIN;
  gpio.mode(pin, kind, mode === DigitalMode.inputPullUp ? gpio.PULLUP : gpio.FLOAT);
  return true;
}
