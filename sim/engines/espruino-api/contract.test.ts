/**
 * The Espruino adapter, as it is bundled for three boards, keeps the contract of every port on Espruino's own API, over machines
 * of the virtual world.
 */
import {
  checksumContract, clockContract, digitalContract, flashContract, type Harness, type HarnessOptions, i2cContract, logContract,
  noTlsContract, portsContract, randomContract, tlsContract, udpContract, wifiContract, wiredContract,
} from "../../../hal/contract/index";
import { certificatesFor, listenInWorld } from "../../../test/support/world-peer";
import { adapterOf, CLOSED_PORT, joinNetwork, PASSWORD, SERVER_NAME, SSID } from "../../../test/engines/espruino-adapter";
import { SERVER_ADDRESS } from "../../world/network";
import { BME280_ADDRESS } from "../../world/sensors";
import type { EspruinoOptions } from "./index";

const certificates = certificatesFor(SERVER_NAME);

function maker(id: string, changes: Partial<EspruinoOptions> = {}): (options?: HarnessOptions) => Promise<Harness> {
  const boot = adapterOf(id);
  return async (options = {}) => {
    const adapter = await boot(changes);
    const { board, ports, world, machine, espruino, records } = adapter;
    if (board.constants.radio && options.offline !== true) joinNetwork(adapter);
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
        return { address: SERVER_ADDRESS, port, connections: listenInWorld(world, port, tls) };
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
      serverName: SERVER_NAME,
      knownHost: SERVER_NAME,
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
