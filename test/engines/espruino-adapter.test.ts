/**
 * What the Espruino adapter does beyond the contract of the ports: what it closes at boot, how it bears what the engine cannot
 * tell or tells in its own way, and the limits of the chips.
 */
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { compileEspruino } from "../../boards/toolchain/compile/espruino";
import { Fault } from "../../hal/ports/fault";
import { ResetReason } from "../../hal/ports/system";
import { createEspruino } from "../../sim/engines/espruino-api/index";
import { parseLogLine } from "../../sim/engines/log-line";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import { type Adapter, adapterOf, CLOSED_PORT, joinNetwork } from "./espruino-adapter";

const esp32 = adapterOf("esp32-espruino");
const esp8266 = adapterOf("esp8266-espruino");
const linux = adapterOf("linux-espruino");
const PORT = 1883;

interface Heard {
  handle: number;
  told: string[];
}

function connect({ ports }: Adapter, port: number, serverName?: string): Heard {
  const heard: Heard = { handle: 0, told: [] };
  heard.handle = ports.tcp.connect({
    address: SERVER_ADDRESS,
    port,
    tls: serverName === undefined ? undefined : { serverName },
    onWritable: () => heard.told.push("writable"),
    onReadable: (bytes) => heard.told.push(bytes),
    onError: (fault) => heard.told.push(`fault ${fault}`),
  });
  return heard;
}

/** A server that does one thing to every connection. */
function serve({ world }: Adapter, act: (stream: { send(bytes: string): void; abort(): void; close(): void }) => void): void {
  world.listenTcp(PORT, (stream) => {
    act(stream);
    return { onBytes: () => undefined, onEnded: () => undefined };
  });
}

test("the console on the network is shut at boot", async () => {
  expect((await esp32()).espruino.settings.telnet).toBe(false);
  expect((await esp8266()).espruino.settings.telnet).toBe(false);
});

test("a reset that the engine tells of is broken; where it looks like a close, it is closed", async () => {
  for (const [boot, fault] of [[esp8266, Fault.broken], [esp32, Fault.closed]] as const) {
    const adapter = await boot();
    joinNetwork(adapter);
    adapter.world.listenTcp(PORT, (stream) => ({ onBytes: () => stream.abort(), onEnded: () => undefined }));
    const heard = connect(adapter, PORT);
    expect(adapter.world.runUntil(() => heard.told.length > 0, 60000)).toBe(true);
    expect(adapter.ports.tcp.write(heard.handle, "x")).toBe(0);
    adapter.world.run(60000);
    // The write had left by then, or had not.
    if (heard.told[1] === "writable") heard.told.splice(1, 1);
    expect(heard.told).toEqual(["writable", `fault ${fault}`]);
  }
});

test("nobody answers: a timeout where the engine tells", async () => {
  const adapter = await esp8266();
  joinNetwork(adapter);
  adapter.machine.conditions.tcpConnect = "silent";
  const heard = connect(adapter, PORT);
  expect(adapter.world.runUntil(() => heard.told.length > 0, 600000)).toBe(true);
  expect(heard.told).toEqual([`fault ${Fault.timeout}`]);
});

test("a server that speaks first is heard after the connection is told", async () => {
  for (const boot of [esp8266, esp32]) {
    const adapter = await boot();
    joinNetwork(adapter);
    serve(adapter, (stream) => stream.send("hello"));
    const heard = connect(adapter, PORT);
    expect(adapter.world.runUntil(() => heard.told.includes("hello"), 60000)).toBe(true);
    expect(heard.told).toEqual(["writable", "hello"]);
  }
});

test("a TLS handshake that fails is a fault and nothing else; other errors of the image reach the console", async () => {
  const adapter = await esp32();
  joinNetwork(adapter);
  serve(adapter, () => undefined);
  const heard = connect(adapter, PORT, "cloud.example");
  expect(adapter.world.runUntil(() => heard.told.length > 0, 60000)).toBe(true);
  adapter.world.run(10000);
  expect(heard.told).toEqual([`fault ${Fault.tls}`]);
  expect(adapter.lines).toEqual([]);
  adapter.espruino.evaluate('setTimeout(function () { throw "mine"; }, 1)');
  adapter.world.run(10);
  expect(adapter.lines).toEqual(["Uncaught mine"]);
});

