/**
 * The Espruino adapter, as it is bundled for three boards, keeps the contract of every port on Espruino's own API, over machines
 * of the virtual world.
 */
import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, loadBoard } from "../../../boards/toolchain/board";
import {
  checksumContract, clockContract, digitalContract, flashContract, type Harness, type HarnessOptions, i2cContract, logContract,
  noTlsContract, type PeerConnection, portsContract, randomContract, tlsContract, udpContract, wifiContract, wiredContract,
} from "../../../hal/contract/index";
import type { Ports } from "../../../hal/ports/index";
import { WifiConnection } from "../../../hal/ports/wifi";
import { createFlash } from "../../world/flash";
import type { Machine } from "../../world/machine";
import { SERVER_ADDRESS, type ServerTls } from "../../world/network";
import { BME280_ADDRESS } from "../../world/sensors";
import { createWorld, type World } from "../../world/world";
import { parseLogLine } from "../log-line";
import { createEspruino, type Espruino, type EspruinoOptions } from "./index";

const root = join(__dirname, "..", "..", "..");
const SSID = "attic";
const PASSWORD = "correct horse";
const NAME = "cloud.example";
const CLOSED_PORT = 9;

const certificates: Record<string, ServerTls> = {
  good: { names: [NAME], trusted: true },
  wrongName: { names: ["other.example"], trusted: true },
  wrongAuthority: { names: [NAME], trusted: false },
  selfSigned: { names: [NAME], trusted: false },
  expired: { names: [NAME], trusted: false },
};

const entry = `
import { ports } from "./hal/espruino/index";
import { start } from "./hal/espruino/start";
start(() => { global.ports = ports; });
`;

/** The adapter as a script that leaves its ports in a global. Espruino's own `require` is hidden from the bundler. */
async function bundle({ constants }: Board): Promise<string> {
  const members = Object.entries(constants).map(([name, value]) => [`BOARD.${name}`, JSON.stringify(value)]);
  const bundled = await build({
    stdin: { contents: entry, resolveDir: root, sourcefile: "entry.ts", loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2015",
    define: { ...(Object.fromEntries(members) as Record<string, string>), MOTET_CHECKED: "true" },
    logLevel: "silent",
    plugins: [
      {
        name: "engine",
        setup(bundler) {
          bundler.onLoad({ filter: /hal\/espruino\/.*\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, "utf8").replace(/\brequire\(/g, "engineRequire("),
            loader: "ts",
          }));
        },
      },
    ],
  });
  return bundled.outputFiles[0]!.text.replaceAll("engineRequire(", "require(");
}

function listen(world: World, port: number, tls: ServerTls | undefined): PeerConnection[] {
  const connections: PeerConnection[] = [];
  world.listenTcp(
    port,
    (stream) => {
      const connection: PeerConnection = {
        received: "",
        ended: false,
        send: (bytes) => stream.send(bytes),
        close: () => stream.close(),
        reset: () => stream.abort(),
        pause: () => stream.pause(),
        resume: () => stream.resume(),
      };
      connections.push(connection);
      return {
        onBytes: (bytes) => (connection.received += bytes),
        onEnded: () => (connection.ended = true),
      };
    },
    { tls },
  );
  return connections;
}

function createMachine(world: World, { constants }: Board): Machine {
  const { blockBytes, recordsBlocks, logBlocks } = constants;
  const areas = [{ name: "records", blockBytes, blocks: recordsBlocks }, { name: "log", blockBytes, blocks: logBlocks }];
  return world.createDevice({
    flash: createFlash({ areas, strict: false }),
    bootMs: 0,
    tlsLevel: constants.tlsLevel,
    tcpReadBytesMax: constants.chip === "esp8266" ? 268 : 536,
    udpBytesMax: 1472,
    watchdog: constants.watchdog,
    deepSleep: constants.deepSleep,
  });
}

interface Rig {
  readonly world: World;
  readonly machine: Machine;
  readonly espruino: Espruino;
  readonly records: { event: string; number: number; text: string }[];
}

function boot(board: Board, script: string, changes: Partial<EspruinoOptions>): Rig {
  const records: Rig["records"] = [];
  const world = createWorld({
    seed: expect.getState().currentTestName ?? "contract",
    ...(board.constants.radio ? { accessPoints: [{ ssid: SSID, password: PASSWORD }] } : {}),
  });
  world.network.names.set(NAME, SERVER_ADDRESS);
  const machine = createMachine(world, board);
  const espruino = createEspruino({
    ports: machine.ports,
    constants: board.constants,
    refuses: (_address, port) => port === CLOSED_PORT,
    hosts: `127.0.0.1 localhost\n${SERVER_ADDRESS}\t${NAME} cloud\n`,
    events: {
      console: (line) => {
        const record = parseLogLine(line);
        if (record !== undefined) records.push({ ...record });
      },
      failed: (message) => {
        throw new Error(message);
      },
    },
    ...changes,
  });
  espruino.evaluate(script, "adapter");
  return { world, machine, espruino, records };
}

