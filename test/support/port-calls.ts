/**
 * Ports of an image, used from outside: the test calls a function of the image by name, and the image calls back. `entry` is
 * the program that serves them, in device TypeScript; `portsOf` are the same ports on this side of the line. Values travel as
 * text with their type first: s string, n number, t and f boolean, u undefined.
 */
import type { EpochTime } from "../../hal/ports/clock";
import type { FlashArea } from "../../hal/ports/flash";
import type { Ports } from "../../hal/ports/index";

type Value = string | number | boolean | undefined;

function encode(value: Value): string {
  if (typeof value === "string") return `s${value}`;
  if (typeof value === "number") return `n${value}`;
  return value === undefined ? "u" : value ? "t" : "f";
}

function decode(text: string): Value {
  const body = text.substring(1);
  if (text.startsWith("s")) return body;
  if (text.startsWith("n")) return Number(body);
  return text === "u" ? undefined : text === "t";
}

/** The entry; `root` is the folder of the framework, `runtime` the folder of hal/ whose ports it serves. */
export function portsEntry(root: string, runtime: string): string {
  return `
import { start } from "${root}/hal/${runtime}/start";
import { ports } from "${root}/hal/${runtime}/index";
declare namespace uart {
  function serve(this: void, name: string, run: unknown): void;
  function tell(this: void, id: number, ...values: (string | number)[]): void;
}
function serveTime(): void {
  uart.serve("uptime", () => ports.clock.uptime());
  uart.serve("epoch", () => {
    const time = ports.clock.epoch();
    return time === undefined ? undefined : time.sec + " " + time.ms;
  });
  uart.serve("setEpoch", (sec: number, ms: number) => ports.clock.setEpoch({ sec, ms }));
  uart.serve("after", (id: number, ms: number) => ports.clock.after(ms, () => uart.tell(id)));
  uart.serve("every", (id: number, ms: number) => ports.clock.every(ms, () => uart.tell(id)));
  uart.serve("cancel", (timer: number) => ports.clock.cancel(timer));
  uart.serve("random", (count: number) => ports.random.bytes(count));
  uart.serve("crc32", (bytes: string) => ports.checksum.crc32(bytes));
  uart.serve("record", (event: string, number: number, text: string) => ports.log.record(event, number, text));
}
function serveNetwork(): void {
  uart.serve("connection", () => ports.wifi.connection());
  uart.serve("join", (id: number, ssid: string, password: string) =>
    ports.wifi.connect({ ssid, password, onChanged: (connection, fault) => uart.tell(id, connection, fault) }));
  uart.serve("leave", () => ports.wifi.disconnect());
  uart.serve("resolve", (id: number, host: string) => ports.dns.resolve(host, (fault, address) => uart.tell(id, fault, address)));
  uart.serve("tlsLevel", () => ports.tcp.tlsLevel);
  uart.serve("writeBytesMax", () => ports.tcp.writeBytesMax);
  uart.serve("connect", (id: number, address: string, port: number, serverName: string | undefined) => ports.tcp.connect({
    address,
    port,
    tls: serverName === undefined ? undefined : { serverName },
    onWritable: () => uart.tell(id, "writable"),
    onReadable: (bytes) => uart.tell(id, "readable", bytes),
    onError: (fault) => uart.tell(id, "error", fault),
  }));
  uart.serve("write", (socket: number, bytes: string) => ports.tcp.write(socket, bytes));
  uart.serve("close", (socket: number) => ports.tcp.close(socket));
  uart.serve("bytesMax", () => ports.udp.bytesMax);
  uart.serve("open", (id: number, port: number) => ports.udp.open({
    port,
    onReadable: (bytes, address, from) => uart.tell(id, "readable", bytes, address, from),
    onError: (fault) => uart.tell(id, "error", fault),
  }));
  uart.serve("send", (socket: number, bytes: string, address: string, port: number) => ports.udp.write(socket, bytes, address, port));
  uart.serve("closeUdp", (socket: number) => ports.udp.close(socket));
}
function serveFlash(): void {
  const flash = ports.flash;
  const areaOf = (name: string) => ports.flash.open(name)!;
  uart.serve("area", (name: string) => {
    const area = flash.open(name);
    return area === undefined ? undefined : area.name + " " + area.blockBytes + " " + area.blocks;
  });
  uart.serve("readFlash", (name: string, offset: number, count: number) => ports.flash.read(areaOf(name), offset, count));
  uart.serve("writeFlash", (name: string, offset: number, bytes: string) => ports.flash.write(areaOf(name), offset, bytes));
  uart.serve("erase", (name: string, block: number) => ports.flash.eraseBlock(areaOf(name), block));
}
function servePins(): void {
  uart.serve("openI2c", (bus: string, address: number, hz: number) => ports.i2c.open({ bus, address, hz }));
  uart.serve("writeI2c", (device: number, bytes: string) => ports.i2c.write(device, bytes));
  uart.serve("writeRead", (device: number, bytes: string, count: number) => ports.i2c.writeRead(device, bytes, count));
  uart.serve("closeI2c", (device: number) => ports.i2c.close(device));
  uart.serve("openPin", (id: number, pin: string, mode: number, initialValue: number, isWatched: boolean) => ports.digital.open({
    pin, mode, initialValue, onReadable: isWatched ? (value) => uart.tell(id, value) : undefined,
  }));
  uart.serve("readPin", (pin: number) => ports.digital.read(pin));
  uart.serve("writePin", (pin: number, value: number) => ports.digital.write(pin, value));
  uart.serve("closePin", (pin: number) => ports.digital.close(pin));
  uart.serve("resolution", () => ports.analog.resolution);
  uart.serve("openAnalog", (pin: string) => ports.analog.open({ pin }));
  uart.serve("sample", (pin: number) => ports.analog.read(pin));
  uart.serve("closeAnalog", (pin: number) => ports.analog.close(pin));
}
function serveSystem(): void {
  uart.serve("resetReason", () => ports.system.resetReason());
  uart.serve("uniqueId", () => ports.system.uniqueId());
  uart.serve("restart", () => ports.system.restart());
  uart.serve("deepSleep", (ms: number) => ports.system.deepSleep(ms));
  uart.serve("watchdogStart", (ms: number) => ports.system.watchdogStart(ms));
  uart.serve("watchdogFeed", () => ports.system.watchdogFeed());
  uart.serve("memoryFree", () => ports.system.memoryFree());
}
start(() => {
  serveTime();
  serveNetwork();
  serveFlash();
  servePins();
  serveSystem();
  uart.tell(0);
});
`;
}

