/**
 * What is CoAP's own for a device on ThingsBoard: observations that the platform may forget, that another may take, and that say what holds
 * when they are registered; small and bad networks; a token that is taken back. Each command is obeyed once all the same.
 */
import { AgentCode } from "../../firmware/agent/link";
import { measure, onCommand } from "../../firmware/index";
import type { Thing } from "../../firmware/index";
import { counter } from "../support/counter";
import { connected, createThingsboardDevice, createThingsboardWorld, operatorsDevice, reboot } from "../support/thingsboard-world";
import type { ThingsboardWorld } from "../support/thingsboard-world";

const minutes = (n: number): number => n * 60000;
/** Observations grow old after 60 s and are registered again 5 to 15 s later. */
const RENEWAL_MS = 76000;

/** What the application hears of a call, once the device had some time. */
function call(cloud: ThingsboardWorld, method: string, params: unknown): unknown {
  const outcomes = cloud.call(method, params);
  cloud.world.run(9000);
  const [outcome] = outcomes;
  return outcome?.kind === "answered" ? JSON.parse(outcome.body) : outcome?.kind;
}

test("a platform that began anew and forgot its observations: they are registered again, what was written meanwhile is obeyed, and its first call is a new one", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(1, "coap");
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  const first = cloud.call("speed", 1);
  cloud.world.run(1000);
  expect(first).toMatchObject([{ kind: "answered" }]);
  cloud.stopCloud();
  cloud.world.run(1000);
  // Calls are counted from one again.
  cloud.forgetCalls();
  cloud.startCloud();
  cloud.share({ fan: true });
  cloud.world.run(1000);
  expect(obeyed).toEqual([1]);
  cloud.world.run(RENEWAL_MS);
  expect(obeyed).toEqual([1, true]);
  expect(call(cloud, "speed", 2)).toEqual({ obeyed: true });
  expect(obeyed).toEqual([1, true, 2]);
  // All on the one link.
  expect(device.told("connected")).toHaveLength(1);
});

test("registering anew says what holds, and commands nothing: neither the value obeyed last, nor one that a call has overruled", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(2, "coap");
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  cloud.share({ fan: true, speed: 3 });
  cloud.world.run(1000);
  expect(call(cloud, "fan", false)).toEqual({ obeyed: true });
  cloud.world.run(minutes(60));
  expect(obeyed).toEqual([true, 3, false]);
  const reads = cloud.sent.filter((bytes) => bytes.includes('"shared":{"fan":true,"speed":3}'));
  expect(reads.length).toBeGreaterThan(40);
  cloud.share({ fan: true });
  cloud.world.run(1000);
  expect(obeyed).toEqual([true, 3, false, true]);
});

test("attributes that are none of its business may be many and large: they are neither read nor in the way", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(3, "coap");
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  cloud.share({ big: "x".repeat(9000), fan: true });
  cloud.world.run(5000);
  // The update was too large to be received; what holds was asked for.
  expect(obeyed).toEqual([true]);
  reboot(cloud, device);
  connected(cloud, device, 2);
  const before = cloud.sent.length;
  cloud.world.run(minutes(10));
  expect(obeyed).toEqual([true]);
  expect(device.told("offline")).toEqual([]);
  expect(cloud.sent.slice(before).filter((bytes) => bytes.includes("xxxxxxxxxx")).length).toBeLessThan(10);
  cloud.share({ big: "y".repeat(9000), speed: 4 });
  cloud.world.run(5000);
  expect(obeyed).toEqual([true, 4]);
});

test("a call that is too large to be received is not obeyed, and the next one is", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(4, "coap");
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  expect(call(cloud, "fan", "x".repeat(5000))).toBeUndefined();
  cloud.world.run(5000);
  expect(call(cloud, "fan", true)).toEqual({ obeyed: true });
  expect(device.told("offline")).toEqual([]);
  expect(obeyed).toEqual([true]);
});

test("another who observes with its token takes its observations: it comes back", () => {
  const cloud = createThingsboardWorld(5, "coap");
  const device = createThingsboardDevice(cloud, counter(), { code: "", token: operatorsDevice(cloud) });
  connected(cloud, device);
  const other = createThingsboardDevice(cloud, counter(), { code: "", token: "token-made-by-hand" });
  connected(cloud, other);
  expect(device.told("offline")[0]).toMatchObject({ number: AgentCode.subscriptionRefused });
  other.machine.powerCut();
  cloud.world.run(minutes(5));
  const before = device.told("offline").length;
  expect(call(cloud, "speed", 5)).toEqual({ obeyed: true });
  cloud.world.run(minutes(10));
  expect(device.told("offline")).toHaveLength(before);
  expect(device.told("tokenSuspect")).toEqual([]);
});

test("a token that is taken back while it is connected is suspect at once; given again, it is trusted", () => {
  const cloud = createThingsboardWorld(6, "coap");
  const device = createThingsboardDevice(cloud, counter(), { code: "", token: operatorsDevice(cloud) });
  connected(cloud, device);
  const [made] = cloud.devices();
  const credentials = (token: string): void => void cloud.model.devices.put(made!, { credentials: { type: "ACCESS_TOKEN", token } });
  credentials("another-token");
  cloud.world.run(1000);
  expect(device.told("tokenSuspect")).toHaveLength(1);
  cloud.world.run(minutes(20));
  expect(device.thing().publisher.log.waiting).toBeGreaterThan(110);
  credentials("token-made-by-hand");
  expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(60))).toBe(true);
  expect(device.told("tokenTrusted")).toHaveLength(1);
  expect(device.told("dropped")).toEqual([]);
});

