/**
 * The whole life of one device, from its image, on every engine: it activates, restarts, publishes, is offline, drains, and
 * obeys; over MQTT and over CoAP, in the virtual world with the local thethings.iO.
 */
import { CODES, createCloudWorld, everyValue, settings } from "../support/thethings-world";
import type { CloudWorld, Transport } from "../support/thethings-world";
import { bootReport, choiceOf } from "../support/choice";
import { engineNames, mainOf, root } from "./engines";
import type { EngineName } from "./engines";
import { createEngineDevice, network, runFor, runUntil, stopEngines } from "./rig";
import type { EngineDevice } from "./rig";

const minute = 60000;
const PROBE = "test/engines/apps/probe.ts";

interface Life {
  readonly cloud: CloudWorld;
  readonly device: EngineDevice;
  /** All values of a key that the cloud holds, oldest first. */
  values(key: string): unknown[];
  send(key: string, value: unknown): void;
}

async function begin(engine: EngineName, transport: Transport, seed: number): Promise<Life> {
  const main = await mainOf(engine, PROBE, transport);
  const cloud = createCloudWorld({ seed });
  const device = createEngineDevice(cloud.world, main, settings(network));
  runUntil(cloud.world, device, () => device.told("connected").length === 1, minute);
  const token = (): string => cloud.model.tokenOf(cloud.model.things()[0]!)!;
  return {
    cloud,
    device,
    values: (key) => everyValue(cloud.model, token(), key),
    send: (key, value) => {
      expect(cloud.model.write(token(), { values: [{ key, value }] }, { via: "rest" }).ok).toBe(true);
      runFor(cloud.world, device, 5000);
    },
  };
}

const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

jest.setTimeout(120000);
afterEach(stopEngines);

describe.each(engineNames)("on %s", (engine) => {
  describe.each<Transport>(["mqtt", "coap"])("over %s", (transport) => {
    test("activates once, publishes, and remembers its token over a restart", async () => {
      const { cloud, device, values } = await begin(engine, transport, 901);
      runFor(cloud.world, device, 10 * minute);
      expect(values("count")).toEqual(upTo(1, 21));
      expect(values("third").slice(0, 6)).toEqual([0.333, 0.667, 1, 1.333, 1.667, 2]);
      // 0 where the runtime does not tell why it booted.
      expect(values("device.boot")).toEqual([expect.stringMatching(bootReport(choiceOf(root, PROBE), "reset=[01] error=0 boot=1"))]);
      device.machine.powerCut();
      device.machine.powerOn();
      runUntil(cloud.world, device, () => device.told("connected").length === 2, minute);
      runFor(cloud.world, device, 5 * minute);
      expect(device.told("activated")).toHaveLength(1);
      expect(cloud.model.things()).toHaveLength(1);
      expect(cloud.model.activate(CODES[0]).ok).toBe(false);
      expect(values("count").slice(21)).toEqual(upTo(1, 11));
      expect(device.failures).toEqual([]);
    });

    test("keeps readings while it is offline, over a restart too, and drains them in order", async () => {
      const { cloud, device, values } = await begin(engine, transport, 902);
      runFor(cloud.world, device, 2 * minute);
      cloud.stopCloud();
      runFor(cloud.world, device, 8 * minute);
      const before = device.told("reading").filter(({ text }) => text.startsWith("count ")).length;
      device.machine.powerCut();
      device.machine.powerOn();
      runFor(cloud.world, device, 8 * minute);
      const after = device.told("reading").filter(({ text }) => text.startsWith("count ")).length - before;
      expect(before).toBeGreaterThan(18);
      expect(after).toBeGreaterThan(14);
      expect(values("count").length).toBeLessThan(8);
      const drained = device.told("drained").length;
      cloud.startCloud();
      runUntil(cloud.world, device, () => device.told("drained").length > drained, 10 * minute);
      const arrived = [...values("count")] as number[];
      expect(arrived.slice(0, before)).toEqual(upTo(1, before));
      expect(arrived.slice(before, before + after)).toEqual(upTo(1, after));
      expect(device.failures).toEqual([]);
    });

    test("obeys what it declared, once, and says so", async () => {
      const { cloud, device, values, send } = await begin(engine, transport, 903);
      runFor(cloud.world, device, minute);
      for (const on of [true, false, true]) {
        send("fan", on);
        expect(device.machine.pins.level("D5")).toBe(on ? 1 : 0);
      }
      send("fan", "yes");
      send("label", "Z\u00fcrich \u20ac \u{1f600} \"q\" \\");
      runFor(cloud.world, device, minute);
      expect(values("fan.state")).toEqual([true, false, true]);
      expect(values("echo")).toEqual(["Z\u00fcrich \u20ac \u{1f600} \"q\" \\"]);
      expect(device.told("command")).toHaveLength(4);
      expect(device.told("commandRefused")).toHaveLength(1);
      expect(device.failures).toEqual([]);
    });
  });
});