/** The other end of the line: calls of the image, and what it tells. */
export interface PortCalls {
  readonly ports: Ports;
  /** Hears what the image tells under an id; 0 is told when all is served. */
  told(id: string, values: readonly string[]): void;
  /** True once the image serves. */
  isServed(): boolean;
}

/** The ports of the image behind `call`, which calls a function by name and answers its result as text. */
export function portCalls(call: (name: string, values: readonly string[]) => string): PortCalls {
  const listeners = new Map<number, (...values: Value[]) => void>();
  const ask = (name: string, ...values: Value[]): Value => decode(call(name, values.map(encode)));
  const number = (name: string, ...values: Value[]): number => ask(name, ...values) as number;
  const text = (name: string, ...values: Value[]): string => ask(name, ...values) as string;
  const run = (name: string, ...values: Value[]): void => void ask(name, ...values);
  const listen = (listener: (...values: never[]) => void): number => {
    listeners.set(listeners.size + 1, listener as (...values: Value[]) => void);
    return listeners.size;
  };
  let served = false;
  return {
    isServed: () => served,
    told: (id, values) => {
      if (id === "0") served = true;
      listeners.get(Number(id))?.(...values.map(decode));
    },
    ports: {
      clock: {
        uptime: () => number("uptime"),
        epoch: () => epochOf(ask("epoch")),
        setEpoch: ({ sec, ms }) => run("setEpoch", sec, ms),
        after: (ms, done) => number("after", listen(done), ms),
        every: (ms, done) => number("every", listen(done), ms),
        cancel: (timer) => run("cancel", timer),
      },
      random: { bytes: (count) => text("random", count) },
      log: { record: (event, code, detail) => run("record", event, code, detail) },
      checksum: { crc32: (bytes) => text("crc32", bytes) },
      wifi: {
        connection: () => number("connection"),
        connect: ({ ssid, password, onChanged }) => number("join", listen(onChanged), ssid, password),
        disconnect: () => run("leave"),
      },
      dns: { resolve: (host, done) => run("resolve", listen(done), host) },
      ...socketPorts({ number, run, listen }),
      flash: {
        open: (name) => areaOf(ask("area", name)),
        read: (area, offset, count) => text("readFlash", area.name, offset, count),
        write: (area, offset, bytes) => number("writeFlash", area.name, offset, bytes),
        eraseBlock: (area, block) => number("erase", area.name, block),
      },
      i2c: {
        open: ({ bus, address, hz }) => number("openI2c", bus, address, hz),
        write: (device, bytes) => number("writeI2c", device, bytes),
        writeRead: (device, bytes, count) => ask("writeRead", device, bytes, count) as string | undefined,
        close: (device) => run("closeI2c", device),
      },
      digital: {
        open: ({ pin, mode, initialValue, onReadable }) =>
          number("openPin", listen(onReadable ?? ((): void => undefined)), pin, mode, initialValue, onReadable !== undefined),
        read: (pin) => number("readPin", pin),
        write: (pin, value) => number("writePin", pin, value),
        close: (pin) => run("closePin", pin),
      },
      analog: {
        get resolution() {
          return number("resolution");
        },
        open: ({ pin }) => number("openAnalog", pin),
        read: (pin) => number("sample", pin),
        close: (pin) => run("closeAnalog", pin),
      },
      system: {
        resetReason: () => number("resetReason"),
        uniqueId: () => text("uniqueId"),
        restart: () => run("restart"),
        deepSleep: (ms) => number("deepSleep", ms),
        watchdogStart: (ms) => number("watchdogStart", ms),
        watchdogFeed: () => run("watchdogFeed"),
        memoryFree: () => number("memoryFree"),
      },
    },
  };
}

