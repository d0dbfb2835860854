/** A device on EVRYTHNG over MQTT, whose platform grants every subscription: it knows whether it is heard, and never takes a bad network for a refusal. */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { AgentCode } from "../../firmware/agent/link";
import { Step } from "../../firmware/agent/link-mqtt-state";
import type { MqttLink } from "../../firmware/agent/link-mqtt-state";
import { MQTT_PORT } from "../../sim/lab/cloud";
import { statement } from "../conformance/statement";
import { counter } from "../support/counter";
import { createEvrythngDevice, createEvrythngWorld } from "../support/evrythng-world";
import type { EvrythngDevice, EvrythngTransport, EvrythngWorld } from "../support/evrythng-world";

const minutes = (n: number): number => n * 60000;
const hours = (n: number): number => minutes(60 * n);

/** From SUBACK: the first value's two seconds, three acknowledged values with ten seconds each, and the way to and fro. */
const NOTICED_MS = 35000;

function connected(cloud: EvrythngWorld, device: EvrythngDevice, times = 1): void {
  expect(cloud.world.runUntil(() => device.told("connected").length === times, minutes(20))).toBe(true);
}

function stepOf(device: EvrythngDevice): Step | undefined {
  const link = device.thing()?.supervisor.link as MqttLink | undefined;
  return link?.open === true ? link.step : undefined;
}

/** Until a link has come so far; the answer is when. */
function reached(cloud: EvrythngWorld, device: EvrythngDevice, step: Step): number {
  expect(cloud.world.runUntil(() => stepOf(device) === step, minutes(10))).toBe(true);
  return cloud.world.clock.now();
}

const codes = (device: EvrythngDevice): number[] => device.told("offline").map(({ number }) => number);

/** That nobody hears it is noticed in time, and told once, though it is tried again; no reading is told as read. */
function expectRefused(cloud: EvrythngWorld, device: EvrythngDevice): void {
  const from = reached(cloud, device, Step.proving);
  expect(cloud.world.runUntil(() => codes(device).length > 0, minutes(10))).toBe(true);
  expect(cloud.world.clock.now() - from).toBeLessThan(NOTICED_MS);
  cloud.world.run(minutes(20));
  expect(codes(device)).toEqual([AgentCode.subscriptionRefused]);
  expect(device.told("published")).toEqual([]);
}

/** The device's values, where there are some. */
function stored(cloud: EvrythngWorld, key: string): unknown[] {
  try {
    return cloud.stored(key).map(({ value }) => value);
  } catch {
    return [];
  }
}

/** What may be done to the device's thng by a key of its own, by the letters of a role. */
function keyOf(cloud: EvrythngWorld, letters: string): { readonly token: string; may(letters: string): void } {
  const role = String(cloud.as("create", "/roles", { name: "narrow", permissions: { thngs: letters } })["id"]);
  const key = cloud.model.createKey({ kind: "device", account: cloud.own.account, actor: cloud.own.thng, role });
  return { token: cloud.own.thng + key, may: (now) => void cloud.as("update", `/roles/${role}`, { permissions: { thngs: now } }) };
}

/** Nothing was told as read, and all of it is there when the key may hear. */
function expectKept(cloud: EvrythngWorld, device: EvrythngDevice): void {
  const values = stored(cloud, "count");
  expect(values).toEqual(values.map((_, i) => i + 1));
  expect(values.length).toBeGreaterThan(100);
  expect(device.told("dropped")).toEqual([]);
}

