/** The machine on a desk keeps the contract of every port, over real sockets, files and timers. */
import dgram from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import {
  type CertificateKind, type Harness, type HarnessOptions, noTlsContract, type PeerConnection, portsContract, tlsContract,
  wifiContract, wiredContract,
} from "../../hal/contract/index";
import { ResetReason } from "../../hal/ports/system";
import { TlsLevel } from "../../hal/ports/tls";
import { makeCertificates } from "../../test/support/certificates";
import { BME280_ADDRESS } from "../world/sensors";
import { type DeviceOptions, openDevice } from "./device";

const LOOPBACK = "127.0.0.1";
const SSID = "attic";
const PASSWORD = "correct horse";
const NAME = "cloud.example";

const certificates = makeCertificates(NAME);

/** One turn of the event loop, sockets included. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function accept(socket: net.Socket, connections: PeerConnection[]): void {
  const connection: PeerConnection = {
    received: "",
    ended: false,
    send: (bytes) => void (socket.writable && socket.write(bytes, "latin1")),
    close: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
  socket.on("data", (bytes: Buffer) => (connection.received += bytes.toString("latin1")));
  socket.on("close", () => (connection.ended = true));
  // Every way to fail ends in "close".
  socket.on("error", () => undefined);
  connections.push(connection);
}

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return (server.address() as AddressInfo).port;
}

/** What a test opened beside the device, to be closed after it. */
interface Closers {
  add(close: () => void): void;
  run(): void;
}

function createClosers(): Closers {
  const closers: (() => void)[] = [];
  return { add: (close) => closers.push(close), run: () => closers.splice(0).forEach((close) => close()) };
}

async function listen(closers: Closers, kind: CertificateKind | undefined): Promise<Awaited<ReturnType<Harness["listen"]>>> {
  const connections: PeerConnection[] = [];
  const sockets: net.Socket[] = [];
  const server = kind === undefined ? net.createServer() : tls.createServer({ ...certificates.servers[kind] });
  server.on("connection", (socket: net.Socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
  });
  server.on(kind === undefined ? "connection" : "secureConnection", (socket: net.Socket) => accept(socket, connections));
  const port = await listening(server);
  closers.add(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { address: LOOPBACK, port, connections };
}

async function bindUdp(closers: Closers): Promise<Awaited<ReturnType<Harness["bindUdp"]>>> {
  const socket = dgram.createSocket("udp4");
  const received: { bytes: string; address: string; port: number }[] = [];
  socket.on("message", (bytes, { address, port }) => received.push({ bytes: bytes.toString("latin1"), address, port }));
  await new Promise<void>((resolve) => socket.bind(0, LOOPBACK, resolve));
  closers.add(() => socket.close());
  return {
    address: LOOPBACK,
    port: socket.address().port,
    received,
    send: (bytes, address, port) => socket.send(Buffer.from(bytes, "latin1"), port, address),
  };
}

/** A round trip through the kernel and some turns: what was under way on loopback has arrived after it. */
async function settle(): Promise<void> {
  const server = net.createServer((socket) => socket.end());
  const port = await listening(server);
  await new Promise<void>((resolve) => {
    net.connect({ host: LOOPBACK, port }).resume().on("close", () => resolve());
  });
  server.close();
  for (let i = 0; i < 20; i += 1) await turn();
}

function maker(deviceOptions: Partial<DeviceOptions>): (options?: HarnessOptions) => Promise<Harness> {
  return async (options = {}) => {
    const stateDir = mkdtempSync(join(tmpdir(), "motet-contract-"));
    const caFile = join(stateDir, "authority.pem");
    writeFileSync(caFile, certificates.authority);
    const closers = createClosers();
    const records: { event: string; number: number; text: string }[] = [];
    const boots: number[] = [ResetReason.powerOn];
    const device = openDevice({
      stateDir,
      caFile,
      ...(options.offline === true ? { wifi: { ssid: SSID, password: PASSWORD } } : {}),
      log: (event, number, text) => records.push({ event, number, text }),
      onReset: (reason) => boots.push(reason),
      ...deviceOptions,
    });
    const harness: Harness = {
      ports: device,
      until: async (done) => {
        while (!done()) await turn();
      },
      settle,
      close: async () => {
        device.close();
        closers.run();
        await turn();
        rmSync(stateDir, { recursive: true });
      },
      listen: (kind) => listen(closers, kind),
      closedPort: async () => {
        const server = net.createServer();
        const port = await listening(server);
        await new Promise((resolve) => server.close(resolve));
        return { address: LOOPBACK, port };
      },
      bindUdp: () => bindUdp(closers),
      socketsMax: 8,
      tcpReadBytesMax: deviceOptions.tcpReadBytesMax ?? 536,
      serverName: NAME,
      knownHost: "localhost",
      unknownHost: "nobody.invalid",
      ssid: SSID,
      password: PASSWORD,
      setNetwork: device.setNetwork,
      records,
      boots,
      watchdog: true,
      deepSleep: true,
      i2c: {
        bus: "default",
        address: BME280_ADDRESS,
        absentAddress: 0x40,
        register: 0xd0,
        value: 0x60,
        setStuck: (stuck) => (device.buses.get("default")!.stuck = stuck),
      },
      pins: {
        input: "button",
        output: "led",
        analog: "A0",
        drive: (level) => device.pins.drive("button", level),
        level: () => device.pins.level("led"),
        setAnalog: (sample) => device.pins.setAnalog("A0", sample),
      },
    };
    return harness;
  };
}

// Large writes fill the kernel's buffers in few steps.
portsContract("the desk", maker({ tcpWriteBytesMax: 65536 }));
portsContract("a fast desk with small pieces", maker({ speed: 10, tcpReadBytesMax: 1, tcpWriteBytesMax: 16384, udpBytesMax: 268 }));
wifiContract("the desk", maker({ speed: 20 }));
wiredContract("the desk", maker({}));
tlsContract("the desk", maker({}));
tlsContract("a desk that does not verify", maker({ tlsLevel: TlsLevel.encryptedUnverified }));
noTlsContract("a desk without TLS", maker({ tlsLevel: TlsLevel.none }));
