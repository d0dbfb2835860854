/** The faults of virtual TCP, each seen from both sides. What holds without faults is in contract.test.ts. */
import { connect, type Heard } from "../../hal/contract/tcp";
import { Fault } from "../../hal/ports/fault";
import type { Link } from "./link";
import type { Machine, MachineOptions } from "./machine";
import { type ServerStream } from "./ends";
import { SERVER_ADDRESS } from "./network";
import { createWorld, type World, type WorldOptions } from "./world";

interface Peer {
  readonly stream: ServerStream;
  received: string;
  ended: Fault[];
}

interface Bench {
  readonly world: World;
  readonly machine: Machine;
  readonly peers: Peer[];
  readonly heard: Heard;
  readonly peer: Peer;
  readonly link: Link;
}

/** A machine that is connected to a server. */
function bench(options: MachineOptions = {}, worldOptions: Partial<WorldOptions> = {}): Bench {
  const world = createWorld({ seed: 1, ...worldOptions });
  const machine = world.createDevice(options);
  const peers: Peer[] = [];
  world.listenTcp(1883, (stream) => {
    const peer: Peer = { stream, received: "", ended: [] };
    peers.push(peer);
    return { onBytes: (bytes) => (peer.received += bytes), onEnded: (fault) => peer.ended.push(fault) };
  });
  const heard = connect(machine.ports, { address: SERVER_ADDRESS, port: 1883 });
  expect(world.runUntil(() => heard.writables === 1, 1000)).toBe(true);
  return { world, machine, peers, heard, peer: peers[0]!, link: machine.links[0]! };
}

test.each([0, 1, 2, 9, 10])("a cut after %i bytes up: exactly these arrive, then both sides hear broken", (bytes) => {
  const { world, machine, heard, peer, link } = bench();
  link.cutAfter("up", bytes);
  machine.ports.tcp.write(heard.socket, "0123456789");
  world.run(1000);
  expect(peer.received).toBe("0123456789".slice(0, bytes));
  expect([heard.faults, peer.ended]).toEqual([[Fault.broken], [Fault.broken]]);
  expect(world.network.links.size).toBe(0);
});

test.each([0, 1, 600, 1000])("a cut after %i bytes down: exactly these arrive", (bytes) => {
  const { world, heard, peer, link } = bench();
  link.cutAfter("down", bytes);
  peer.stream.send("x".repeat(1000));
  world.run(1000);
  expect(heard.received).toHaveLength(bytes);
  expect([heard.faults, peer.ended]).toEqual([[Fault.broken], [Fault.broken]]);
});

test("a silent path: nothing arrives, nobody hears, and the machine's buffer fills", () => {
  const { world, machine, heard, peer, link } = bench({ tcpSendBufferBytes: 1000 });
  link.freeze();
  let writes = 0;
  while (writes < 100 && machine.ports.tcp.write(heard.socket, "x".repeat(100)) === 0) {
    writes += 1;
    world.run(1000);
  }
  peer.stream.send("y");
  world.run(86400000);
  expect(writes).toBe(11);
  expect([heard.received, heard.faults, peer.received, peer.ended]).toEqual(["", [], "", []]);
});

test("a server that forgot the connection resets it when the machine speaks, not before", () => {
  const { world, machine, heard, peer, link } = bench();
  link.forget();
  world.run(3600000);
  expect([peer.ended, heard.faults]).toEqual([[Fault.broken], []]);
  machine.ports.tcp.write(heard.socket, "still there?");
  world.run(1000);
  expect([peer.received, heard.faults]).toEqual(["", [Fault.broken]]);
});

test("a machine without power leaves a half-open connection; once it is back, it resets it", () => {
  const { world, machine, heard, peer } = bench();
  machine.powerCut();
  peer.stream.send("anyone?");
  world.run(3600000);
  expect([peer.ended, heard.faults, machine.on]).toEqual([[], [], false]);
  machine.powerOn();
  world.run(1000);
  peer.stream.send("and now?");
  world.run(1000);
  expect([peer.ended, heard.faults]).toEqual([[Fault.broken], []]);
  expect(heard.received).toBe("");
});

test("a lost segment delays it and all behind it; order is kept", () => {
  const { world, heard, peer, machine } = bench({ conditions: { latencyMs: { min: 10, max: 10 } } });
  machine.conditions.tcpLossRate = 1;
  peer.stream.send("a");
  machine.conditions.tcpLossRate = 0;
  peer.stream.send("b");
  world.run(209);
  expect(heard.received).toBe("");
  world.run(1);
  expect(heard.received).toBe("ab");
});

test("a server may pause: what waits is bounded by the machine's buffer and comes in order", () => {
  const { world, machine, heard, peer } = bench({ tcpSendBufferBytes: 500 });
  peer.stream.pause();
  let sent = "";
  for (let i = 0; machine.ports.tcp.write(heard.socket, String(i % 10).repeat(100)) === 0; i += 1) {
    sent += String(i % 10).repeat(100);
    world.run(1000);
  }
  expect([sent.length, peer.received]).toEqual([600, ""]);
  peer.stream.resume();
  world.run(1000);
  expect(peer.received).toBe(sent);
});

test("refused and silent connects, a listener that closed, and a server that turns a client away", () => {
  const { world, machine } = bench();
  const server = { address: SERVER_ADDRESS, port: 1883 };
  machine.conditions.tcpConnect = "refuse";
  const refused = connect(machine.ports, server);
  world.run(1000);
  machine.conditions.tcpConnect = "silent";
  const silent = connect(machine.ports, server);
  world.run(machine.conditions.tcpConnectTimeoutMs - 1);
  expect([refused.faults, silent.faults]).toEqual([[Fault.refused], []]);
  world.run(1);
  expect(silent.faults).toEqual([Fault.timeout]);
  machine.conditions.tcpConnect = "open";
  world.listenTcp(1884, () => undefined).close();
  const gone = connect(machine.ports, { ...server, port: 1884 });
  world.listenTcp(1885, () => undefined);
  const turned = connect(machine.ports, { ...server, port: 1885 });
  world.run(1000);
  expect([gone.faults, turned.faults]).toEqual([[Fault.refused], [Fault.broken]]);
});

test("the network goes: the machine hears broken, the server nothing, until the machine is back and resets it", () => {
  const { world, machine, heard, peer } = bench();
  machine.ports.wifi.disconnect();
  world.run(0);
  expect(heard.faults).toEqual([Fault.broken]);
  peer.stream.send("anyone?");
  world.run(60000);
  expect(peer.ended).toEqual([]);
  machine.ports.wifi.connect({ ssid: "attic", password: "", onChanged: () => undefined });
  world.run(1000);
  peer.stream.send("and now?");
  world.run(1000);
  expect([peer.ended, heard.faults, heard.received]).toEqual([[Fault.broken], [Fault.broken], ""]);
});

test("names: found, unknown, refused and unanswered", () => {
  const { world, machine } = bench();
  world.network.names.set("cloud.example", SERVER_ADDRESS);
  const heard: [number, string][] = [];
  const ask = (host: string): void => machine.ports.dns.resolve(host, (fault, address) => heard.push([fault, address]));
  ask("cloud.example");
  world.run(1000);
  machine.conditions.dns = "fail";
  ask("cloud.example");
  world.run(1000);
  machine.conditions.dns = "silent";
  ask("cloud.example");
  world.run(60000);
  expect(heard).toEqual([[0, SERVER_ADDRESS], [Fault.broken, ""], [Fault.timeout, ""]]);
});
