/**
 * The Espruino adapter on the real interpreter, as a board gets it: small programs through the pipeline of device builds,
 * against sockets of this process. The suites of hal/contract hold the same adapter on the emulation; here is shown that the
 * interpreter is what the emulation takes it for.
 */
import dgram from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { compileEspruino } from "../../boards/toolchain/compile/espruino";
import { Fault } from "../../hal/ports/fault";
import type { BoardConstants } from "../../sim/engines/image";
import { writeFolder } from "../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../sim/engines/espruino/interpreter";

const root = join(__dirname, "..", "..");
const binary = process.env["ESPRUINO"] ?? "";
const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const LOOPBACK = "127.0.0.1";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "motet-ports-"));
  closers.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Boots the program in the folder and answers what it tells, `NAME NUMBER TEXT`, until it tells "end". */
async function run(program: string, dir = temporaryDir(), isFirst = true, changes: Partial<BoardConstants> = {}): Promise<string[]> {
  const board = loadBoard(root, "linux-espruino");
  const entry = `
import { ports } from "./hal/espruino/index";
import { start } from "./hal/espruino/start";
const { clock, random, log, dns, tcp, udp, flash, checksum, system } = ports;
const tell = (name: string, number: number, text: string): void => log.record(name, number, text);
start(() => {${program}
});`;
  const image = await compileEspruino(root, entry, { id: board.id, constants: { ...board.constants, tlsLevel: 0, ...changes } });
  if (isFirst) writeFolder(dir, image, new Map());
  const told: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const interpreter = startInterpreter({ binary, dir }, {
      record: (name, number, text) => {
        if (name === "end") {
          interpreter.stop();
          void interpreter.gone.then(resolve);
        } else told.push(`${name} ${number} ${text}`.trim());
      },
      console: () => undefined,
      failed: (message) => reject(new Error(`${message} after ${told.join(", ")}`)),
      restarted: () => reject(new Error("it restarted")),
    });
    closers.push(() => interpreter.stop());
  });
  return told;
}

