/** The digital port on the engine's pins and watches. What an output was given is remembered: not every chip reads it back. */
import { DigitalMode, type DigitalOptions, type DigitalPin, type DigitalPort } from "../ports/digital";
import { Fault } from "../ports/fault";

interface Opened {
  readonly name: string;
  readonly pin: Pin;
  readonly mode: DigitalMode;
  /** What an output was given last. */
  level: number;
  /** The engine's watch; 0 for none. */
  watch: number;
}

/** By handle, with holes; a handle is never used again. */
const pins: (Opened | undefined)[] = [undefined];

function isOpen(name: string): boolean {
  for (const opened of pins) if (opened !== undefined && opened.name === name) return true;
  return false;
}

function modeName(mode: DigitalMode): string {
  switch (mode) {
    case DigitalMode.input:
      return "input";
    case DigitalMode.inputPullUp:
      return "input_pullup";
    case DigitalMode.inputPullDown:
      return "input_pulldown";
    case DigitalMode.outputOpenDrain:
      return "opendrain";
    default:
      return "output";
  }
}

function watch(opened: Opened, handle: DigitalPin, onReadable: (this: void, value: number) => void): void {
  opened.watch = setWatch(
    (event) => {
      if (pins[handle] === opened) onReadable(event.state ? 1 : 0);
    },
    opened.pin,
    { repeat: true, edge: "both" },
  );
}

function open(options: DigitalOptions): DigitalPin {
  const mode = options.mode;
  const level = options.initialValue;
  const pin = Pin(options.pin);
  if (pin === undefined || mode < DigitalMode.input || mode > DigitalMode.outputOpenDrain || isOpen(options.pin)) return 0;
  if (level !== 0 && level !== 1) return 0;
  const opened: Opened = { name: options.pin, pin, mode, level, watch: 0 };
  const handle = pins.push(opened) - 1;
  pinMode(pin, modeName(mode));
  if (mode >= DigitalMode.output) digitalWrite(pin, level);
  else if (options.onReadable !== undefined) watch(opened, handle, options.onReadable);
  return handle;
}

function read(handle: DigitalPin): number {
  const opened = pins[handle];
  if (opened === undefined) return 0;
  return opened.mode === DigitalMode.output ? opened.level : digitalRead(opened.pin);
}

function write(handle: DigitalPin, value: number): number {
  const opened = pins[handle];
  if (opened === undefined) return Fault.closed;
  if (opened.mode < DigitalMode.output || (value !== 0 && value !== 1)) return Fault.invalid;
  opened.level = value;
  digitalWrite(opened.pin, value);
  return Fault.none;
}

function close(handle: DigitalPin): void {
  const opened = pins[handle];
  if (opened === undefined) return;
  pins[handle] = undefined;
  if (opened.watch > 0) clearWatch(opened.watch);
  pinMode(opened.pin, "input");
}

export const digital: DigitalPort = { open, read, write, close };
