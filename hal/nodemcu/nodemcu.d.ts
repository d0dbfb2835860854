/**
 * What the adapters use of NodeMCU and of Lua, as the documentation of its two branches says (dev for the ESP8266, dev-esp32
 * for the ESP32) and, where it is silent, their source. Fields and methods that only one of them has say so.
 *
 * Functions of a module take no self (`this: void`); methods of an object are called with a colon. A function that answers
 * several values is declared with its first; a list literal with such a call as its last element takes them all.
 */

// Lua's own.
declare function print(this: void, text: string): void;
/** Calls `run` with the values; false when it raised an error. */
declare function pcall(this: void, run: unknown, ...values: unknown[]): boolean;
declare function tonumber(this: void, text: string): number | undefined;
declare namespace table {
  /** Places count from 1. */
  function insert<T>(this: void, list: T[], place: number, item: T): void;
  function remove<T>(this: void, list: T[], place: number): T;
}
declare namespace string {
  function rep(this: void, text: string, count: number): string;
  /** Replaces every match; the count comes second. */
  function gsub(this: void, text: string, pattern: string, by: string): string;
  function lower(this: void, text: string): string;
  /** The first match, or nil. */
  function match(this: void, text: string, pattern: string): string | undefined;
}

/** net and tls module. Every method raises an error when the stack refuses. */
interface NetSocket {
  connect(port: number, address: string): void;
  /** "connection", "disconnection", "receive", "sent"; with tls "reconnection" tells errors. */
  on(event: string, told: (this: void, socket: NetSocket | undefined, value: never) => void): void;
  /** One at a time: the next after "sent". */
  send(bytes: string): void;
  close(): void;
}
interface NetUdpSocket {
  listen(port: number): void;
  on(event: "receive", told: (this: void, socket: unknown, bytes: string, port: number, address: string) => void): void;
  send(port: number, address: string, bytes: string): void;
  close(): void;
}
declare namespace net {
  function createConnection(this: void): NetSocket;
  function createUDPSocket(this: void): NetUdpSocket;
  namespace dns {
    /** ESP8266: `told(nil, address)`, inside the call for a name that it knows; ESP32: `told(address)`. No address: nil. */
    function resolve(this: void, host: string, told: (this: void, first: string | undefined, second?: string) => void): void;
  }
}
/** ESP8266 only. */
declare namespace tls {
  function createConnection(this: void): NetSocket;
}

interface TmrTimer {
  /** 1 to 6870947 ms; starts anew when it runs already. */
  alarm(ms: number, mode: number, run: (this: void) => void): boolean;
}
declare namespace tmr {
  const ALARM_SINGLE: number;
  function create(this: void): TmrTimer;
  /** ESP8266 only. Microseconds since boot, modulo 2^31. */
  function now(this: void): number;
  /** ESP8266: feeds the chip's own watchdog, which bites after three seconds of one turn. */
  function wdclr(this: void): void;
  /** ESP8266 only. Restarts the chip `seconds` to `seconds` + 1 from now, unless it is called again. */
  function softwd(this: void, seconds: number): void;
}
/** ESP32 only. */
declare namespace time {
  /** Seconds, and second the microseconds within: both integers. Nobody sets this clock. */
  function get(this: void): number;
}

/** file on ESP8266, io on ESP32: the same methods. */
interface OpenFile {
  /** The new position, or nil. */
  seek(whence: "set" | "end", offset?: number): number | undefined;
  /** Up to `count` bytes, or nil at the end. */
  read(count: number): string | undefined;
  /** Nil when not everything was written. */
  write(bytes: string): unknown;
  flush(): unknown;
  close(): void;
}
declare namespace file {
  /** ESP8266 only. Names are up to 31 characters. */
  function open(this: void, name: string, mode: "r" | "w" | "r+"): OpenFile | undefined;
  function exists(this: void, name: string): boolean;
  function remove(this: void, name: string): void;
}
/** ESP32 only. */
declare namespace io {
  function open(this: void, name: string, mode: "r" | "w" | "r+"): OpenFile | undefined;
}

