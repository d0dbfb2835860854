/** The contract of hal/ports/tcp.ts over plain TCP. */
import { Fault } from "../ports/fault";
import type { Ports } from "../ports/index";
import type { TcpOptions, TcpSocket } from "../ports/tcp";
import type { MakeHarness, TcpPeer } from "./harness";
import { type ContractTest, contract } from "./suite";

/** Everything that one socket told, in order. */
export interface Heard {
  socket: TcpSocket;
  received: string;
  chunks: number[];
  writables: number;
  faults: number[];
}

/** Connects and records. */
export function connect(ports: Ports, peer: { address: string; port: number }, changes: Partial<TcpOptions> = {}): Heard {
  const heard: Heard = { socket: 0, received: "", chunks: [], writables: 0, faults: [] };
  heard.socket = ports.tcp.connect({
    address: peer.address,
    port: peer.port,
    tls: undefined,
    onWritable: () => (heard.writables += 1),
    onReadable: (bytes) => {
      heard.received += bytes;
      heard.chunks.push(bytes.length);
    },
    onError: (fault) => heard.faults.push(fault),
    ...changes,
  });
  return heard;
}

/** Bytes of all values, so that a conversion that loses one is seen. */
export function everyByte(length: number): string {
  let bytes = "";
  for (let i = 0; i < length; i += 1) bytes += String.fromCharCode((i * 7 + (i >> 8)) & 255);
  return bytes;
}

function connecting(it: ContractTest): void {
  it("options out of range open nothing", async ({ ports, listen, settle }) => {
    const peer = await listen();
    for (const port of [0, -1, 65536, 1.5, NaN]) expect(connect(ports, { address: peer.address, port }).socket).toBe(0);
    for (const address of ["", "localhost", "1.2.3", "1.2.3.256", "1.2.3.4.5", " 127.0.0.1", "::1"]) {
      expect(connect(ports, { address, port: peer.port }).socket).toBe(0);
    }
    const heard = connect(ports, { address: "localhost", port: 0 });
    await settle();
    expect([heard.writables, heard.faults.length, peer.connections.length]).toEqual([0, 0, 0]);
  });

  it("the first onWritable means connected; before it a write is refused", async ({ ports, listen, until }) => {
    const peer = await listen();
    const heard = connect(ports, peer);
    expect(heard.socket).toBeGreaterThan(0);
    expect(ports.tcp.write(heard.socket, "early")).toBe(Fault.busy);
    await until(() => heard.writables === 1 && peer.connections.length === 1);
    expect(ports.tcp.write(heard.socket, "now")).toBe(0);
    await until(() => peer.connections[0]!.received === "now");
    expect(heard.faults).toEqual([]);
  });

  it("a refused connection is onError, once, and ends the socket", async ({ ports, closedPort, until, settle }) => {
    const heard = connect(ports, await closedPort());
    expect(heard.socket).toBeGreaterThan(0);
    await until(() => heard.faults.length > 0);
    await settle();
    expect(heard.faults).toEqual([Fault.refused]);
    expect(heard.writables).toBe(0);
    expect(ports.tcp.write(heard.socket, "x")).toBe(Fault.closed);
    ports.tcp.close(heard.socket);
    ports.tcp.close(heard.socket);
  });

  it("as many sockets as there are, and not one more; a closed one is free again", async ({ ports, listen, socketsMax, until }) => {
    const peer = await listen();
    const open = Array.from({ length: socketsMax }, () => connect(ports, peer));
    expect(new Set(open.map((heard) => heard.socket)).size).toBe(socketsMax);
    expect(connect(ports, peer).socket).toBe(0);
    ports.tcp.close(open[0]!.socket);
    const next = connect(ports, peer);
    expect(next.socket).toBeGreaterThan(0);
    await until(() => next.writables === 1);
    expect(open[0]!.writables).toBe(0);
  });
}

