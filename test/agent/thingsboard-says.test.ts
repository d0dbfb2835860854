/** What a device on ThingsBoard says besides its readings, over each transport: facts of itself as client attributes, and calls of its own. */
import { callPlatform, describe as describeDevice, minutes, seconds } from "../../firmware/index";
import type { MqttClient } from "../../sim/cloud/mqtt/service";
import { counter } from "../support/counter";
import { createEvrythngDevice, createEvrythngWorld } from "../support/evrythng-world";
import { connected, createThingsboardDevice, createThingsboardWorld, transports } from "../support/thingsboard-world";
import type { ThingsboardWorld, ThingsboardWorldOptions, Transport } from "../support/thingsboard-world";

const INVALID = 64;
const TIMEOUT = 70;
const BUSY = 71;
const UNSUPPORTED = 72;

/** The client attributes of the one device, as texts. */
function attributes(cloud: ThingsboardWorld): Record<string, string> {
  const [device] = cloud.devices();
  return Object.fromEntries([...(device?.attributes.CLIENT_SCOPE ?? [])].map(([key, { value }]) => [key, value.text]));
}

describe.each<Transport>(transports)("over %s", (transport) => {
  const worldOf = (seed: number, options: ThingsboardWorldOptions = {}): ThingsboardWorld => createThingsboardWorld(seed, transport, options);

  test("facts that it said before it was connected, and after, are client attributes; the last word of each holds", () => {
    const cloud = worldOf(1);
    const codes: number[] = [];
    const device = createThingsboardDevice(cloud, (thing) => {
      counter()(thing);
      codes.push(describeDevice(thing, "serial", 'a"1'), describeDevice(thing, "height", 2.5, 1), describeDevice(thing, "old", true), describeDevice(thing, "old", false));
    });
    connected(cloud, device);
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(attributes(cloud)).toEqual({ serial: 'a"1', height: "2.5", old: "false" });
    expect(describeDevice(device.thing(), "old", 7)).toBe(0);
    expect(describeDevice(device.thing(), "fresh", "now")).toBe(0);
    cloud.world.run(seconds(5));
    expect(attributes(cloud)).toEqual({ serial: 'a"1', height: "2.5", old: "7", fresh: "now" });
  });

  test("what it says while the platform is away arrives with the next connection, and what was forgotten there comes again", () => {
    const cloud = worldOf(2);
    const device = createThingsboardDevice(cloud, counter());
    connected(cloud, device);
    describeDevice(device.thing(), "mode", "day");
    cloud.world.run(seconds(5));
    cloud.stopCloud();
    cloud.world.run(minutes(10));
    describeDevice(device.thing(), "mode", "night");
    cloud.model.data.deleteAttributes(cloud.devices()[0]!, "CLIENT_SCOPE", ["mode"]);
    cloud.startCloud();
    connected(cloud, device, transport === "mqtt" ? 2 : device.told("connected").length + 1);
    expect(attributes(cloud)).toEqual({ mode: "night" });
  });

  test("a ninth fact, a long one, no number, and a key that is none are refused, and nothing is sent for them", () => {
    const cloud = worldOf(3);
    const device = createThingsboardDevice(cloud, (thing) => {
      for (let n = 0; n < 8; n += 1) expect(describeDevice(thing, `fact${n}`, n)).toBe(0);
      expect(describeDevice(thing, "fact8", 8)).toBe(INVALID);
      expect(describeDevice(thing, "fact7", "x".repeat(60))).toBe(INVALID);
      expect(describeDevice(thing, "fact7", NaN)).toBe(INVALID);
      expect(describeDevice(thing, "a b", 1)).toBe(INVALID);
      expect(describeDevice(thing, "fact7", 70)).toBe(0);
    });
    connected(cloud, device);
    expect(attributes(cloud)).toEqual(Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`fact${n}`, n === 7 ? "70" : String(n)])));
  });

  test("its own call is answered: with what the platform knows, and with what its owner made; one at a time", () => {
    const asked: unknown[] = [];
    const cloud = worldOf(4, {
      answerDevice: (method, params) => {
        asked.push([method, params]);
        return method === "weather" ? { rain: true } : undefined;
      },
    });
    const device = createThingsboardDevice(cloud, counter());
    connected(cloud, device);
    const heard: unknown[] = [];
    const ask = (method: string, params: string): number => callPlatform(device.thing(), method, params, (code, payload) => heard.push([method, code, JSON.parse(payload)]));
    expect(ask("weather", '{"at":"x"}')).toBe(0);
    expect(ask("weather", "{}")).toBe(BUSY);
    expect(heard).toEqual([]);
    cloud.world.run(seconds(5));
    expect(ask("getSessionLimits", "{}")).toBe(0);
    cloud.world.run(seconds(5));
    expect(ask("unknown", "[1]")).toBe(0);
    cloud.world.run(seconds(5));
    expect(asked).toEqual([["weather", { at: "x" }], ["unknown", [1]]]);
    expect(heard).toEqual([["weather", 0, { rain: true }], ["getSessionLimits", 0, expect.objectContaining({ maxPayloadSize: 65536 })], ["unknown", 0, { error: "Unknown method" }]]);
    expect([ask("m".repeat(65), "{}"), ask("m", `"${"x".repeat(256)}"`)]).toEqual([INVALID, INVALID]);
  });

  test("a call that nobody answers ends by itself, one that is cut with its connection; readings and commands go on", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(5);
    const device = createThingsboardDevice(cloud, counter(obeyed));
    connected(cloud, device);
    const codes: number[] = [];
    const ask = (): number => callPlatform(device.thing(), "getSessionLimits", "{}", (code) => codes.push(code));
    cloud.wire.toDevice = false;
    expect(ask()).toBe(0);
    cloud.world.run(seconds(15));
    cloud.wire.toDevice = true;
    cloud.world.run(minutes(2));
    expect(codes).toHaveLength(1);
    expect(cloud.world.runUntil(() => device.thing().publisher.live, minutes(20))).toBe(true);
    cloud.world.run(seconds(5));
    expect(ask()).toBe(0);
    cloud.world.run(seconds(5));
    expect(codes.at(-1)).toBe(0);
    cloud.share({ fan: true });
    cloud.world.run(minutes(2));
    expect(obeyed).toEqual([true]);
    const counts = cloud.stored("count").map(({ value }) => Number(value));
    expect(counts).toEqual(counts.map((_, i) => i + 1));
  });
});

