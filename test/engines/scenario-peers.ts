/**
 * The peers of the scenario, told once and put into the virtual world or onto real sockets: for connections one that says
 * back what it hears, until it is told how to end; for datagrams one that sends back what comes. Both write down what came.
 */
import dgram from "node:dgram";
import net, { type AddressInfo } from "node:net";
import type { World } from "../../sim/world/world";
import type { Place } from "./programs/scenario-place";

const LOOPBACK = "127.0.0.1";
/** What the end of a connection is called when nothing broke. */
const ENDED_IN_ORDER = 1;

/** One connection, as the peer's side holds it. */
interface Client {
  send(bytes: string): void;
  close(): void;
  abort(): void;
}

const hex = (bytes: string): string => Buffer.from(bytes, "latin1").toString("hex");

/** What each connection and each datagram brought to the peers, in their order, in hex. */
export class Wire {
  readonly lines: string[] = [];

  /** A connection; answers what becomes of its bytes and of its end. */
  accept(client: Client): { onBytes(bytes: string): void; onEnded(fault: number): void } {
    const index = this.lines.push("tcp ") - 1;
    let silent = false;
    return {
      onBytes: (bytes) => {
        this.lines[index] += hex(bytes);
        if (bytes.includes("hush")) silent = true;
        if (!silent) client.send(bytes);
        if (bytes.includes("bye")) client.close();
        if (bytes.includes("cut")) client.abort();
      },
      onEnded: (fault) => {
        this.lines[index] += ` ended ${fault}`;
      },
    };
  }

  /** A datagram, which goes back as it came: undefined for the one that says of itself that it is lost on its way. */
  take(bytes: string): string | undefined {
    if (bytes === "lost") return undefined;
    this.lines.push(`udp ${hex(bytes)}`);
    return bytes;
  }
}

/** Puts the peers into a virtual world. */
export function peersInWorld(world: World, place: Place): Wire {
  const wire = new Wire();
  world.listenTcp(place.echoPort, (stream) => wire.accept({ send: (bytes) => stream.send(bytes), close: () => stream.close(), abort: () => stream.abort() }), { address: place.address });
  const server = world.bindUdp(place.echoPort, (bytes, address, port) => {
    const answer = wire.take(bytes);
    if (answer !== undefined) server.send(answer, address, port);
  }, place.address);
  return wire;
}

export interface RealPeers {
  readonly wire: Wire;
  /** Where they listen, for both kinds; where nobody does; and a port for the device's own datagrams. */
  readonly echoPort: number;
  readonly closedPort: number;
  readonly localPort: number;
  close(): void;
}

function serve(wire: Wire, socket: net.Socket): void {
  // A peer is told of the device's end, not of its own.
  let isOver = false;
  const client = wire.accept({
    send: (bytes) => void socket.write(bytes, "latin1"),
    close: () => {
      isOver = true;
      socket.end();
    },
    abort: () => {
      isOver = true;
      socket.resetAndDestroy();
    },
  });
  socket.on("data", (bytes: Buffer) => client.onBytes(bytes.toString("latin1")));
  // Every way to fail ends the connection, which is all that a peer cares about.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (!isOver) client.onEnded(ENDED_IN_ORDER);
  });
}

async function listening(server: net.Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, LOOPBACK, resolve));
  return (server.address() as AddressInfo).port;
}

async function bound(port: number): Promise<dgram.Socket> {
  const socket = dgram.createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, LOOPBACK, resolve);
  });
  return socket;
}

/** Ports that are free: the operating system gives each out once in a while only. */
async function freePorts(): Promise<{ closedPort: number; localPort: number }> {
  const server = net.createServer();
  const closedPort = await listening(server, 0);
  server.close();
  const socket = await bound(0);
  const localPort = socket.address().port;
  socket.close();
  return { closedPort, localPort };
}

/** Real servers on loopback. */
export async function startPeers(): Promise<RealPeers> {
  const wire = new Wire();
  const { closedPort, localPort } = await freePorts();
  const server = net.createServer({ noDelay: true }, (socket) => serve(wire, socket));
  const echoPort = await listening(server, 0);
  const datagrams = await bound(echoPort);
  datagrams.on("message", (message, { address, port }) => {
    const answer = wire.take(message.toString("latin1"));
    if (answer !== undefined) datagrams.send(Buffer.from(answer, "latin1"), port, address);
  });
  return {
    wire,
    echoPort,
    closedPort,
    localPort,
    close: () => {
      server.close();
      datagrams.close();
    },
  };
}
