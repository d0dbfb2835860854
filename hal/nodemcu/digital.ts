/**
 * The digital port on gpio. A pin is named by its number on NodeMCU, "4" or "D4": 0 to 12 on the ESP8266 (an index of the
 * development board, gpio.md), 0 to 39 on the ESP32 (the GPIO). The ESP8266 has no pull-downs, and no changes at D0.
 */
import { at, sub } from "../../firmware/base/intrinsics";
import { DigitalMode, type DigitalOptions, type DigitalPin, type DigitalPort } from "../ports/digital";
import { Fault } from "../ports/fault";
import { setPin } from "./pins";
import { type Handle, find, isWhole, newHandle, stopped, take } from "./state";

interface Pin extends Handle {
  readonly number: number;
  readonly options: DigitalOptions;
  readonly isOutput: boolean;
  /** What was told last. */
  level: number;
}

const pins: Pin[] = [];
const LAST_PIN = BOARD.chip === "esp32" ? 39 : 12;

function pinOf(name: string): number {
  const hasLetter = name.length > 1 && at(name, 0) === 68;
  return tonumber(hasLetter ? sub(name, 1, name.length) : name) ?? -1;
}

/** Edges may have been missed while the device was busy: the level decides. */
function changed(id: number): void {
  const pin = find(pins, id);
  const level = pin === undefined ? 0 : gpio.read(pin.number);
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
  if (pin.isOutput) gpio.write(pin.number, options.initialValue);
  if (!setPin(pin.number, options.mode, watched)) return;
  if (watched) {
    const told = (): void => changed(id);
    if (BOARD.chip === "esp32") gpio.trig(pin.number, gpio.INTR_UP_DOWN, told);
    else gpio.trig(pin.number, "both", told);
  }
  pin.level = gpio.read(pin.number);
  pins.push(pin);
}

function open(options: DigitalOptions): DigitalPin {
  const number = pinOf(options.pin);
  if (stopped || !isWhole(number, 0, LAST_PIN) || !isWhole(options.mode, 0, 4) || !isWhole(options.initialValue, 0, 1)) return 0;
  for (const other of pins) {
    if (other.number === number) return 0;
  }
  const pin: Pin = { id: newHandle(), number, options, isOutput: options.mode >= DigitalMode.output, level: 0 };
  pcall(setUp, pin);
  return find(pins, pin.id) === undefined ? 0 : pin.id;
}

function read(id: DigitalPin): number {
  const pin = find(pins, id);
  return pin === undefined ? 0 : gpio.read(pin.number);
}

function write(id: DigitalPin, value: number): number {
  const pin = find(pins, id);
  if (pin === undefined || stopped) return Fault.closed;
  if (!pin.isOutput || !isWhole(value, 0, 1)) return Fault.invalid;
  gpio.write(pin.number, value);
  return 0;
}

function close(id: DigitalPin): void {
  const pin = take(pins, id);
  if (pin === undefined) return;
  if (BOARD.chip === "esp32") gpio.trig(pin.number, gpio.INTR_NONE);
  setPin(pin.number, DigitalMode.input, false);
}

export const digital: DigitalPort = { open, read, write, close };
