/** The UDP port over Node's dgram, IPv4. Datagrams above the machine's limit are dropped on arrival, as a board drops them. */
import dgram from "node:dgram";
import { Fault } from "../../hal/ports/fault";
import type { UdpOptions, UdpPort, UdpSocket } from "../../hal/ports/udp";
import type { Boot } from "../world/boot";
import { isAddress } from "../world/dns";
import type { Radio } from "../world/radio";

export interface UdpPortOptions {
  readonly bytesMax: number;
  readonly socketsMax: number;
  readonly radio: Radio;
}

interface Binding {
  readonly socket: dgram.Socket;
  readonly options: UdpOptions;
  failed: boolean;
}

/** The UDP port of one boot. */
export function createUdpPort(boot: Boot, machine: UdpPortOptions): UdpPort {
  const open = new Map<UdpSocket, Binding>();
  let handle = 0;

  const release = (id: UdpSocket): void => {
    const binding = open.get(id);
    if (binding === undefined) return;
    open.delete(id);
    if (!binding.failed) binding.socket.close();
  };
  const fail = (id: UdpSocket, error: NodeJS.ErrnoException): void => {
    const binding = open.get(id);
    if (binding === undefined || binding.failed) return;
    binding.failed = true;
    binding.socket.close();
    binding.options.onError(error.code === "EADDRINUSE" ? Fault.busy : Fault.broken);
  };
  boot.onEnd({
    release: () => {
      for (const id of [...open.keys()]) release(id);
    },
  });
  return {
    bytesMax: machine.bytesMax,
    open: (options) => {
      const { port } = options;
      if (!Number.isInteger(port) || port < 0 || port > 65535 || open.size >= machine.socketsMax || !boot.alive) return 0;
      handle += 1;
      const id = handle;
      const socket = dgram.createSocket("udp4");
      open.set(id, { socket, options, failed: false });
      socket.on("message", (bytes, from) => {
        if (bytes.length > machine.bytesMax || !machine.radio.ready || !open.has(id)) return;
        options.onReadable(bytes.toString("latin1"), from.address, from.port);
      });
      socket.on("error", (error) => fail(id, error));
      socket.bind(port);
      return id;
    },
    write: (id, bytes, address, port) => {
      const binding = open.get(id);
      if (binding === undefined || binding.failed) return Fault.closed;
      if (bytes.length > machine.bytesMax) return Fault.tooLarge;
      if (!isAddress(address) || !Number.isInteger(port) || port < 1 || port > 65535) return Fault.invalid;
      // A datagram that cannot leave is a lost datagram: the callback keeps the failure of one from ending the socket.
      if (machine.radio.ready) binding.socket.send(Buffer.from(bytes, "latin1"), port, address, () => undefined);
      return Fault.none;
    },
    close: release,
  };
}
