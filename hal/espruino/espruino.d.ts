/**
 * What the adapter uses of Espruino (2v29), and no more: a name that is declared here stays as it is in every image, and a
 * name of more than four characters costs a variable wherever a struct has it.
 */

/** Called with the object that has the event as `this`. */
type EspruinoListener = (...values: never[]) => void;

interface EspruinoSocket {
  /** Its answer, whether the bytes have left, is always no. */
  write(bytes: string): void;
  end(): void;
  /** Every object of the engine has it: the event comes on a later turn. */
  emit(event: "close", isBroken: boolean): void;
  /** The options that it was opened with: the engine reads them no more once it has connected. */
  opt?: unknown;
  /** Bytes that wait to be sent. */
  dSnd?: string;
  /** Number of the engine's socket, counted from 1. */
  sckt?: number;
  // Listeners are properties. Set as such they cost one variable; `on` would wrap each in an array.
  "#ondata"?: EspruinoListener;
  "#ondrain"?: EspruinoListener;
  "#onclose"?: EspruinoListener;
  "#onerror"?: EspruinoListener;
}

interface EspruinoDatagrams {
  bind(port: number): void;
  send(bytes: string, port: number, address: string): void;
  close(): void;
  "#onmessage"?: EspruinoListener;
  "#onclose"?: EspruinoListener;
}

interface EspruinoSocketError {
  readonly code: number;
}

interface EspruinoSender {
  readonly address: string;
  readonly port: number;
  readonly size: number;
}

interface EspruinoNet {
  connect(options: { readonly host: string; readonly port: number }): EspruinoSocket;
}

interface EspruinoDgram {
  createSocket(options: { readonly type: "udp4"; readonly recvBufferSize: number }): EspruinoDatagrams;
}

interface EspruinoWifi {
  connect(ssid: string, options: { readonly password: string }, done: (this: void, error: string | null) => void): void;
  disconnect(): void;
  stopAP(): void;
  getHostByName(host: string, done: (this: void, address: string | null) => void): void;
  "#ondisconnected"?: EspruinoListener;
}

interface EspruinoStorage {
  read(name: string, offset: number, length: number): string | undefined;
  write(name: string, bytes: string, offset: number, size?: number): boolean;
  erase(name: string): void;
}

interface EspruinoFlash {
  read(length: number, address: number): Uint8Array;
  write(bytes: string, address: number): void;
  erasePage(address: number): void;
}

declare function require(module: "net" | "tls"): EspruinoNet;
declare function require(module: "dgram"): EspruinoDgram;
declare function require(module: "Wifi"): EspruinoWifi;
declare function require(module: "Storage"): EspruinoStorage;
declare function require(module: "Flash"): EspruinoFlash;
declare function require(module: "ESP8266"): {
  deepSleep(us: number): void;
  getResetInfo(): { readonly reason: string };
};
declare function require(module: "TelnetServer"): { setOptions(options: { readonly mode: "off" }): void };
declare function require(module: "fs"): { readFileSync(path: string): string };

declare const JSON: { stringify(text: string): string };

declare const ESP32: { deepSleep(us: number): void; getWakeupCause(): number };

declare const E: {
  hwRand(): number;
  CRC32(bytes: string): number;
  toString(bytes: Uint8Array): string;
  reboot(): void;
  enableWatchdog(seconds: number, isAutomatic: boolean): void;
  kickWatchdog(): void;
  /** At most 20 characters; kept in memory until the next boot. */
  setPassword(password: string): void;
  /** Until the password is typed, what comes to a console is taken for it. */
  lockConsole(): void;
};

declare const process: {
  memory(isFast: boolean): { readonly free: number };
  "#onuncaughtException"?: EspruinoListener;
};

interface EspruinoGlobal {
  /** One flat string a socket, by the engine's number: its own record of the TLS connection. */
  readonly ssl?: EspruinoTls;
  /** The class of datagram sockets, made again for the next one. */
  dgramSocket?: unknown;
  /** What the engine keeps for itself has the name of one char, 0xFF. */
  readonly [name: string]: unknown;
}
type EspruinoTls = Record<number, string>;
interface EspruinoHidden {
  readonly timers: Record<string, EspruinoTimer>;
}
interface EspruinoTimer {
  /** When it is due, engine's time. */
  time: number;
  /** Of an interval. */
  readonly intr?: number;
}
declare const global: EspruinoGlobal;
declare const Object: { keys(value: unknown): string[] };

/** Seconds, with microseconds behind the point. */
declare function getTime(): number;
declare function getSerial(): string;
declare function print(line: string): void;
declare function setTimeout<A, B>(run: (this: void, a: A, b: B) => void, ms: number, a: A, b: B): number;
declare function setTimeout<A>(run: (this: void, a: A) => void, ms: number, a: A): number;
declare function setTimeout(run: (this: void) => void, ms: number): number;
declare function setInterval(run: (this: void) => void, ms: number): number;
declare function clearTimeout(timer: number): void;

interface Pin {
  readonly isPin: true;
}
/** The pin of that name, or undefined when the board has none. */
declare function Pin(name: string): Pin | undefined;
declare function pinMode(pin: Pin, mode: string): void;
declare function digitalRead(pin: Pin): number;
declare function digitalWrite(pin: Pin, level: number): void;
/** A part of 1, in steps of the converter; NaN for a pin without one. */
declare function analogRead(pin: Pin): number;
declare function setWatch(run: (this: void, event: { readonly state: boolean }) => void, pin: Pin, options: { readonly repeat: true; readonly edge: "both" }): number;
declare function clearWatch(watch: number): void;

declare const I2C1: {
  setup(options: { readonly sda: string; readonly scl: string; readonly bitrate: number }): void;
  writeTo(target: number | { readonly address: number; readonly stop: false }, bytes: string): void;
  readFrom(address: number, count: number): Uint8Array;
};

/** What the engine gives for bytes; `E.toString` makes text of it. */
interface Uint8Array {
  readonly isBytes: true;
}
declare function parseInt(text: string): number;

interface String {
  repeat(count: number): string;
  split(separator: string): string[];
  toLowerCase(): string;
}

interface Array<T> {
  indexOf(item: T): number;
}

/** An error of the engine's own: where it was thrown, as lines of a console. Nothing but an error has it. */
interface EspruinoThrown {
  readonly stack?: string;
}