test("datagram sockets and connections have places of their own, and no handle comes twice", async () => {
  const adapter = await esp8266();
  joinNetwork(adapter);
  const { ports, board } = adapter;
  const handles: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const opened = Array.from({ length: board.constants.socketsMax }, () => [
      connect(adapter, CLOSED_PORT).handle,
      ports.udp.open({ port: 0, onReadable: () => undefined, onError: () => undefined }),
    ]).flat();
    expect(opened).not.toContain(0);
    expect([connect(adapter, CLOSED_PORT).handle, ports.udp.open({ port: 0, onReadable: () => undefined, onError: () => undefined })]).toEqual([0, 0]);
    for (const handle of opened) {
      ports.tcp.close(handle);
      ports.udp.close(handle);
    }
    handles.push(...opened);
  }
  expect(new Set(handles).size).toBe(handles.length);
});

test("why it booted, as the chips tell it", async () => {
  const restarted = await esp8266();
  restarted.ports.system.restart();
  restarted.world.run(1000);
  expect(restarted.machine.boots).toEqual([ResetReason.powerOn, ResetReason.software]);
  expect((await esp32()).ports.system.resetReason()).toBe(ResetReason.powerOn);
  expect((await linux()).ports.system.resetReason()).toBe(ResetReason.unknown);
});

test("sleep longer than the chips can count ends after 35 minutes", async () => {
  for (const boot of [esp8266, esp32]) {
    const { ports, world, machine } = await boot();
    expect(ports.system.deepSleep(2147483647)).toBe(0);
    world.run(2140000);
    expect(machine.boots).toHaveLength(1);
    world.run(10000);
    expect(machine.boots).toEqual([ResetReason.powerOn, ResetReason.deepSleep]);
  }
});

test("on a PC names are those of its hosts file", async () => {
  const { ports, world } = await linux();
  const answers: [number, string][] = [];
  for (const host of ["localhost", "Cloud.Example", "cloud", "127.0.0.1", "elsewhere"]) {
    ports.dns.resolve(host, (fault, address) => answers.push([fault, address]));
  }
  world.run(10);
  expect(answers).toEqual([[0, "127.0.0.1"], [0, SERVER_ADDRESS], [0, SERVER_ADDRESS], [0, "127.0.0.1"], [Fault.notFound, ""]]);
});

test("shortened names leave the engine's own alone: pins, buses, hardware, as a board gets them", async () => {
  const root = join(__dirname, "..", "..");
  const board = loadBoard(root, "esp8266-espruino");
  const entry = `
import { ports } from "./hal/espruino/index";
import { start } from "./hal/espruino/start";
const { digital, i2c, analog, system, wifi, log } = ports;
start(() => {
  digital.open({ pin: "D1", mode: 1, initialValue: 0, onReadable: (level) => log.record("level", level, "") });
  const chip = i2c.open({ bus: "default", address: 0x76, hz: 100000 });
  log.record("chip", 0, i2c.writeRead(chip, "\\xd0", 1) ?? "none");
  log.record("sample", analog.read(analog.open({ pin: "A0" })), "");
  log.record("reason", system.resetReason(), "" + system.uniqueId().length);
  wifi.connect({ ssid: "attic", password: "correct horse", onChanged: (connection, fault) => log.record("wifi", connection, "" + fault) });
});`;
  const image = await compileEspruino(root, entry, board);
  const world = createWorld({ seed: 1, accessPoints: [{ ssid: "attic", password: "correct horse" }] });
  const machine = world.createDevice({ bootMs: 0 });
  machine.pins.setAnalog("A0", 700);
  const told: string[] = [];
  const espruino = createEspruino({
    ports: machine.ports,
    constants: board.constants,
    files: image.files,
    events: {
      console: (line) => {
        const { event, number, text } = parseLogLine(line)!;
        told.push(`${event} ${number} ${text}`);
      },
      failed: (message) => {
        throw new Error(message);
      },
    },
  });
  espruino.run(image.main);
  world.run(60000);
  machine.pins.drive("D1", 0);
  world.run(10);
  machine.pins.drive("D1", 1);
  world.run(10);
  expect(told).toEqual(["chip 0 `", "sample 700 ", "reason 1 12", "wifi 500 0", "level 0 ", "level 1 "]);
});
