/** What the statement tests do not show: limits, wakes, refusals that change nothing, and the rule about sinks. */
import { MqttCode, mqttClosed, mqttConnect, mqttDisconnect, mqttOpen, mqttPublish, mqttReceive, mqttResend, mqttSubscribe, mqttTick, mqttUnsubscribe } from "./session";
import type { MqttOptions, MqttSession, MqttSink } from "./session";

const OPTIONS: MqttOptions = {
  clientId: "thing1",
  cleanSession: false,
  keepAliveSec: 60,
  user: undefined,
  password: undefined,
  will: undefined,
  window: 16,
  packetBytesMax: 100,
  ackTimeoutMs: 10000,
};
const CONNACK = "\u0020\u0002\u0000\u0000";

interface Bench {
  session: MqttSession;
  sink: MqttSink;
  sent: string[];
  wakes: number[];
  closes: number[];
}

function open(options: Partial<MqttOptions> = {}): Bench {
  const nothing = (): void => undefined;
  const sent: string[] = [];
  const wakes: number[] = [];
  const closes: number[] = [];
  const sink: MqttSink = {
    send: (bytes) => void sent.push(bytes),
    connected: nothing,
    acknowledged: nothing,
    subscribed: nothing,
    deliver: nothing,
    resend: nothing,
    close: (code) => void closes.push(code),
    wake: (inMs) => void wakes.push(inMs),
  };
  return { session: mqttOpen({ ...OPTIONS, ...options }), sink, sent, wakes, closes };
}

function connected(options: Partial<MqttOptions> = {}): Bench {
  const bench = open(options);
  mqttConnect(bench.session, bench.sink, 0);
  mqttReceive(bench.session, bench.sink, CONNACK, 0);
  return bench;
}

test("a window of each size takes that many publishes, and not one more", () => {
  for (const window of [1, 2, 16]) {
    const { session, sink } = connected({ window });
    for (let i = 0; i < window; i += 1) expect(mqttPublish(session, sink, "t", "", 1, false, i, 0)).toBe(MqttCode.ok);
    expect(mqttPublish(session, sink, "t", "", 1, false, window, 0)).toBe(MqttCode.windowFull);
    expect(mqttPublish(session, sink, "t", "", 0, false, window, 0)).toBe(MqttCode.ok);
  }
});

test("the largest packet is sent, one byte more is refused and changes nothing", () => {
  const { session, sink, sent } = connected();
  expect(mqttPublish(session, sink, "t", "x".repeat(93), 1, false, 1, 0)).toBe(MqttCode.ok);
  expect(sent[1]).toHaveLength(100);
  for (const payload of ["x".repeat(94), "x".repeat(1000)]) expect(mqttPublish(session, sink, "t", payload, 1, false, 2, 0)).toBe(MqttCode.packetTooLarge);
  expect(session.publishIds).toEqual([1]);
  expect(mqttSubscribe(session, sink, ["f".repeat(93)], 0, 0)).toBe(2);
  expect(sent[2]).toHaveLength(100);
  expect(mqttSubscribe(session, sink, ["f".repeat(94)], 0, 0)).toBe(0);
  expect(session.packetId).toBe(2);
});

test("refused arguments send nothing and take no identifier", () => {
  const { session, sink, sent } = connected();
  for (const qos of [-1, 2, 3, 0.5]) expect(mqttPublish(session, sink, "t", "", qos, false, 1, 0)).toBe(MqttCode.invalid);
  expect(mqttPublish(session, sink, "a/#", "", 1, false, 1, 0)).toBe(MqttCode.invalid);
  expect(mqttResend(session, sink, 1, "t", "", false, 0)).toBe(MqttCode.invalid);
  expect(sent).toHaveLength(1);
  expect(mqttPublish(session, sink, "t", "", 1, false, 1, 0)).toBe(MqttCode.ok);
  expect(session.publishIds).toEqual([1]);
});