test("over MQTT an answer that comes when patience has run out is not taken for the next one's", () => {
  let late: (() => void) | undefined;
  const cloud = createThingsboardWorld(6, "mqtt", {
    answerDevice: (method) => ({ to: method }),
    around: (service) => (client, request) => {
      const deliver: MqttClient["deliver"] = (message, qos) => {
        if (message.payload.toString() === '{"to":"first"}') late = () => client.deliver(message, qos);
        else client.deliver(message, qos);
      };
      return service(Object.create(client, { deliver: { value: deliver } }) as MqttClient, request);
    },
  });
  const device = createThingsboardDevice(cloud, counter());
  connected(cloud, device);
  const heard: unknown[] = [];
  const ask = (method: string): number => callPlatform(device.thing(), method, "{}", (code, payload) => heard.push([code, payload]));
  expect(ask("first")).toBe(0);
  cloud.world.run(seconds(31));
  expect(heard).toEqual([[TIMEOUT, ""]]);
  late!();
  cloud.world.run(seconds(1));
  expect(ask("second")).toBe(0);
  late!();
  cloud.world.run(seconds(5));
  expect(heard).toEqual([[TIMEOUT, ""], [0, '{"to":"second"}']]);
});

test("where the platform has nothing of the kind both say so, and do nothing", () => {
  const cloud = createEvrythngWorld(7);
  const device = createEvrythngDevice(cloud, counter());
  expect(cloud.world.runUntil(() => device.told("connected").length === 1, minutes(5))).toBe(true);
  expect(describeDevice(device.thing(), "serial", 1)).toBe(UNSUPPORTED);
  expect(callPlatform(device.thing(), "x", "{}", () => { throw new Error("answered"); })).toBe(UNSUPPORTED);
  cloud.world.run(minutes(2));
  expect(device.told("offline")).toEqual([]);
});