function writing(it: ContractTest): void {
  it("one write is outstanding: busy until onWritable, which comes after each", async ({ ports, listen, until, settle }) => {
    const peer = await listen();
    const heard = connect(ports, peer);
    await until(() => heard.writables === 1);
    expect(ports.tcp.write(heard.socket, "one")).toBe(0);
    expect(ports.tcp.write(heard.socket, "two")).toBe(Fault.busy);
    expect(heard.writables).toBe(1);
    await until(() => heard.writables === 2);
    expect(ports.tcp.write(heard.socket, "three")).toBe(0);
    await until(() => heard.writables === 3 && peer.connections[0]!.received.length === 8);
    await settle();
    expect(peer.connections[0]!.received).toBe("onethree");
    expect(heard.writables).toBe(3);
  });

  it("sizes: nothing is invalid, the limit passes whole, one more is too large", async ({ ports, listen, until }) => {
    const peer = await listen();
    const heard = connect(ports, peer);
    await until(() => heard.writables === 1);
    const { writeBytesMax } = ports.tcp;
    expect(ports.tcp.write(heard.socket, "")).toBe(Fault.invalid);
    expect(ports.tcp.write(heard.socket, everyByte(writeBytesMax + 1))).toBe(Fault.tooLarge);
    expect(ports.tcp.write(heard.socket, everyByte(writeBytesMax))).toBe(0);
    await until(() => peer.connections[0]!.received.length >= writeBytesMax);
    expect(peer.connections[0]!.received).toBe(everyByte(writeBytesMax));
  });

  it("a peer that takes nothing holds onWritable back, and nothing is lost", async ({ ports, listen, until, settle }) => {
    const peer = await listen();
    const heard = connect(ports, peer);
    await until(() => heard.writables === 1 && peer.connections.length === 1);
    peer.connections[0]!.pause();
    const piece = everyByte(ports.tcp.writeBytesMax);
    let sent = "";
    // The machine's own buffers take some; then the port must say so. 64 MB are more than any has.
    const limit = Math.ceil(67108864 / piece.length);
    for (let i = 0; i < limit && ports.tcp.write(heard.socket, piece) === 0; i += 1) {
      sent += piece;
      const before = heard.writables;
      for (let turn = 0; turn < 4 && heard.writables === before; turn += 1) await settle();
    }
    expect(ports.tcp.write(heard.socket, "x")).toBe(Fault.busy);
    const stalled = heard.writables;
    peer.connections[0]!.resume();
    await until(() => heard.writables > stalled && peer.connections[0]!.received.length >= sent.length);
    expect(peer.connections[0]!.received === sent).toBe(true);
  });
}

function reading(it: ContractTest): void {
  for (const size of [1, 268, 536, 1500]) {
    it(`bytes sent ${size} at a time arrive whole and in order, in pieces`, async ({ ports, listen, tcpReadBytesMax, until }) => {
      const peer = await listen();
      const heard = connect(ports, peer);
      await until(() => heard.writables === 1 && peer.connections.length === 1);
      const bytes = everyByte(Math.min(6000, size * 40));
      for (let from = 0; from < bytes.length; from += size) peer.connections[0]!.send(bytes.substring(from, from + size));
      await until(() => heard.received.length >= bytes.length);
      expect(heard.received).toBe(bytes);
      expect(Math.max(...heard.chunks)).toBeLessThanOrEqual(tcpReadBytesMax);
      expect(Math.min(...heard.chunks)).toBeGreaterThanOrEqual(1);
    });
  }

  it("bytes that the peer sends at once on accepting are not lost", async ({ ports, listen, until }) => {
    const peer = await listen();
    const heard = connect(ports, peer);
    await until(() => peer.connections.length === 1);
    peer.connections[0]!.send("hello");
    await until(() => heard.received === "hello");
    expect(heard.writables).toBe(1);
  });
}

/** Connects to a new peer, until both sides know it. */
async function pair(
  ports: Ports,
  listen: () => Promise<TcpPeer>,
  until: (done: () => boolean) => Promise<void>,
): Promise<{ heard: Heard; peer: TcpPeer }> {
  const peer = await listen();
  const heard = connect(ports, peer);
  await until(() => heard.writables === 1 && peer.connections.length === 1);
  return { heard, peer };
}

