/** Names, TCP, UDP and the radio, as the modules net, tls and wifi ask for them. */
import { Fault } from "../../../hal/ports/fault";
import type { TcpSocket } from "../../../hal/ports/tcp";
import type { UdpSocket } from "../../../hal/ports/udp";
import { WifiConnection } from "../../../hal/ports/wifi";
import { type Machine, no, type Services, yes } from "./service";

/** An ESP32 keeps its address this long after the network was lost, and its connections with it. */
const IP_LOST_MS = 120000;
const EPHEMERAL_FIRST = 49152;
const EPHEMERAL_COUNT = 16384;

interface Connection {
  readonly socket: TcpSocket;
  /** What the machine has not taken yet of the one send that is outstanding: its pieces may be smaller than the chip's. */
  rest: string;
}

function tcpServices({ ports: { clock, tcp, wifi }, push }: Machine, chip: string): Services {
  const sockets = new Map<string, Connection>();
  const write = (connection: Connection): void => {
    const piece = connection.rest.substring(0, tcp.writeBytesMax);
    connection.rest = connection.rest.substring(piece.length);
    // A connection that broke meanwhile is told of by its event.
    tcp.write(connection.socket, piece);
  };
  const end = (id: string, fault: number): void => {
    if (sockets.delete(id)) push("tcp.end", id, fault);
  };
  const lost = (id: string): void => {
    if (chip === "esp32") clock.after(IP_LOST_MS, () => end(id, Fault.timeout));
    else end(id, Fault.timeout);
  };
  return {
    "tcp.connect": (id, address, port, serverName) => {
      const socket = tcp.connect({
        address: address!,
        port: Number(port),
        tls: serverName === "" ? undefined : { serverName: serverName! },
        onWritable: () => {
          const connection = sockets.get(id!)!;
          if (connection.rest === "") push("tcp.writable", id!);
          else write(connection);
        },
        onReadable: (bytes) => push("tcp.read", id!, bytes),
        onError: (fault) => {
          if (fault === Fault.broken && wifi.connection() !== WifiConnection.ready) lost(id!);
          else end(id!, fault);
        },
      });
      if (socket === 0) return no;
      sockets.set(id!, { socket, rest: "" });
      return yes;
    },
    "tcp.send": (id, bytes) => {
      const connection = sockets.get(id!);
      if (connection === undefined) return;
      connection.rest = bytes!;
      write(connection);
    },
    "tcp.close": (id) => {
      tcp.close(sockets.get(id!)?.socket ?? 0);
      sockets.delete(id!);
    },
    "tcp.closed": (id) => void clock.after(0, () => push("tcp.end", id!, Fault.closed)),
  };
}

interface Datagrams {
  handle: UdpSocket;
  port: number;
}

/**
 * The firmware knows at once whether a port is free, and a machine tells on a later turn. So the port of a socket that asked
 * for any is chosen here; should something outside hold it, the next is taken.
 */
function udpServices({ ports: { system, udp }, push }: Machine): Services {
  const sockets = new Map<string, Datagrams>();
  let next = 0;
  for (const char of system.uniqueId()) next = (next * 31 + char.charCodeAt(0)) % EPHEMERAL_COUNT;
  const inUse = (port: number): boolean => [...sockets.values()].some((socket) => socket.port === port);
  const ephemeral = (): number => {
    do next = (next + 1) % EPHEMERAL_COUNT; while (inUse(EPHEMERAL_FIRST + next));
    return EPHEMERAL_FIRST + next;
  };
  const open = (id: string, port: number, retry: () => void): UdpSocket =>
    udp.open({
      port,
      onReadable: (bytes, address, from) => push("udp.read", id, bytes, address, from),
      onError: retry,
    });
  const bindAny = (id: string): UdpSocket => {
    const port = ephemeral();
    const handle = open(id, port, () => {
      udp.close(handle);
      bindAny(id);
    });
    sockets.set(id, { handle, port });
    return handle;
  };
  const close = (id: string): void => {
    udp.close(sockets.get(id)?.handle ?? 0);
    sockets.delete(id);
  };
  return {
    "udp.open": (id, asked) => {
      const port = Number(asked);
      if (port !== 0 && inUse(port)) return ["taken"];
      if (port === 0) bindAny(id!);
      else sockets.set(id!, { handle: open(id!, port, () => undefined), port });
      if (sockets.get(id!)!.handle > 0) return ["open"];
      close(id!);
      return ["full"];
    },
    "udp.send": (id, bytes, address, port) =>
      udp.write(sockets.get(id!)?.handle ?? 0, bytes!, address!, Number(port)) === Fault.tooLarge ? no : yes,
    "udp.close": (id) => close(id!),
  };
}

function wifiServices({ ports: { clock, wifi }, push }: Machine): Services {
  let later = 0;
  return {
    "wifi.ready": () => (wifi.connection() === WifiConnection.ready ? yes : no),
    "wifi.connect": (ssid, password) => [
      wifi.connect({ ssid: ssid!, password: password!, onChanged: (connection, fault) => push("wifi", connection, fault) }),
    ],
    "wifi.disconnect": () => wifi.disconnect(),
    "wifi.later": (ms, what) => {
      const timer = clock.after(Number(ms), () => push("wifi.later", what!));
      if (what === "retry" || what === "absent") later = timer;
    },
    // Calls off what would make the radio join, or fail to.
    "wifi.stopLater": () => clock.cancel(later),
  };
}

export function networkServices(machine: Machine, chip: string): Services {
  const { dns } = machine.ports;
  return {
    ...tcpServices(machine, chip),
    ...udpServices(machine),
    ...wifiServices(machine),
    dns: (id, host) => dns.resolve(host!, (fault, address) => machine.push("dns", id!, fault === 0 ? address : "")),
  };
}