interface WifiStation {
  ssid: string;
  pwd: string;
  /** ESP8266 only: join at once and at boot, true unless given; keep in flash, true unless given. */
  auto?: boolean;
  save?: boolean;
}
declare namespace wifi {
  const STATION: number;
  /** ESP8266 only. */
  function setmode(this: void, mode: number, save: boolean): void;
  /** ESP32 only, both. */
  function mode(this: void, mode: number, save: boolean): void;
  function start(this: void): void;
  namespace sta {
    function config(this: void, station: WifiStation, save?: boolean): void;
    function connect(this: void): void;
    function disconnect(this: void): void;
    /** "18:fe:34:a2:d7:34" */
    function getmac(this: void): string;
    /** ESP8266 only. Nil without an address. */
    function getip(this: void): string | undefined;
    /** ESP32 only. "got_ip" and "disconnected", whose information holds the reason. */
    function on(this: void, event: string, told: (this: void, event: string, info: { reason: number }) => void): void;
  }
  /** ESP8266 only. */
  namespace eventmon {
    const STA_GOT_IP: number;
    const STA_DISCONNECTED: number;
    const STA_DHCP_TIMEOUT: number;
    function register(this: void, event: number, told: (this: void, info: { reason: number }) => void): void;
  }
}

interface GpioConfig {
  gpio: number;
  dir: number;
  opendrain: number;
  pull: number;
}
declare namespace gpio {
  function read(this: void, pin: number): number;
  function write(this: void, pin: number, level: number): void;
  /** ESP8266: "both" or "none", `told(level)`. ESP32: INTR_UP_DOWN or INTR_NONE, `told(pin, level)`. */
  function trig(this: void, pin: number, edges: string | number, told?: (this: void) => void): void;
  /** ESP8266 only. */
  function mode(this: void, pin: number, mode: number, pull: number): void;
  const INPUT: number;
  const INT: number;
  const OUTPUT: number;
  const OPENDRAIN: number;
  const FLOAT: number;
  const PULLUP: number;
  /** ESP32 only. */
  function config(this: void, config: GpioConfig): void;
  const IN: number;
  const IN_OUT: number;
  const FLOATING: number;
  const PULL_UP: number;
  const PULL_DOWN: number;
  const INTR_UP_DOWN: number;
  const INTR_NONE: number;
}
declare namespace adc {
  /** ESP8266: `read(0)`; ESP32: `read(ADC1, channel)`. */
  function read(this: void, first: number, channel?: number): number;
  /** ESP32 only. */
  const ADC1: number;
  const ATTEN_11db: number;
  function setwidth(this: void, converter: number, bits: number): void;
  function setup(this: void, converter: number, channel: number, attenuation: number): void;
}
declare namespace i2c {
  const TRANSMITTER: number;
  const RECEIVER: number;
  /** ESP32 only: the bus that the processor drives by itself, 100 kHz at most. */
  const SW: number;
  function setup(this: void, bus: number, sda: number, scl: number, hz: number): number;
  function start(this: void, bus: number): void;
  function stop(this: void, bus: number): void;
  /** True when somebody acknowledged. */
  function address(this: void, bus: number, address: number, direction: number): boolean;
  /** How many bytes were acknowledged. */
  function write(this: void, bus: number, bytes: string): number;
  function read(this: void, bus: number, count: number): string;
}

declare namespace node {
  /** Raw code, extended reason, and for reason 19 the panics in a row. */
  function bootreason(this: void): number;
  function restart(this: void): void;
  /** ESP8266: microseconds; ESP32: also a table. */
  function dsleep(this: void, duration: number | { secs: number; us: number }): void;
  function heap(this: void): number;
  function setonerror(this: void, told: (this: void, text: string) => void): void;
  /** ESP8266 only. From `low` to `high`, out of the hardware's generator. */
  function random(this: void, low: number, high: number): number;
}
/** ESP32 only. */
declare namespace sodium {
  namespace random {
    /** Random only while the radio is on; pseudo-random otherwise. */
    function buf(this: void, count: number): string;
  }
}