function ending(it: ContractTest): void {
  it("the peer closes in order: its last bytes first, then closed, then nothing", async ({ ports, listen, until, settle }) => {
    const { heard, peer } = await pair(ports, listen, until);
    const order: string[] = [];
    const last = connect(ports, peer, {
      onReadable: (bytes) => order.push(bytes),
      onError: (fault) => order.push(`fault ${fault}`),
    });
    await until(() => peer.connections.length === 2);
    peer.connections[1]!.send("last");
    peer.connections[1]!.close();
    await until(() => order.includes("fault 1"));
    await settle();
    expect(order.slice(0, -1).join("")).toBe("last");
    expect(order.at(-1)).toBe(`fault ${Fault.closed}`);
    expect(ports.tcp.write(last.socket, "x")).toBe(Fault.closed);
    expect(heard.faults).toEqual([]);
  });

  it("a reset is broken, once", async ({ ports, listen, until, settle }) => {
    const { heard, peer } = await pair(ports, listen, until);
    peer.connections[0]!.reset();
    await until(() => heard.faults.length > 0);
    await settle();
    expect(heard.faults).toEqual([Fault.broken]);
    expect(ports.tcp.write(heard.socket, "x")).toBe(Fault.closed);
  });

  it("close is idempotent and silent, and the peer sees the end", async ({ ports, listen, until, settle }) => {
    const { heard, peer } = await pair(ports, listen, until);
    ports.tcp.close(heard.socket);
    ports.tcp.close(heard.socket);
    expect(ports.tcp.write(heard.socket, "x")).toBe(Fault.closed);
    peer.connections[0]!.send("late");
    await until(() => peer.connections[0]!.ended);
    await settle();
    expect([heard.received, heard.writables, heard.faults]).toEqual(["", 1, []]);
  });

  it("what was written and has left arrives, though close follows at once", async ({ ports, listen, until }) => {
    const { heard, peer } = await pair(ports, listen, until);
    peer.connections[0]!.send("unread");
    expect(ports.tcp.write(heard.socket, "goodbye")).toBe(0);
    await until(() => heard.writables === 2);
    ports.tcp.close(heard.socket);
    await until(() => peer.connections[0]!.ended);
    expect(peer.connections[0]!.received).toBe("goodbye");
  });

  it("close inside onReadable stops the rest of the bytes", async ({ ports, listen, until, settle }) => {
    const peer = await listen();
    const chunks: string[] = [];
    const heard = connect(ports, peer, {
      onReadable: (bytes) => {
        chunks.push(bytes);
        ports.tcp.close(heard.socket);
      },
    });
    await until(() => heard.writables === 1 && peer.connections.length === 1);
    peer.connections[0]!.send(everyByte(5000));
    await until(() => chunks.length > 0);
    await settle();
    expect(chunks).toHaveLength(1);
    expect(heard.faults).toEqual([]);
  });

  it("close before the connection stands calls nothing back", async ({ ports, listen, closedPort, settle }) => {
    const heard = [connect(ports, await listen()), connect(ports, await closedPort())];
    for (const one of heard) ports.tcp.close(one.socket);
    await settle();
    for (const one of heard) expect([one.writables, one.faults]).toEqual([0, []]);
  });

  it("handles that never were are closed", ({ ports }) => {
    expect(ports.tcp.write(0, "x")).toBe(Fault.closed);
    expect(ports.tcp.write(12345, "x")).toBe(Fault.closed);
    ports.tcp.close(0);
    ports.tcp.close(12345);
  });

  it("a lost network breaks connections, and a machine without one makes none", async ({ ports, listen, ssid, password, setNetwork, until, settle }) => {
    const peer = await listen();
    const before = connect(ports, peer);
    await until(() => before.faults.length > 0);
    expect(before.faults).toEqual([Fault.broken]);
    let ready = false;
    ports.wifi.connect({ ssid, password, onChanged: (connection) => (ready = connection === 500) });
    await until(() => ready);
    const heard = connect(ports, peer);
    await until(() => heard.writables === 1);
    setNetwork(false);
    await until(() => heard.faults.length > 0);
    await settle();
    expect(heard.faults).toEqual([Fault.broken]);
  }, { offline: true });
}

export function tcpContract(adapter: string, make: MakeHarness): void {
  contract("tcp", adapter, make, (it) => {
    connecting(it);
    writing(it);
    reading(it);
    ending(it);
  });
}
