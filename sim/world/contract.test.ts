/** The virtual world keeps the contract of every port, under latency, in pieces of any size. */
import {
  type Harness, type HarnessOptions, noTlsContract, portsContract, tlsContract, wifiContract, wiredContract,
} from "../../hal/contract/index";
import { certificatesFor, listenInWorld } from "../../test/support/world-peer";
import { TlsLevel } from "../../hal/ports/tls";
import { createFlash } from "./flash";
import { defaultAreas } from "./flash-areas";
import type { MachineOptions } from "./machine";
import { SERVER_ADDRESS } from "./network";
import { BME280_ADDRESS } from "./sensors";
import { createWorld } from "./world";

const SSID = "attic";
const PASSWORD = "correct horse";
const NAME = "cloud.example";

const certificates = certificatesFor(NAME);

function maker(machineOptions: MachineOptions): (options?: HarnessOptions) => Promise<Harness> {
  return (options = {}) => {
    const records: { event: string; number: number; text: string }[] = [];
    const world = createWorld({
      seed: expect.getState().currentTestName ?? "contract",
      ...(options.offline === true ? { accessPoints: [{ ssid: SSID, password: PASSWORD }] } : {}),
      log: (_time, _machine, event, number, text) => records.push({ event, number, text }),
    });
    world.network.names.set(NAME, SERVER_ADDRESS);
    const machine = world.createDevice({
      flash: createFlash({ areas: defaultAreas, strict: false }),
      bootMs: 0,
      ...machineOptions,
    });
    let port = 1000;
    const harness: Harness = {
      ports: machine.ports,
      until: async (done) => expect(world.runUntil(done, 600000)).toBe(true),
      settle: async () => world.run(10000),
      close: async () => machine.powerCut(),
      listen: async (certificate) => {
        port += 1;
        const tls = certificate === undefined ? undefined : certificates[certificate];
        return { address: SERVER_ADDRESS, port, connections: listenInWorld(world, port, tls) };
      },
      closedPort: async () => ({ address: SERVER_ADDRESS, port: 9 }),
      bindUdp: async () => {
        port += 1;
        const received: { bytes: string; address: string; port: number }[] = [];
        const server = world.bindUdp(port, (bytes, address, from) => received.push({ bytes, address, port: from }));
        return { address: SERVER_ADDRESS, port, received, send: server.send };
      },
      socketsMax: 8,
      tcpReadBytesMax: machineOptions.tcpReadBytesMax ?? 536,
      serverName: NAME,
      knownHost: NAME,
      unknownHost: "nobody.example",
      ssid: SSID,
      password: PASSWORD,
      setNetwork: (present) => world.setAccessPoint(SSID, { present }),
      records,
      boots: machine.boots,
      watchdog: machineOptions.watchdog ?? true,
      deepSleep: machineOptions.deepSleep ?? true,
      i2c: {
        bus: "default",
        address: BME280_ADDRESS,
        absentAddress: 0x40,
        register: 0xd0,
        value: 0x60,
        setStuck: (stuck) => (machine.buses.get("default")!.stuck = stuck),
      },
      pins: {
        input: "button",
        output: "led",
        analog: "A0",
        drive: (level) => machine.pins.drive("button", level),
        level: () => machine.pins.level("led"),
        setAnalog: (sample) => machine.pins.setAnalog("A0", sample),
      },
    };
    return Promise.resolve(harness);
  };
}

portsContract("the virtual world", maker({}));
portsContract("a small virtual machine", maker({
  conditions: { tcpSegmentBytes: { min: 1, max: 40 }, latencyMs: { min: 1, max: 900 } },
  tcpReadBytesMax: 268,
  tcpWriteBytesMax: 600,
  tcpSendBufferBytes: 1000,
  udpBytesMax: 268,
  watchdog: false,
  deepSleep: false,
}));
wifiContract("the virtual world", maker({}));
wiredContract("the virtual world", maker({}));
noTlsContract("the virtual world", maker({}));
tlsContract("a virtual machine that verifies", maker({ tlsLevel: TlsLevel.verified }));
tlsContract("a virtual machine that does not verify", maker({ tlsLevel: TlsLevel.encryptedUnverified }));