test("a machine whose datagrams have 268 bytes makes itself known, reports, reads long lists and obeys", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(7, "coap");
  const many = (thing: Thing): void => {
    counter(obeyed)(thing);
    for (let n = 0; n < 20; n += 1) onCommand(thing, { key: `a.command.with.a.long.name.${n}`, type: "string" }, (text) => void obeyed.push(text));
  };
  const device = createThingsboardDevice(cloud, many, {}, { udpBytesMax: 268 });
  connected(cloud, device);
  cloud.world.run(10000);
  device.machine.powerCut();
  cloud.share({ "a.command.with.a.long.name.0": "first", "a.command.with.a.long.name.19": "last", big: "x".repeat(3000) });
  cloud.world.run(1000);
  device.machine.powerOn();
  connected(cloud, device, 2);
  cloud.world.run(20000);
  expect(obeyed).toEqual(["first", "last"]);
  expect(call(cloud, "speed", 7)).toEqual({ obeyed: true });
  expect(cloud.stored("count").length).toBeGreaterThan(2);
  expect(Math.max(...cloud.heard.map(({ length }) => length))).toBeLessThanOrEqual(268);
});

test("a key whose question no datagram can carry is told once, and the others are read", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(8, "coap");
  const long = "k".repeat(200);
  const device = createThingsboardDevice(cloud, (thing) => {
    onCommand(thing, { key: long, type: "boolean" }, (on) => void obeyed.push(on));
    counter(obeyed)(thing);
  }, {}, { udpBytesMax: 268 });
  connected(cloud, device);
  device.machine.powerCut();
  cloud.share({ [long]: true, speed: 2 });
  device.machine.powerOn();
  connected(cloud, device, 2);
  cloud.world.run(minutes(10));
  expect(obeyed).toEqual([2]);
  // Once a boot.
  expect(device.told("commandRefused").map(({ number, text }) => [number, text])).toEqual([[2, long], [2, long]]);
  // Written while it listens, it is told by itself.
  cloud.share({ [long]: false });
  cloud.world.run(1000);
  expect(obeyed).toEqual([2, false]);
});

test("the platform has trouble: its refusals of a question and of an answer are passed over, and a batch is sent again", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(9, "coap");
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  cloud.trouble.code = "5.00";
  cloud.share({ fan: true });
  expect(call(cloud, "speed", 3)).toBeUndefined();
  cloud.world.run(minutes(3));
  cloud.trouble.code = undefined;
  expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(10))).toBe(true);
  expect(obeyed).toEqual([true, 3]);
  expect(call(cloud, "speed", 4)).toEqual({ obeyed: true });
  const values = cloud.stored("count").map(({ value }) => Number(value));
  expect(values).toEqual(values.map((_, i) => i + 1));
  expect(device.told("dropped")).toEqual([]);
});

test("a device that leaves in order takes its observation of calls with it: the next call waits", () => {
  const obeyed: unknown[] = [];
  const cloud = createThingsboardWorld(10, "coap");
  const device = createThingsboardDevice(cloud, counter(obeyed));
  connected(cloud, device);
  device.thing().driver.close(device.thing().supervisor.link!);
  cloud.world.run(1000);
  const outcomes = cloud.call("fan", true);
  device.machine.powerCut();
  device.machine.powerOn();
  connected(cloud, device, 2);
  expect(obeyed).toEqual([true]);
  expect(outcomes).toMatchObject([{ kind: "answered" }]);
});

test("datagrams that are lost, come twice and overtake each other: calls are obeyed once, in their order, and attributes end as they were written", () => {
  let total = 0;
  for (let seed = 0; seed < 10; seed += 1) {
    const obeyed: unknown[] = [];
    const cloud = createThingsboardWorld(100 + seed, "coap");
    const conditions = { udpLossRate: 0.15, udpDuplicateRate: 0.15, udpReorderRate: 0.15, udpReorderMs: 400 };
    const device = createThingsboardDevice(cloud, counter(obeyed), {}, { conditions });
    expect(cloud.world.runUntil(() => device.told("connected").length > 0, minutes(30))).toBe(true);
    const answered: unknown[] = [];
    for (let speed = 0; speed <= 10; speed += 1) {
      cloud.share({ fan: speed % 2 === 0 });
      const outcomes = cloud.call("speed", speed);
      cloud.world.run(15000);
      if (outcomes[0]?.kind === "answered") answered.push(speed);
    }
    cloud.world.run(minutes(5));
    const speeds = obeyed.filter((value) => typeof value === "number");
    expect(speeds).toEqual([...new Set(speeds)].sort((a, b) => Number(a) - Number(b)));
    for (const speed of answered) expect(speeds).toContain(speed);
    total += answered.length;
    expect(obeyed.filter((value) => typeof value === "boolean").at(-1)).toBe(true);
    const values = cloud.stored("count").map(({ value }) => Number(value));
    expect(values).toEqual(values.map((_, i) => i + 1));
    expect(device.told("dropped")).toEqual([]);
  }
  // A call has ten seconds: most are answered within.
  expect(total).toBeGreaterThan(70);
});

test("a device without commands asks for nothing, and answers that it has none", () => {
  const cloud = createThingsboardWorld(11, "coap");
  const device = createThingsboardDevice(cloud, (thing) => measure(thing, { key: "count" }));
  connected(cloud, device);
  expect(call(cloud, "fan", true)).toEqual({ obeyed: false, code: 5 });
  expect(cloud.heard.some((bytes) => bytes.includes("sharedKeys"))).toBe(false);
});
