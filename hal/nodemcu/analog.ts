/**
 * The analog port on adc: "A0" of the ESP8266, "A0" to "A7" of the ESP32, which are the channels of its first converter
 * (GPIO 36, 37, 38, 39, 32, 33, 34, 35) at the widest range.
 */
import { at } from "../../firmware/base/intrinsics";
import type { AnalogOptions, AnalogPin, AnalogPort } from "../ports/analog";
import { type Handle, find, newHandle, stopped, take } from "./state";

interface Input extends Handle {
  readonly channel: number;
}

const inputs: Input[] = [];
const LAST_CHANNEL = BOARD.chip === "esp32" ? 7 : 0;

function open(options: AnalogOptions): AnalogPin {
  const name = options.pin;
  const channel = name.length === 2 && at(name, 0) === 65 ? at(name, 1) - 48 : -1;
  if (stopped || channel < 0 || channel > LAST_CHANNEL) return 0;
  for (const input of inputs) {
    if (input.channel === channel) return 0;
  }
  if (BOARD.chip === "esp32") {
    adc.setwidth(adc.ADC1, 12);
    adc.setup(adc.ADC1, channel, adc.ATTEN_11db);
  }
  const id = newHandle();
  inputs.push({ id, channel });
  return id;
}

function read(id: AnalogPin): number {
  const input = find(inputs, id);
  if (input === undefined) return 0;
  if (BOARD.chip === "esp32") return adc.read(adc.ADC1, input.channel);
  // The SDK's scale ends at 1024.
  const sample = adc.read(0);
  return sample > 1023 ? 1023 : sample;
}

function close(id: AnalogPin): void {
  take(inputs, id);
}

export const analog: AnalogPort = { resolution: BOARD.chip === "esp32" ? 12 : 10, open, read, close };
