/** The contract of hal/ports/udp.ts. Loopback and a good virtual network lose nothing, so every datagram is expected. */
import { Fault } from "../ports/fault";
import type { Ports } from "../ports/index";
import type { UdpOptions, UdpSocket } from "../ports/udp";
import type { MakeHarness } from "./harness";
import { contract } from "./suite";
import { everyByte } from "./tcp";

interface Heard {
  socket: UdpSocket;
  datagrams: { bytes: string; address: string; port: number }[];
  faults: number[];
}

function open(ports: Ports, changes: Partial<UdpOptions> = {}): Heard {
  const heard: Heard = { socket: 0, datagrams: [], faults: [] };
  heard.socket = ports.udp.open({
    port: 0,
    onReadable: (bytes, address, port) => heard.datagrams.push({ bytes, address, port }),
    onError: (fault) => heard.faults.push(fault),
    ...changes,
  });
  return heard;
}

export function udpContract(adapter: string, make: MakeHarness): void {
  contract("udp", adapter, make, (it) => {
    it("a datagram goes there, and its answer comes back with where it came from", async ({ ports, bindUdp, until }) => {
      const peer = await bindUdp();
      const heard = open(ports);
      expect(heard.socket).toBeGreaterThan(0);
      expect(ports.udp.write(heard.socket, "ping", peer.address, peer.port)).toBe(0);
      await until(() => peer.received.length === 1);
      const { bytes, address, port } = peer.received[0]!;
      expect(bytes).toBe("ping");
      peer.send("pong", address, port);
      await until(() => heard.datagrams.length === 1);
      expect(heard.datagrams).toEqual([{ bytes: "pong", address: peer.address, port: peer.port }]);
    });

    it("datagrams keep their borders, and may be empty where the runtime can", async ({ ports, bindUdp, lacks, until, settle }) => {
      const peer = await bindUdp();
      const heard = open(ports);
      const empty = lacks?.emptyDatagrams === true ? Fault.invalid : 0;
      for (const [bytes, code] of [["a", 0], ["", empty], ["bc", 0]] as const) {
        expect(ports.udp.write(heard.socket, bytes, peer.address, peer.port)).toBe(code);
      }
      await until(() => peer.received.length >= 2);
      await settle();
      expect(peer.received.map(({ bytes }) => bytes).sort()).toEqual(empty === 0 ? ["", "a", "bc"] : ["a", "bc"]);
    });

    it("the limit passes whole both ways; one more is refused, and dropped on arrival", async ({ ports, bindUdp, until, settle }) => {
      const peer = await bindUdp();
      const heard = open(ports);
      const { bytesMax } = ports.udp;
      expect(ports.udp.write(heard.socket, everyByte(bytesMax + 1), peer.address, peer.port)).toBe(Fault.tooLarge);
      expect(ports.udp.write(heard.socket, everyByte(bytesMax), peer.address, peer.port)).toBe(0);
      await until(() => peer.received.length === 1);
      const { bytes, address, port } = peer.received[0]!;
      expect(bytes).toBe(everyByte(bytesMax));
      peer.send(everyByte(bytesMax + 1), address, port);
      peer.send(everyByte(bytesMax), address, port);
      await until(() => heard.datagrams.length > 0);
      await settle();
      expect(heard.datagrams.map((datagram) => datagram.bytes)).toEqual([everyByte(bytesMax)]);
    });

    it("options and destinations out of range are refused", async ({ ports, bindUdp, settle }) => {
      for (const port of [-1, 65536, 1.5, NaN]) expect(open(ports, { port }).socket).toBe(0);
      const peer = await bindUdp();
      const heard = open(ports);
      for (const port of [0, -1, 65536, 1.5]) {
        expect(ports.udp.write(heard.socket, "x", peer.address, port)).toBe(Fault.invalid);
      }
      for (const address of ["", "localhost", "1.2.3", "::1"]) {
        expect(ports.udp.write(heard.socket, "x", address, peer.port)).toBe(Fault.invalid);
      }
      await settle();
      expect(peer.received).toEqual([]);
    });

    it("a port in use is an error on a later turn, and only close remains", async ({ ports, bindUdp, until }) => {
      const peer = await bindUdp();
      const first = open(ports);
      ports.udp.write(first.socket, "x", peer.address, peer.port);
      await until(() => peer.received.length === 1);
      const second = open(ports, { port: peer.received[0]!.port });
      expect(second.socket).toBeGreaterThan(0);
      await until(() => second.faults.length > 0);
      expect(second.faults).toEqual([Fault.busy]);
      expect(ports.udp.write(second.socket, "x", peer.address, peer.port)).toBe(Fault.closed);
      ports.udp.close(second.socket);
    });

    it("a datagram to nobody fails nothing", async ({ ports, bindUdp, closedPort, until }) => {
      const nobody = await closedPort();
      const peer = await bindUdp();
      const heard = open(ports);
      expect(ports.udp.write(heard.socket, "lost", nobody.address, nobody.port)).toBe(0);
      expect(ports.udp.write(heard.socket, "kept", peer.address, peer.port)).toBe(0);
      await until(() => peer.received.length === 1);
      expect(heard.faults).toEqual([]);
    });

    it("as many sockets as there are, and not one more", ({ ports, socketsMax }) => {
      const all = Array.from({ length: socketsMax }, () => open(ports));
      expect(new Set(all.map((heard) => heard.socket)).size).toBe(socketsMax);
      expect(open(ports).socket).toBe(0);
      ports.udp.close(all[0]!.socket);
      expect(open(ports).socket).toBeGreaterThan(0);
    });

    it("close is idempotent and silent", async ({ ports, bindUdp, until, settle }) => {
      const peer = await bindUdp();
      const heard = open(ports);
      ports.udp.write(heard.socket, "x", peer.address, peer.port);
      await until(() => peer.received.length === 1);
      ports.udp.close(heard.socket);
      ports.udp.close(heard.socket);
      ports.udp.close(0);
      peer.send("late", peer.received[0]!.address, peer.received[0]!.port);
      await settle();
      expect(heard.datagrams).toEqual([]);
      expect(ports.udp.write(heard.socket, "x", peer.address, peer.port)).toBe(Fault.closed);
    });
  });
}