async function listening(serve: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    closers.push(() => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const connection = (name: string, port: number, onWritable: string, onReadable = ""): string => `
  const ${name} = tcp.connect({ address: "${LOOPBACK}", port: ${port}, tls: undefined,
    onWritable: () => { ${onWritable} }, onReadable: (bytes) => { ${onReadable} tell("data", bytes.length, ""); },
    onError: (fault) => { tell("fault", fault, ""); tell("end", 0, ""); } });`;

onEspruino("[espruino] small ports: checksum, random, log, names, timers", async () => {
  const told = await run(`
  tell("crc", 0, checksum.crc32("123456789"));
  tell("random", random.bytes(64).length, "");
  tell("text", -2147483647, "\\"quotes\\" and\\nlines");
  tell("id", system.uniqueId().length, "");
  tell("free", system.memoryFree() > 100 ? 1 : 0, "");
  const began = clock.uptime();
  clock.after(30, () => tell("after", clock.uptime() - began >= 30 ? 1 : 0, ""));
  clock.cancel(clock.after(5, () => tell("cancelled", 0, "")));
  tell("bad", clock.after(-1, () => {}) + clock.every(0, () => {}) + clock.after(0.5, () => {}), "");
  dns.resolve("localhost", (fault, address) => tell("dns", fault, address));
  dns.resolve("192.0.2.1", (fault, address) => tell("dns", fault, address));
  dns.resolve("two words", (fault, address) => tell("dns", fault, address));
  dns.resolve("nobody.invalid", (fault, address) => tell("dns", fault, address));
  let ticks = 0;
  const timer = clock.every(20, () => {
    ticks += 1;
    if (ticks < 3) return;
    clock.cancel(timer);
    tell("ticks", ticks, "");
    clock.after(40, () => tell("end", 0, ""));
  });`);
  // Timers that fell due while the program began run in the order in which they were started.
  expect([...told].sort()).toEqual([
    "crc 0 \xcb\xf4\x39\x26", "random 64", "text -2147483647 \"quotes\" and\nlines", "id 24", "free 1", "bad 0",
    "dns 0 127.0.0.1", "dns 0 192.0.2.1", `dns ${Fault.notFound}`, `dns ${Fault.notFound}`, "after 1", "ticks 3",
  ].sort());
}, 60000);

onEspruino("[espruino] tcp: nothing listens; a server ends the connection; 60,000 bytes leave one write at a time, and as many come", async () => {
  const closed = await new Promise<number>((resolve) => {
    const server = net.createServer().listen(0, LOOPBACK, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  expect(await run(connection("socket", closed, ""))).toEqual([`fault ${Fault.refused}`]);

  const ending = await listening((socket) => void socket.end("last"));
  expect(await run(connection("socket", ending, 'tell("open", 0, "");'))).toEqual(["open 0", "data 4", `fault ${Fault.closed}`]);

  let received = 0;
  const echo = await listening((socket) => {
    socket.on("data", (bytes: Buffer) => {
      received += bytes.length;
      socket.write(bytes);
    });
  });
  const told = await run(`
  let sent = 0;
  let got = 0;
  const piece = "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
  const six = piece + piece + piece + piece + piece + piece;
  ${connection("socket", echo, `
    if (sent === 60000) return;
    sent += 600;
    const code = tcp.write(socket, six);
    if (code !== 0 || tcp.write(socket, six) !== ${Fault.busy}) tell("code", code, "");`, `
    got += bytes.length;
    if (bytes.length > 536) tell("long", bytes.length, "");
    if (got === 60000) {
      tcp.close(socket);
      tcp.close(socket);
      tell("closed", tcp.write(socket, "x"), "");
      tell("end", 0, "");
    }
    return;`)}
  tell("early", tcp.write(socket, "x"), "");`);
  expect(told).toEqual([`early ${Fault.busy}`, `closed ${Fault.closed}`]);
  expect(received).toBe(60000);
}, 120000);

onEspruino("[espruino] udp: borders and limits are kept; a port that is taken; an empty datagram breaks the socket", async () => {
  const peer = dgram.createSocket("udp4");
  const received: string[] = [];
  peer.on("message", (bytes, { port }) => {
    const text = bytes.toString("latin1");
    received.push(`${text.substring(0, 5)} ${text.length}`);
    if (text === "first") peer.send("answer", port, LOOPBACK);
    // One byte more than the board takes, which is dropped.
    if (text === "large") peer.send(Buffer.alloc(1025, 65), port, LOOPBACK);
    if (text === "probe") peer.send("after", port, LOOPBACK);
    if (text === "empty") peer.send("", port, LOOPBACK);
  });
  await new Promise<void>((resolve) => peer.bind(0, LOOPBACK, resolve));
  closers.push(() => peer.close());
  const { port } = peer.address();
  const told = await run(`
  const socket = udp.open({ port: 0,
    onReadable: (bytes, address, from) => {
      tell("got", from === ${port} ? bytes.length : 0, bytes + " " + address);
      udp.write(socket, bytes === "answer" ? "large" : "empty", "${LOOPBACK}", ${port});
      // The engine's receive buffer holds one large datagram at a time.
      if (bytes === "answer") clock.after(50, () => { udp.write(socket, "probe", "${LOOPBACK}", ${port}); });
    },
    onError: (fault) => { tell("fault", fault, ""); tell("closed", udp.write(socket, "x", "${LOOPBACK}", ${port}), ""); tell("end", 0, ""); } });
  tell("taken", udp.open({ port: ${port}, onReadable: () => {}, onError: (fault) => tell("taken", fault, "") }) > 0 ? 1 : 0, "");
  tell("bad", udp.write(socket, "x", "localhost", ${port}), "");
  udp.write(socket, "", "${LOOPBACK}", ${port});
  udp.write(socket, "first", "${LOOPBACK}", ${port});`);
  expect(told).toEqual([
    "taken 1", `bad ${Fault.invalid}`, `taken ${Fault.busy}`, "got 6 answer 127.0.0.1", "got 5 after 127.0.0.1", `fault ${Fault.broken}`, `closed ${Fault.closed}`,
  ]);
  expect(received).toEqual([" 0", "first 5", "large 5", "probe 5", "empty 5"]);
}, 60000);

onEspruino("[espruino] flash in files: written once between erases, and there after a power cut", async () => {
  const part = `
  const area = flash.open("records")!;
  const other = flash.open("log")!;
  tell("before", 0, flash.read(area, 4094, 4));
  if (flash.read(area, 0, 1) === "a") {
    tell("erase", flash.eraseBlock(area, 0), flash.read(area, 0, 2));
    tell("again", flash.write(area, 0, "b"), flash.read(area, 4096, 1));
  } else {
    tell("late", flash.write(area, 1, "x"), "");
    tell("first", flash.write(area, 0, "abc"), "");
    tell("twice", flash.write(area, 2, "x"), "");
    tell("last", flash.write(area, 4094, "yz"), "");
  }`;
  const rest = `
  tell("next", flash.write(area, 4096, "n"), flash.read(area, 4094, 4));
  tell("cross", flash.write(area, 8191, "xy"), flash.read(other, 0, 2));
  tell("end", 0, "");`;
  const dir = temporaryDir();
  const erased = "\xff";
  expect(await run(part + rest, dir)).toEqual([
    `before 0 ${erased.repeat(4)}`, `late ${Fault.invalid}`, "first 0", `twice ${Fault.invalid}`, "last 0", `next 0 yzn${erased}`, `cross ${Fault.invalid} ${erased.repeat(2)}`,
  ]);
  expect(await run(part + rest, dir, false)).toEqual([
    `before 0 yzn${erased}`, `erase 0 ${erased.repeat(2)}`, "again 0 n", `next ${Fault.invalid} ${erased.repeat(2)}n${erased}`, `cross ${Fault.invalid} ${erased.repeat(2)}`,
  ]);
}, 60000);

onEspruino("[espruino] flash in raw pages: any offset, written once between erases, and there after a power cut", async () => {
  // The interpreter's flash belongs to Storage as a whole; these pages of 1 KB are far behind its files.
  const raw = { flash: "raw", blockBytes: 1024, recordsAddress: 0x10020000, logAddress: 0x10030000 } as const;
  const program = `
  const area = flash.open("records")!;
  if (flash.read(area, 0, 1) === "a") {
    tell("kept", 0, flash.read(area, 0, 12));
  } else {
    for (let block = 0; block < area.blocks; block += 1) tell("erase", flash.eraseBlock(area, block), "");
    tell("late", flash.write(area, 3, "x"), "");
    tell("odd", flash.write(area, 0, "abc") + flash.write(area, 5, "fg") + flash.write(area, 3, "d"), flash.read(area, 0, 8));
    tell("twice", flash.write(area, 2, "x") + flash.write(area, 0, "abc"), "");
    tell("cross", flash.write(area, 1022, "xyz"), "");
    tell("edge", flash.write(area, 1022, "xy") + flash.write(area, 1024, "z"), flash.read(area, 1020, 6));
    tell("one", flash.eraseBlock(area, 1), flash.read(area, 1022, 3));
  }
  tell("end", 0, "");`;
  const dir = temporaryDir();
  const erased = "\xff";
  expect(await run(program, dir, true, raw)).toEqual([
    "erase 0", "erase 0", "erase 0", "erase 0", `late ${Fault.invalid}`, `odd 0 abcd${erased}fg${erased}`, `twice ${2 * Fault.invalid}`,
    `cross ${Fault.invalid}`, `edge 0 ${erased}${erased}xyz${erased}`, `one 0 xy${erased}`,
  ]);
  expect(await run(program, dir, false, raw)).toEqual([`kept 0 abcd${erased}fg${erased.repeat(5)}`]);
}, 60000);
