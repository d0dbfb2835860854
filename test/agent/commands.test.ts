/** Commands: checked before they act, at most once each, also across a restart; the device's own readings are none. */
import { measure, onCommand, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { statement } from "../conformance/statement";
import { createCloudWorld, createThingDevice, settings } from "../support/thethings-world";
import type { CloudWorld, Transport, WorldDevice } from "../support/thethings-world";

function setUp(transport: Transport, run: number): { cloud: CloudWorld; device: WorldDevice; obeyed: unknown[]; send: (key: string, value: unknown, datetime?: string) => void } {
  const obeyed: unknown[] = [];
  const definition: Definition = (thing) => {
    measure(thing, { key: "temperature", decimals: 1 });
    onCommand(thing, { key: "fan", type: "boolean" }, (on) => void obeyed.push(on));
    onCommand(thing, { key: "target", type: "number", min: 5, max: 30, decimals: 1 }, (degrees) => void obeyed.push(degrees));
    onCommand(thing, { key: "label", type: "string", bytesMax: 8 }, (text) => void obeyed.push(text));
  };
  const cloud = createCloudWorld({ seed: run });
  const device = createThingDevice(cloud, transport, definition, settings());
  expect(cloud.world.runUntil(() => device.told("connected").length > 0, 60000)).toBe(true);
  const send = (key: string, value: unknown, datetime?: string): void => {
    const time = datetime === undefined ? {} : { datetime };
    expect(cloud.model.write(device.thing().token, { values: [{ key, value, ...time }] }, { via: "rest" }).ok).toBe(true);
    cloud.world.run(2000);
  };
  return { cloud, device, obeyed, send };
}

describe.each<Transport>(["mqtt", "coap"])("over %s", (transport) => {
  statement("SEC-15", "values of the declared type and range act, everything else is refused", () => {
    const { device, obeyed, send } = setUp(transport, 31);
    send("fan", true);
    send("fan", "false");
    send("target", 21.5);
    send("target", "5");
    send("target", 30);
    send("label", "12345678");
    expect(obeyed).toEqual([true, false, 21.5, 5, 30, "12345678"]);
    obeyed.length = 0;
    for (const [key, value] of [["fan", 1], ["fan", "yes"], ["target", 30.1], ["target", 4.9], ["target", "warm"], ["target", true], ["label", "123456789"], ["label", 5], ["unknown", true], ["fan", [true]], ["target", 1e300]] as const) send(key, value);
    expect(obeyed).toEqual([]);
    expect(device.told("commandRefused")).toHaveLength(10);
  });

  test("a command runs once: again, older, or after a restart it is passed over", () => {
    const { cloud, device, obeyed, send } = setUp(transport, 32);
    send("fan", true, "2026-01-01T10:00:00.500Z");
    send("fan", true, "2026-01-01T10:00:00.500Z");
    send("fan", false, "2026-01-01T09:59:59.000Z");
    device.machine.powerCut();
    device.machine.powerOn();
    expect(cloud.world.runUntil(() => device.told("connected").length === 2, 600000)).toBe(true);
    send("fan", true, "2026-01-01T10:00:00.500Z");
    expect(obeyed).toEqual([true]);
    send("fan", false, "2026-01-01T10:00:00.501Z");
    expect(obeyed).toEqual([true, false]);
  });

  test("several commands in one text, and several texts that come together, are obeyed in their order", () => {
    const { cloud, device, obeyed } = setUp(transport, 37);
    const write = (...values: [string, unknown][]): void => void cloud.model.write(device.thing().token, { values: values.map(([key, value]) => ({ key, value })) }, { via: "rest" });
    write(["fan", true], ["target", 20]);
    write(["label", "one"]);
    cloud.world.run(5000);
    expect(obeyed).toEqual([true, 20, "one"]);
  });

  test("an app that throws at a command keeps nothing else back", () => {
    const cloud = createCloudWorld({ seed: 38 });
    const obeyed: unknown[] = [];
    const definition: Definition = (thing) => {
      onCommand(thing, { key: "fan", type: "boolean" }, () => {
        throw new Error("the fan is stuck");
      });
      onCommand(thing, { key: "label", type: "string" }, (text) => void obeyed.push(text));
    };
    const device = createThingDevice(cloud, transport, definition, settings());
    expect(cloud.world.runUntil(() => device.told("connected").length > 0, 60000)).toBe(true);
    cloud.world.run(10000);
    for (const [key, value] of [["fan", true], ["label", "behind"]] as const) cloud.model.write(device.thing().token, { values: [{ key, value }] }, { via: "rest" });
    expect(() => cloud.world.run(5000)).toThrow("the fan is stuck");
    cloud.world.run(20000);
    expect(obeyed).toEqual(["behind"]);
  });

  test("the device's own readings come back and are no commands", () => {
    const { cloud, device, obeyed } = setUp(transport, 33);
    report(device.thing(), "temperature", 20);
    cloud.world.run(10000);
    expect(device.told("published").length).toBeGreaterThan(0);
    expect(obeyed).toEqual([]);
    expect(device.told("commandRefused")).toEqual([]);
  });

  test("values that nobody declared pass by", () => {
    const { cloud, device, obeyed, send } = setUp(transport, 34);
    send("fan", { deep: [1, 2, { three: 3 }] });
    send("x".repeat(200), "y".repeat(1000));
    send("fan", true);
    expect(obeyed).toEqual([true]);
    expect(device.machine.boots).toHaveLength(1);
    cloud.world.run(1000);
  });
});

test("a key is a reading or a command, never both", () => {
  const cloud = createCloudWorld({ seed: 35 });
  const twice: Definition = (thing) => {
    measure(thing, { key: "fan" });
    onCommand(thing, { key: "fan", type: "boolean" }, () => undefined);
  };
  createThingDevice(cloud, "mqtt", twice, settings());
  expect(() => cloud.world.run(1000)).toThrow('the key "fan" is declared twice');
});

statement("SEC-16", "a key that could reach into a topic or a path is refused when it is declared", () => {
  for (const key of ["a/b", "+", "#", "a b", ""]) {
    const cloud = createCloudWorld({ seed: 36 });
    const good = createThingDevice(cloud, "mqtt", (thing) => measure(thing, { key: "good" }), settings());
    expect(cloud.world.runUntil(() => good.told("connected").length === 1, 60000)).toBe(true);
    createThingDevice(cloud, "mqtt", (thing) => measure(thing, { key }), settings({ code: "canary-code-two" }));
    expect(() => cloud.world.run(1000)).toThrow("is not allowed on this platform");
  }
});
