/** The analog port: the engine gives a part of 1, the converter's steps are made of it again. */
import type { AnalogOptions, AnalogPin, AnalogPort } from "../ports/analog";

interface Opened {
  readonly name: string;
  readonly pin: Pin;
}

/** By handle, with holes; a handle is never used again. */
const pins: (Opened | undefined)[] = [undefined];

function open(options: AnalogOptions): AnalogPin {
  const pin = Pin(options.pin);
  if (pin === undefined) return 0;
  const sample = analogRead(pin);
  // Not a number: there is no converter at the pin.
  if (sample !== sample) return 0;
  for (const opened of pins) if (opened !== undefined && opened.name === options.pin) return 0;
  return pins.push({ name: options.pin, pin }) - 1;
}

function read(handle: AnalogPin): number {
  const opened = pins[handle];
  return opened === undefined ? 0 : Math.floor(analogRead(opened.pin) * (BOARD.chip === "esp32" ? 4096 : 1024) + 0.5);
}

function close(handle: AnalogPin): void {
  pins[handle] = undefined;
}

export const analog: AnalogPort = { resolution: BOARD.chip === "esp32" ? 12 : 10, open, read, close };