test("a wake is asked for only when it comes before the one that is due", () => {
  const { session, sink, wakes } = connected();
  expect(wakes).toEqual([10000]);
  mqttTick(session, sink, 10000);
  expect(wakes).toEqual([10000, 44000]);
  mqttPublish(session, sink, "t", "", 1, false, 1, 12000);
  mqttPublish(session, sink, "t", "", 1, false, 2, 13000);
  mqttSubscribe(session, sink, ["a"], 0, 14000);
  expect(wakes).toEqual([10000, 44000, 10000]);
  mqttReceive(session, sink, "\u0040\u0002\u0000\u0001\u0040\u0002\u0000\u0002\u0090\u0003\u0000\u0003\u0000", 15000);
  // Early, and with nothing to do: the next one is asked for again, counted from the last packet sent.
  mqttTick(session, sink, 16000);
  mqttTick(session, sink, 17000);
  expect(wakes.slice(3)).toEqual([52000, 51000]);
});

test("a tick that comes late does at once all that was due", () => {
  const { session, sink, sent, closes } = connected();
  mqttTick(session, sink, 5000000);
  expect(sent.slice(1)).toEqual(["\u00c0\u0000"]);
  mqttTick(session, sink, 5010000);
  expect(closes).toEqual([MqttCode.keepAliveTimeout]);
});

test("a new connection starts without the pending bytes, ping and tick of the one before", () => {
  const bench = connected();
  const { session, sink, wakes, closes } = bench;
  mqttTick(session, sink, 54000);
  mqttReceive(session, sink, "\u0030\u0010\u0000", 54000);
  expect([session.pending.length, session.pingedAt]).toEqual([3, 54000]);
  mqttClosed(session);
  mqttClosed(session);
  wakes.length = 0;
  expect(mqttConnect(session, sink, 60000)).toBe(0);
  expect(wakes).toEqual([10000]);
  expect(mqttReceive(session, sink, CONNACK, 60000)).toBe(0);
  mqttTick(session, sink, 70000);
  expect([session.pending, session.pingedAt, closes]).toEqual(["", -1, []]);
});

test("a session of refused options takes no call", () => {
  const { session, sink, sent } = open({ user: undefined, password: "p" });
  expect(mqttConnect(session, sink, 0)).toBe(MqttCode.invalid);
  mqttClosed(session);
  expect(mqttConnect(session, sink, 0)).toBe(MqttCode.invalid);
  expect(mqttPublish(session, sink, "t", "", 0, false, 0, 0)).toBe(MqttCode.notConnected);
  expect(mqttReceive(session, sink, CONNACK, 0)).toBe(MqttCode.notConnected);
  mqttDisconnect(session, sink);
  mqttTick(session, sink, 100000);
  expect(sent).toEqual([]);
});

test("DISCONNECT may come before CONNACK", () => {
  const { session, sink, sent, closes } = open();
  mqttConnect(session, sink, 0);
  mqttDisconnect(session, sink);
  expect([sent[1], closes]).toEqual(["\u00e0\u0000", [0]]);
});

test("two sessions share nothing", () => {
  const one = connected();
  const two = connected();
  mqttPublish(one.session, one.sink, "t", "", 1, false, 1, 0);
  mqttSubscribe(one.session, one.sink, ["a"], 0, 0);
  expect([two.session.publishIds, two.session.filterIds, two.session.packetId]).toEqual([[], [], 0]);
});

test("a sink that calls the core on the same turn is found out", () => {
  const calls: ((session: MqttSession, sink: MqttSink) => unknown)[] = [
    (session, sink) => mqttConnect(session, sink, 0),
    (session, sink) => mqttReceive(session, sink, "", 0),
    (session, sink) => mqttPublish(session, sink, "t", "", 0, false, 0, 0),
    (session, sink) => mqttResend(session, sink, 1, "t", "", false, 0),
    (session, sink) => mqttSubscribe(session, sink, ["a"], 0, 0),
    (session, sink) => mqttUnsubscribe(session, sink, ["a"], 0),
    (session, sink) => mqttDisconnect(session, sink),
    (session, sink) => mqttTick(session, sink, 0),
  ];
  for (const call of calls) {
    const { session, sink } = connected();
    const calling: MqttSink = { ...sink, deliver: () => void call(session, sink), send: () => void call(session, sink) };
    expect(() => mqttReceive(session, calling, "\u0030\u0003\u0000\u0001t", 0)).toThrow("called back");
    const other = connected();
    expect(() => mqttPublish(other.session, { ...other.sink, send: () => void call(other.session, other.sink) }, "t", "", 0, false, 0, 0)).toThrow("called back");
  }
});