/** A machine with a radio is on its network before most tests begin. */
function joinNetwork(ports: Ports, world: World): void {
  let connection = 0;
  expect(ports.wifi.connect({ ssid: SSID, password: PASSWORD, onChanged: (value) => (connection = value) })).toBe(0);
  expect(world.runUntil(() => connection === WifiConnection.ready, 60000)).toBe(true);
}

function maker(id: string, changes: Partial<EspruinoOptions> = {}): (options?: HarnessOptions) => Promise<Harness> {
  const board = loadBoard(root, id);
  const script = bundle(board);
  return async (options = {}) => {
    const { world, machine, espruino, records } = boot(board, await script, changes);
    const ports = espruino.globals["ports"] as Ports;
    if (board.constants.radio && options.offline !== true) joinNetwork(ports, world);
    // The world's converter has ten bits, that of an ESP32 twelve.
    let sample = 0;
    if (board.constants.chip === "esp32") espruino.globals["analogRead"] = (pin: unknown) => (pin === undefined ? NaN : sample / 4096);
    const analogPin = board.constants.chip === "esp8266" ? "A0" : "D8";
    let port = 1000;
    return {
      ports,
      until: async (done) => expect(world.runUntil(done, 600000)).toBe(true),
      settle: async () => world.run(10000),
      close: async () => {
        espruino.stop();
        machine.powerCut();
      },
      listen: async (certificate) => {
        port += 1;
        const tls = certificate === undefined ? undefined : certificates[certificate];
        return { address: SERVER_ADDRESS, port, connections: listen(world, port, tls) };
      },
      closedPort: async () => ({ address: SERVER_ADDRESS, port: CLOSED_PORT }),
      bindUdp: async () => {
        port += 1;
        const received: { bytes: string; address: string; port: number }[] = [];
        const server = world.bindUdp(port, (bytes, address, from) => received.push({ bytes, address, port: from }));
        return { address: SERVER_ADDRESS, port, received, send: server.send };
      },
      socketsMax: board.constants.socketsMax,
      tcpReadBytesMax: board.constants.chip === "esp8266" ? 268 : 536,
      serverName: NAME,
      knownHost: NAME,
      unknownHost: "nobody.example",
      ssid: SSID,
      password: PASSWORD,
      setNetwork: (present) => world.setAccessPoint(SSID, { present }),
      records,
      boots: machine.boots,
      watchdog: board.constants.watchdog,
      deepSleep: board.constants.deepSleep,
      i2c: {
        bus: "default",
        address: BME280_ADDRESS,
        absentAddress: 0x40,
        register: 0xd0,
        value: 0x60,
        setStuck: (stuck) => (machine.buses.get("default")!.stuck = stuck),
      },
      pins: {
        input: "D1",
        output: "D2",
        analog: analogPin,
        drive: (level) => machine.pins.drive("D1", level),
        level: () => machine.pins.level("D2"),
        setAnalog: (value) => {
          sample = value;
          if (board.constants.chip !== "esp32") machine.pins.setAnalog(analogPin, value);
        },
      },
    };
  };
}

// A reset looks like an orderly close to programs of the ESP32 and of a PC; the adapter does what it can where they are told.
const telling = { profile: { tellsResets: true } };

portsContract("esp32-espruino", maker("esp32-espruino", telling));
wifiContract("esp32-espruino", maker("esp32-espruino"));
tlsContract("esp32-espruino", maker("esp32-espruino"));
portsContract("esp8266-espruino", maker("esp8266-espruino"));
wifiContract("esp8266-espruino", maker("esp8266-espruino"));
noTlsContract("esp8266-espruino", maker("esp8266-espruino"));

// Without the suites that take the network away, and those of what a PC has not: a converter, and why it began.
for (const suite of [clockContract, randomContract, checksumContract, logContract, udpContract, flashContract, i2cContract, digitalContract]) {
  suite("linux-espruino", maker("linux-espruino"));
}
wiredContract("linux-espruino", maker("linux-espruino"));
tlsContract("linux-espruino", maker("linux-espruino"));
