/**
 * hal/nodemcu keeps the contract of every port: compiled for both chips, run by the Lua interpreters on the emulation of
 * NodeMCU's API, over a machine of the virtual world.
 */
import { join } from "node:path";
import {
  type Harness, type HarnessOptions, noTlsContract, portsContract, tlsContract, wifiContract,
} from "../../../hal/contract/index";
import { certificatesFor, listenInWorld } from "../../../test/support/world-peer";
import type { AnalogPort } from "../../../hal/ports/analog";
import { loadBoard } from "../../../boards/toolchain/board";
import { compileLua } from "../../../boards/toolchain/compile/lua";
import { portCalls, portsEntry } from "../../../test/support/port-calls";
import { createFlash } from "../../world/flash";
import { defaultAreas } from "../../world/flash-areas";
import type { MachineOptions } from "../../world/machine";
import { SERVER_ADDRESS } from "../../world/network";
import { BME280_ADDRESS } from "../../world/sensors";
import { createWorld } from "../../world/world";
import type { Image } from "../image";
import { type LuaBoot, startLua } from "./engine";

const root = join(__dirname, "..", "..", "..");
const SSID = "attic";
const PASSWORD = "correct horse";
const NAME = "cloud.example";

const certificates = certificatesFor(NAME);

/** A line of the console that is a record of the log. */
function readRecord(records: { event: string; number: number; text: string }[], line: string): void {
  const [, event, number, text] = /^motet (\S+) (-?\d+) (".*")$/.exec(line) ?? [];
  if (event !== undefined) records.push({ event, number: Number(number), text: JSON.parse(text!) as string });
}

/** An analog input of 12 bits, as an ESP32 has: the machine's own has 10. */
function wideInput(): { port: AnalogPort; set(sample: number): void } {
  let now = 0;
  return {
    set: (sample) => (now = sample),
    port: { resolution: 12, open: ({ pin }) => (pin === "A0" ? 1 : 0), read: () => now, close: () => undefined },
  };
}

const machines = {
  "esp8266-lua": { version: "5.1", input: "D5", output: "D6", lacks: { emptyDatagrams: true, pullDown: true } },
  "esp32-lua": { version: "5.3", input: "D4", output: "D8", lacks: { emptyDatagrams: true } },
} as const;

/** Each is compiled once. */
const images = new Map<string, Promise<Image>>();

function maker(id: keyof typeof machines, machineOptions: MachineOptions = {}): (options?: HarnessOptions) => Promise<Harness> {
  const { version, input, output, lacks } = machines[id];
  const { constants } = loadBoard(root, id);
  return async (options = {}) => {
    const image = images.get(id) ?? compileLua(root, portsEntry(root, "nodemcu"), { id, constants, lua: version });
    images.set(id, image);
    const records: { event: string; number: number; text: string }[] = [];
    const failures: string[] = [];
    const wide = wideInput();
    const world = createWorld({
      seed: expect.getState().currentTestName ?? "contract",
      ...(options.offline === true ? { accessPoints: [{ ssid: SSID, password: PASSWORD }] } : {}),
    });
    world.network.names.set(NAME, SERVER_ADDRESS);
    const machine = world.createDevice({
      flash: createFlash({ areas: defaultAreas, strict: false }),
      bootMs: 0,
      tlsLevel: constants.tlsLevel,
      ...machineOptions,
    });
    const calls = portCalls((name, values) => boot.call(name, values));
    const events = { console: (line: string) => readRecord(records, line), failed: (message: string) => failures.push(message) };
    const boot: LuaBoot = startLua(version, root, await image, { ...machine.ports, analog: wide.port }, events, calls);
    expect(world.runUntil(calls.isServed, 1000)).toBe(true);
    let port = 1000;
    return {
      ports: calls.ports,
      until: async (done) => expect(world.runUntil(() => failures.length > 0 || done(), 600000)).toBe(true),
      settle: async () => world.run(10000),
      close: async () => {
        boot.stop();
        machine.powerCut();
        expect(failures).toEqual([]);
      },
      listen: async (certificate) => {
        port += 1;
        return { address: SERVER_ADDRESS, port, connections: listenInWorld(world, port, certificate === undefined ? undefined : certificates[certificate]) };
      },
      closedPort: async () => ({ address: SERVER_ADDRESS, port: 9 }),
      bindUdp: async () => {
        port += 1;
        const received: { bytes: string; address: string; port: number }[] = [];
        const server = world.bindUdp(port, (bytes, address, from) => received.push({ bytes, address, port: from }));
        return { address: SERVER_ADDRESS, port, received, send: server.send };
      },
      socketsMax: constants.socketsMax,
      tcpReadBytesMax: machineOptions.tcpReadBytesMax ?? 536,
      serverName: NAME,
      knownHost: NAME,
      unknownHost: "nobody.example",
      ssid: SSID,
      password: PASSWORD,
      setNetwork: (present) => world.setAccessPoint(SSID, { present }),
      records,
      boots: machine.boots,
      watchdog: constants.watchdog,
      deepSleep: constants.deepSleep,
      lacks,
      i2c: {
        bus: "default",
        address: BME280_ADDRESS,
        absentAddress: 0x40,
        register: 0xd0,
        value: 0x60,
        setStuck: (stuck) => (machine.buses.get("default")!.stuck = stuck),
      },
      pins: {
        input,
        output,
        analog: "A0",
        drive: (level) => machine.pins.drive(input, level),
        level: () => machine.pins.level(output),
        setAnalog: (sample) => wide.set(sample << (12 - calls.ports.analog.resolution)),
      },
    };
  };
}

const slow: MachineOptions = {
  conditions: { tcpSegmentBytes: { min: 1, max: 40 }, latencyMs: { min: 1, max: 900 } },
  tcpReadBytesMax: 268,
  tcpWriteBytesMax: 600,
  tcpSendBufferBytes: 1000,
};

portsContract("an ESP8266 with NodeMCU", maker("esp8266-lua"));
portsContract("an ESP32 with NodeMCU", maker("esp32-lua"));
portsContract("an ESP8266 on a slow network", maker("esp8266-lua", slow));
portsContract("an ESP32 on a slow network", maker("esp32-lua", slow));
wifiContract("an ESP8266 with NodeMCU", maker("esp8266-lua"));
wifiContract("an ESP32 with NodeMCU", maker("esp32-lua"));
tlsContract("an ESP8266 with NodeMCU", maker("esp8266-lua"));
noTlsContract("an ESP32 with NodeMCU", maker("esp32-lua"));
