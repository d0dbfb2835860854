/**
 * The digital port on gpio. A pin is named by its number on NodeMCU, "4" or "D4": 0 to 12 on the ESP8266 (an index of the
 * development board, gpio.md), 0 to 39 on the ESP32 (the GPIO). The ESP8266 has no pull-downs, and no changes at D0.
 */
import { at, sub } from "../../firmware/base/intrinsics";
import { parseDecimal } from "../../firmware/base/number";
import { DigitalMode, type DigitalOptions, type DigitalPin, type DigitalPort } from "../ports/digital";
import { Fault } from "../ports/fault";
import { setPin as setPin32 } from "./esp32";
import { setPin as setPin8266 } from "./esp8266";
import { type Handle, find, isWhole, newHandle, stopped, take } from "./state";

interface Pin extends Handle {
  readonly gpio: number;
  readonly options: DigitalOptions;
  readonly isOutput: boolean;
  /** What was told last. */
  level: number;
}

const pins: Pin[] = [];
const LAST_PIN = BOARD.chip === "esp32" ? 39 : 12;

function pinOf(name: string): number {
  const hasLetter = name.length > 1 && at(name, 0) === 68;
  return parseDecimal(hasLetter ? sub(name, 1, name.length) : name) ?? -1;
}

function setPin(pin: number, mode: number, watched: boolean): boolean {
  return BOARD.chip === "esp32" ? setPin32(pin, mode, watched) : setPin8266(pin, mode, watched);
}

/** Edges may have been missed while the device was busy: the level decides. */
function changed(id: number): void {
  const pin = find(pins, id);
  const level = pin === undefined ? 0 : gpio.read(pin.gpio);
  if (pin === undefined || stopped || level === pin.level) return;
  pin.level = level;
  if (pin.options.onReadable !== undefined) pin.options.onReadable(level);
}

/** Raises an error, or notes the pin. */
function setUp(pin: Pin): void {
  const id = pin.id;
  const options = pin.options;
  const watched = !pin.isOutput && options.onReadable !== undefined;
  // The level first, so that an output does not begin with the other one.
  if (pin.isOutput) gpio.write(pin.gpio, options.initialValue);
  if (!setPin(pin.gpio, options.mode, watched)) return;
  if (watched) gpio.trig(pin.gpio, BOARD.chip === "esp32" ? gpio.INTR_UP_DOWN : "both", () => changed(id));
  pin.level = gpio.read(pin.gpio);
  pins.push(pin);
}

function open(options: DigitalOptions): DigitalPin {
  const number = pinOf(options.pin);
  if (stopped || !isWhole(number, 0, LAST_PIN) || !isWhole(options.mode, 0, 4) || !isWhole(options.initialValue, 0, 1)) return 0;
  for (const pin of pins) {
    if (pin.gpio === number) return 0;
  }
  const count = pins.length;
  const id = newHandle();
  pcall(setUp, { id, gpio: number, options, isOutput: options.mode >= DigitalMode.output, level: 0 });
  return pins.length > count ? id : 0;
}

function read(id: DigitalPin): number {
  const pin = find(pins, id);
  return pin === undefined ? 0 : gpio.read(pin.gpio);
}

function write(id: DigitalPin, value: number): number {
  const pin = find(pins, id);
  if (pin === undefined || stopped) return Fault.closed;
  if (!pin.isOutput || !isWhole(value, 0, 1)) return Fault.invalid;
  gpio.write(pin.gpio, value);
  return 0;
}

function close(id: DigitalPin): void {
  const pin = take(pins, id);
  if (pin === undefined) return;
  if (BOARD.chip === "esp32") gpio.trig(pin.gpio, gpio.INTR_NONE);
  setPin(pin.gpio, DigitalMode.input, false);
}

export const digital: DigitalPort = { open, read, write, close };
