/** The peers of the network cases: one set of behaviours, over real loopback sockets and in the virtual world. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import dgram from "node:dgram";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { makeCertificate } from "../../../sim/cloud/certificate";
import type { World } from "../../../sim/world/world";

const LOOPBACK = "127.0.0.1";
const DAY_MS = 86400000;
const OTHER_NAME = "other.example";

/** One connection, as a behaviour holds it. */
interface Client {
  send(bytes: string): void;
  close(): void;
  reset(): void;
}

/** What a server does with a new connection; answers what it does with bytes. */
type Behaviour = (client: Client) => (bytes: string) => void;

const silent = (): void => undefined;

/** Tells, to whoever asks with "?", how many bytes the connections before have brought. */
function counter(): Behaviour {
  let count = 0;
  return (client) => (bytes) => {
    if (bytes === "?") client.send(String(count));
    else count += bytes.length;
  };
}

const echo: Behaviour = (client) => (bytes) => client.send(bytes);

function saying(text: string): Behaviour {
  return (client) => {
    client.send(text);
    client.close();
    return silent;
  };
}

/** Answers once, and closes. */
const farewell: Behaviour = (client) => () => {
  client.send("bye");
  client.close();
};

const greet: Behaviour = (client) => {
  client.send("hello");
  return silent;
};

const babble: Behaviour = (client) => () => {
  client.send("220 not what you think\r\n");
  client.close();
};

/** Servers by the name that the cases use for their port. */
function behaviours(): Readonly<Record<string, Behaviour>> {
  return {
    ECHO: echo,
    BURST: saying("0123456789".repeat(200)),
    BYE: saying("bye"),
    GREET: greet,
    RESET: (client) => () => client.reset(),
    COUNT: counter(),
    BABBLE: babble,
  };
}

/** What the server of datagrams answers. */
function answerTo(bytes: string): string {
  return bytes === "empty" ? "" : bytes;
}

export interface Peers {
  /** Ports, by the names that the cases use. */
  readonly ports: Readonly<Record<string, number>>;
  close(): void;
}

function serve(socket: net.Socket, behaviour: Behaviour): void {
  // Every way to fail ends the connection, which is all that a peer cares about.
  socket.on("error", silent);
  const onBytes = behaviour({
    send: (bytes) => void socket.write(bytes, "latin1"),
    close: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  });
  socket.on("data", (bytes: Buffer) => onBytes(bytes.toString("latin1")));
}

/** A server with RSA key exchange, the only one that the interpreter has; its certificate is for another name. */
function secureServer(behaviour: Behaviour): tls.Server {
  const subject = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const cert = makeCertificate({
    subject: OTHER_NAME,
    issuer: "Nobody",
    subjectKey: subject.publicKey,
    issuerKey: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    serial: randomBytes(16),
    from: Date.now() - DAY_MS,
    until: Date.now() + DAY_MS,
    hosts: [OTHER_NAME],
  });
  const key = subject.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return tls.createServer({ cert, key, ciphers: "AES256-GCM-SHA384:@SECLEVEL=0", maxVersion: "TLSv1.2" }, (socket) => serve(socket, behaviour));
}

async function bindUdp(): Promise<{ readonly port: number; close(): void }> {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (bytes, from) => socket.send(Buffer.from(answerTo(bytes.toString("latin1")), "latin1"), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, LOOPBACK, resolve));
  return { port: socket.address().port, close: () => void socket.close() };
}

/** Real servers on loopback. */
export async function startPeers(): Promise<Peers> {
  const ports: Record<string, number> = {};
  const closers: (() => void)[] = [];
  const listen = async (name: string, server: net.Server): Promise<void> => {
    server.on("connection", (socket: net.Socket) => {
      socket.on("error", silent);
      closers.push(() => void socket.destroy());
    });
    server.on("tlsClientError", silent);
    await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
    ports[name] = (server.address() as AddressInfo).port;
    closers.push(() => void server.close());
  };
  for (const [name, behaviour] of Object.entries(behaviours())) await listen(name, net.createServer((socket) => serve(socket, behaviour)));
  await listen("SECURE", secureServer(echo));
  await listen("SECUREBYE", secureServer(farewell));
  const closed = net.createServer();
  await listen("CLOSED", closed);
  closed.close();
  const udp = await bindUdp();
  ports["UDP"] = udp.port;
  closers.push(() => udp.close());
  return { ports, close: () => closers.splice(0).forEach((close) => close()) };
}

const FIRST_PORT = 1000;

/** The same servers in a virtual world; answers their ports. */
export function peersIn(world: World): Readonly<Record<string, number>> {
  const ports: Record<string, number> = { CLOSED: 9 };
  let next = FIRST_PORT;
  const listen = (name: string, behaviour: Behaviour, isTls: boolean): void => {
    ports[name] = next;
    const options = isTls ? { address: LOOPBACK, tls: { names: [OTHER_NAME], trusted: false } } : { address: LOOPBACK };
    world.listenTcp(
      next,
      (stream) => ({
        onBytes: behaviour({ send: (bytes) => stream.send(bytes), close: () => stream.close(), reset: () => stream.abort() }),
        onEnded: silent,
      }),
      options,
    );
    next += 1;
  };
  for (const [name, behaviour] of Object.entries(behaviours())) listen(name, behaviour, false);
  listen("SECURE", echo, true);
  listen("SECUREBYE", farewell, true);
  ports["UDP"] = next;
  const udp = world.bindUdp(next, (bytes, address, port) => udp.send(answerTo(bytes), address, port), LOOPBACK);
  return ports;
}
