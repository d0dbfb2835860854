/**
 * What the Espruino adapter does beyond the contract of the ports: what it closes at boot, how it bears what the engine cannot
 * tell or tells in its own way, and the limits of the chips.
 */
import { Fault } from "../../hal/ports/fault";
import { ResetReason } from "../../hal/ports/system";
import { SERVER_ADDRESS } from "../../sim/world/network";
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