describe.each<EvrythngTransport>(["mqtt", "mqtt-ws"])("over %s", (transport) => {
  const worldOf = (seed: number, options: Parameters<typeof createEvrythngWorld>[2] = {}): EvrythngWorld => createEvrythngWorld(seed, transport, options);

  statement("EV-34 EV-47", "on a thng that never had a value it writes one, hears it and is ready; later connections hear the first value at once and write nothing", () => {
    const cloud = worldOf(21);
    const device = createEvrythngDevice(cloud, counter());
    const from = reached(cloud, device, Step.proving);
    connected(cloud, device);
    expect(cloud.world.clock.now() - from).toBeLessThan(3000);
    expect(stored(cloud, "device.heard")).toEqual([true]);
    for (let times = 2; times < 6; times += 1) {
      cloud.stopCloud();
      cloud.world.run(minutes(1));
      cloud.startCloud();
      const again = reached(cloud, device, Step.subscribing);
      connected(cloud, device, times);
      expect(cloud.world.clock.now() - again).toBeLessThan(1000);
    }
    expect(stored(cloud, "device.heard")).toEqual([true]);
    expect(codes(device)).not.toContain(AgentCode.subscriptionRefused);
  });

  statement("EV-47 EV-43", "a key that may write and not hear: noticed in time, told once, tried again less and less often, and no reading leaves flash before it is heard", () => {
    const cloud = worldOf(22);
    const key = keyOf(cloud, "u");
    const device = createEvrythngDevice(cloud, counter(), { token: key.token });
    expectRefused(cloud, device);
    expect(device.told("connected")).toEqual([]);
    expect(device.told("restart")).toEqual([]);
    expect(stored(cloud, "count")).toEqual([]);
    expect(cloud.connections()).toBeGreaterThan(3);
    expect(cloud.connections()).toBeLessThan(25);
    // Roles count from the next connection on.
    key.may("ru");
    connected(cloud, device);
    cloud.world.run(minutes(5));
    expectKept(cloud, device);
  });

  statement("EV-47", "another's id, where what cannot be is acknowledged and dropped: noticed in time, and nothing is lost", () => {
    const cloud = worldOf(23, { badPublish: "drop" });
    const other = String(cloud.as("create", "/thngs", { name: "other" })["id"]);
    const device = createEvrythngDevice(cloud, counter(), { token: other + cloud.own.device });
    expectRefused(cloud, device);
    expect(cloud.model.counts.values).toBe(0);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(120);
  });

  statement("EV-47", "where what cannot be ends the connection it never counts as connected, and keeps what it has", () => {
    const cloud = worldOf(24);
    const other = String(cloud.as("create", "/thngs", { name: "other" })["id"]);
    const device = createEvrythngDevice(cloud, counter(), { token: other + cloud.own.device });
    cloud.world.run(minutes(20));
    expect(device.told("connected")).toEqual([]);
    expect(codes(device).length).toBeGreaterThan(0);
    expect(device.thing().publisher.log.waiting).toBeGreaterThan(110);
  });

  statement("EV-50 EV-51", "a first value that comes late, behind others, or twice is as good as any", () => {
    for (const pubStatesDelayMs of [1500, 5000, 60000]) {
      const obeyed: unknown[] = [];
      const cloud = worldOf(25, { pubStatesDelayMs, pubStatesTwice: true });
      const device = createEvrythngDevice(cloud, counter(obeyed));
      connected(cloud, device);
      cloud.as("create", `/thngs/${cloud.own.thng}/actions/_go`, { customFields: { fan: true } });
      cloud.world.run(1000);
      for (let times = 2; times < 5; times += 1) {
        cloud.stopCloud();
        cloud.world.run(minutes(1));
        cloud.startCloud();
        connected(cloud, device, times);
        cloud.world.run(minutes(2));
      }
      expect(obeyed).toEqual([true]);
      expect(codes(device)).not.toContain(AgentCode.subscriptionRefused);
      expect(device.told("malformed")).toEqual([]);
    }
  });

  test("a command that waits is proof enough, and is obeyed", () => {
    const obeyed: unknown[] = [];
    const cloud = worldOf(26);
    cloud.as("create", `/thngs/${cloud.own.thng}/actions/_go`, { customFields: { fan: true } });
    const device = createEvrythngDevice(cloud, counter(obeyed));
    connected(cloud, device);
    cloud.world.run(1000);
    expect(obeyed).toEqual([true]);
    expect(stored(cloud, "device.heard")).toEqual([]);
  });

  test("a path that swallows what comes behind the SUBACK is a lost connection, not a refusal", () => {
    const cloud = worldOf(27, { pubStatesDelayMs: 60000 });
    const device = createEvrythngDevice(cloud, counter());
    for (let n = 0; n < 5; n += 1) {
      reached(cloud, device, Step.proving);
      cloud.wire.toDevice = false;
      expect(cloud.world.runUntil(() => stepOf(device) !== Step.proving, minutes(3))).toBe(true);
      cloud.wire.toDevice = true;
    }
    expect(codes(device)).not.toContain(AgentCode.subscriptionRefused);
    expect(codes(device).length).toBeGreaterThan(0);
    connected(cloud, device);
  });

  test("a broker that restarts in the middle of the proof is asked anew", () => {
    const cloud = worldOf(28, { pubStatesDelayMs: 60000 });
    const device = createEvrythngDevice(cloud, counter());
    for (const wait of [0, 500, 1990, 2030]) {
      reached(cloud, device, Step.proving);
      cloud.world.run(wait);
      cloud.stopCloud();
      cloud.world.run(minutes(1));
      expect(stepOf(device)).not.toBe(Step.proving);
      cloud.startCloud();
    }
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, minutes(20))).toBe(true);
    expect(codes(device)).not.toContain(AgentCode.subscriptionRefused);
  });

  test.each([1, 2, 3, 4, 5])("never a false alarm: six hours of a slow network that loses much, with the cloud away again and again (%i)", (seed) => {
    const cloud = worldOf(seed, { pubStatesDelayMs: seed % 2 === 0 ? 15000 : 0, pubStatesTwice: seed > 3 });
    const conditions = { tcpLossRate: 0.3, tcpRetransmitMs: 3000, latencyMs: { min: 300, max: 4000 } };
    const device = createEvrythngDevice(cloud, counter(), {}, { conditions });
    for (const end = hours(6); cloud.world.clock.now() < end; ) {
      cloud.world.run(7000 * (1 + (cloud.connections() % 40)));
      cloud.stopCloud();
      cloud.world.run(5000);
      cloud.startCloud();
    }
    expect(cloud.connections()).toBeGreaterThan(60);
    expect(codes(device)).not.toContain(AgentCode.subscriptionRefused);
    expect(device.told("connected").length).toBeGreaterThan(10);
    expect(cloud.world.runUntil(() => device.thing().publisher.log.waiting === 0, hours(1))).toBe(true);
    expect(device.told("dropped")).toEqual([]);
  });
});

