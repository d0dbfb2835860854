/**
 * The Espruino adapter as a script of its own, on the emulation of a board's Espruino, over a machine of a fresh virtual world:
 * what tests of the adapter stand on. Device builds make its records of functions vanish; here they are handed out.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Board, loadBoard } from "../../boards/toolchain/board";
import type { Ports } from "../../hal/ports/index";
import type { ResetReason } from "../../hal/ports/system";
import { WifiConnection } from "../../hal/ports/wifi";
import { createEspruino, type Espruino, type EspruinoOptions } from "../../sim/engines/espruino-api/index";
import { type LogRecord, parseLogLine } from "../../sim/engines/log-line";
import { createFlash } from "../../sim/world/flash";
import type { Machine } from "../../sim/world/machine";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld, type World } from "../../sim/world/world";

const root = join(__dirname, "..", "..");

/** The one network in the air of machines with a radio, the one server's name, and a port where nothing listens. */
export const SSID = "attic";
export const PASSWORD = "correct horse";
export const SERVER_NAME = "cloud.example";
export const CLOSED_PORT = 9;

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

/** One boot of the adapter. */
export interface Adapter {
  readonly board: Board;
  readonly ports: Ports;
  readonly world: World;
  readonly machine: Machine;
  readonly espruino: Espruino;
  /** Records of the log port, as its lines on the console say them. */
  readonly records: LogRecord[];
  /** Every other line of the console. */
  readonly lines: string[];
}

/**
 * Prepares the adapter of a board; each call of what it answers boots it in a new world, on no network, after a reset of the
 * chip for that reason.
 */
export function adapterOf(id: string): (changes?: Partial<EspruinoOptions>, reason?: ResetReason) => Promise<Adapter> {
  const board = loadBoard(root, id);
  const script = bundle(board);
  return async (changes = {}, reason) => {
    const records: LogRecord[] = [];
    const lines: string[] = [];
    const world = createWorld({
      seed: expect.getState().currentTestName ?? "adapter",
      ...(board.constants.radio ? { accessPoints: [{ ssid: SSID, password: PASSWORD }] } : {}),
    });
    world.network.names.set(SERVER_NAME, SERVER_ADDRESS);
    const machine = createMachine(world, board);
    if (reason !== undefined) {
      machine.reset(reason);
      world.run(0);
    }
    const espruino = createEspruino({
      ports: machine.ports,
      constants: board.constants,
      refuses: (_address, port) => port === CLOSED_PORT,
      hosts: `127.0.0.1 localhost\n${SERVER_ADDRESS}\t${SERVER_NAME} cloud\n`,
      events: {
        console: (line) => {
          const record = parseLogLine(line);
          if (record !== undefined) records.push(record);
          else lines.push(line);
        },
        failed: (message) => {
          throw new Error(message);
        },
      },
      ...changes,
    });
    espruino.evaluate(await script, "adapter");
    return { board, ports: espruino.globals["ports"] as Ports, world, machine, espruino, records, lines };
  };
}

/** Puts a machine with a radio on its network. */
export function joinNetwork({ ports, world }: Adapter): void {
  let connection = 0;
  expect(ports.wifi.connect({ ssid: SSID, password: PASSWORD, onChanged: (value) => (connection = value) })).toBe(0);
  expect(world.runUntil(() => connection === WifiConnection.ready, 60000)).toBe(true);
}