function socketPorts(line: {
  number(name: string, ...values: Value[]): number;
  run(name: string, ...values: Value[]): void;
  listen(listener: (...values: never[]) => void): number;
}): Pick<Ports, "tcp" | "udp"> {
  return {
    tcp: {
      get tlsLevel() {
        return line.number("tlsLevel");
      },
      get writeBytesMax() {
        return line.number("writeBytesMax");
      },
      connect: (options) => {
        const id = line.listen((what: string, value: never) => {
          if (what === "writable") options.onWritable();
          else if (what === "readable") options.onReadable(value);
          else options.onError(value);
        });
        return line.number("connect", id, options.address, options.port, options.tls?.serverName);
      },
      write: (socket, bytes) => line.number("write", socket, bytes),
      close: (socket) => line.run("close", socket),
    },
    udp: {
      get bytesMax() {
        return line.number("bytesMax");
      },
      open: (options) => {
        const id = line.listen((what: string, first: never, address: string, port: number) => {
          if (what === "readable") options.onReadable(first, address, port);
          else options.onError(first);
        });
        return line.number("open", id, options.port);
      },
      write: (socket, bytes, address, port) => line.number("send", socket, bytes, address, port),
      close: (socket) => line.run("closeUdp", socket),
    },
  };
}

function epochOf(text: Value): EpochTime | undefined {
  if (typeof text !== "string") return undefined;
  const [sec, ms] = text.split(" ").map(Number);
  return { sec: sec!, ms: ms! };
}

function areaOf(text: Value): FlashArea | undefined {
  if (typeof text !== "string") return undefined;
  const [name, blockBytes, blocks] = text.split(" ");
  return { name: name!, blockBytes: Number(blockBytes), blocks: Number(blocks) };
}