/** A broker that grants all and delivers nothing by itself: `written` hears each publication of QoS 1, by its number from 1. */
function deafBroker(cloud: EvrythngWorld, written: (number: number, answer: () => void, echo: () => void) => void): void {
  cloud.stopCloud();
  cloud.world.listenTcp(MQTT_PORT, (stream) => {
    const reader = parser({ protocolVersion: 4 });
    const say = (packet: Packet): void => stream.send(generate(packet).toString("latin1"));
    let count = 0;
    reader.on("packet", (packet) => {
      if (packet.cmd === "connect") say({ cmd: "connack", returnCode: 0, sessionPresent: false });
      else if (packet.cmd === "subscribe") say({ cmd: "suback", messageId: packet.messageId!, granted: packet.subscriptions.map(() => 1) });
      else if (packet.cmd === "publish" && packet.qos === 1) {
        count += 1;
        const { topic, payload, messageId } = packet;
        written(count, () => say({ cmd: "puback", messageId: messageId! }), () => say({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false }));
      }
    });
    return { onBytes: (bytes) => void reader.parse(Buffer.from(bytes, "latin1")), onEnded: () => undefined };
  });
}

test("it is refused when a third value was acknowledged and none was heard, and not a moment earlier: what is on its way may hold the first", () => {
  const cloud = createEvrythngWorld(31);
  const device = createEvrythngDevice(cloud, counter());
  const written: number[] = [];
  let answersThird = false;
  deafBroker(cloud, (number, answer, echo) => {
    written.push(cloud.world.clock.now());
    if (number < 3 || answersThird) answer();
    else {
      cloud.world.clock.schedule(17000, () => {
        echo();
        answer();
      });
    }
  });
  connected(cloud, device);
  expect(cloud.world.clock.now() - written[0]!).toBeGreaterThan(36000);
  expect(codes(device).filter((code) => code === AgentCode.subscriptionRefused)).toEqual([]);
  // The same broker, which does not let it wait any more.
  answersThird = true;
  device.machine.powerCut();
  cloud.world.run(1000);
  device.machine.powerOn();
  const from = reached(cloud, device, Step.proving);
  expect(cloud.world.runUntil(() => codes(device).includes(AgentCode.subscriptionRefused), minutes(2))).toBe(true);
  expect(cloud.world.clock.now() - from).toBeGreaterThan(31000);
  expect(cloud.world.clock.now() - from).toBeLessThan(NOTICED_MS);
  expect(written.slice(3).map((at) => Math.round((at - from) / 1000))).toEqual([2, 12, 22]);
});
