/**
 * QoS 1 against a model, over every order of events: publishes, acknowledgements in order, out of order, twice and from
 * nowhere, lost ones (cuts with and without a kept session), and an owner that answers `resend` late. States that are equal
 * are visited once; the checks depend on the state and the event alone, so this covers all orders of that many events.
 */
import { MqttCode, mqttClosed, mqttPublish, mqttResend } from "../../firmware/protocol/mqtt/session";
import type { MqttSession } from "../../firmware/protocol/mqtt/session";
import { budget } from "../support/budget";
import { connect, connectedPeer, say } from "./mqtt-peer";
import type { Heard, Peer } from "./mqtt-peer";
import { statement } from "./statement";

const EVENTS_MAX = budget(10, 14);
const WINDOW = 3;

/** What must be true: what is in flight, oldest first, and how many of them this connection has carried. */
interface Model {
  inFlight: { id: number; ref: number }[];
  sent: number;
  nextRef: number;
  lastId: number;
  acknowledged: number[];
  /** The identifier acknowledged last, or 0. */
  acknowledgedId: number;
}
interface State {
  session: MqttSession;
  model: Model;
}

const EVENTS = ["publish", "ackOldest", "ackNewest", "ackAgain", "ackUnsent", "ackUnknown", "cutKept", "cutForgotten", "answer", "answerWrong"] as const;
type EventName = (typeof EVENTS)[number];

const isResending = (model: Model): boolean => model.sent < model.inFlight.length;
const asked = (model: Model): Heard[] => (isResending(model) ? [["resend", model.inFlight[model.sent]!.ref, model.inFlight[model.sent]!.id]] : []);

/** Acknowledges entry `i` of the model and returns what the sink must hear. */
function acknowledge(peer: Peer, model: Model, i: number): Heard[] {
  const entry = model.inFlight[i]!;
  expect(say(peer, { cmd: "puback", messageId: entry.id })).toBe(0);
  model.inFlight.splice(i, 1);
  model.sent -= 1;
  model.acknowledged.push(entry.ref);
  model.acknowledgedId = entry.id;
  return [["acknowledged", entry.ref]];
}

function cut(peer: Peer, model: Model, sessionPresent: boolean): Heard[] {
  mqttClosed(peer.session);
  connect(peer, sessionPresent);
  model.sent = 0;
  return [["connected", sessionPresent], ...asked(model)];
}

/** Sends one PUBACK that must change nothing. */
function ignored(peer: Peer, messageId: number): Heard[] {
  expect(say(peer, { cmd: "puback", messageId })).toBe(0);
  return [];
}

/** Each event changes the model, does the same to the session, and returns what the sink must hear beside `send`; undefined if it cannot happen here. */
const apply: Record<EventName, (peer: Peer, model: Model) => Heard[] | undefined> = {
  publish(peer, model) {
    const code = mqttPublish(peer.session, peer.sink, "t", `m${model.nextRef}`, 1, false, model.nextRef, peer.uptime);
    const full = model.inFlight.length >= WINDOW || isResending(model);
    expect(code).toBe(full ? MqttCode.windowFull : 0);
    if (full) return [];
    do model.lastId = (model.lastId % 65535) + 1;
    while (model.inFlight.some((entry) => entry.id === model.lastId));
    model.inFlight.push({ id: model.lastId, ref: model.nextRef });
    model.sent += 1;
    expect(peer.sent.at(-1)).toMatchObject({ cmd: "publish", messageId: model.lastId, dup: false, payload: Buffer.from(`m${model.nextRef}`) });
    model.nextRef += 1;
    return [];
  },
  ackOldest: (peer, model) => (model.sent > 0 ? acknowledge(peer, model, 0) : undefined),
  ackNewest: (peer, model) => (model.sent > 1 ? acknowledge(peer, model, model.sent - 1) : undefined),
  ackAgain: (peer, model) => (model.acknowledgedId === 0 || model.inFlight.some((entry) => entry.id === model.acknowledgedId) ? undefined : ignored(peer, model.acknowledgedId)),
  ackUnsent: (peer, model) => (isResending(model) ? ignored(peer, model.inFlight.at(-1)!.id) : undefined),
  ackUnknown: (peer) => ignored(peer, 40000),
  cutKept: (peer, model) => cut(peer, model, true),
  cutForgotten: (peer, model) => cut(peer, model, false),
  answer(peer, model) {
    const entry = model.inFlight[model.sent];
    if (entry === undefined) return undefined;
    expect(mqttResend(peer.session, peer.sink, entry.id, "t", `m${entry.ref}`, false, peer.uptime)).toBe(0);
    expect(peer.sent.at(-1)).toMatchObject({ cmd: "publish", messageId: entry.id, dup: true, payload: Buffer.from(`m${entry.ref}`) });
    model.sent += 1;
    return asked(model);
  },
  answerWrong(peer, model) {
    const wrong = isResending(model) ? model.inFlight[model.sent]!.id + 1 : (model.inFlight[0]?.id ?? 1);
    expect(mqttResend(peer.session, peer.sink, wrong, "t", "x", false, peer.uptime)).toBe(MqttCode.invalid);
    return [];
  },
};

/** Runs one event on a copy of `state`; undefined if it cannot happen there. */
function step(peer: Peer, state: State, event: EventName): State | undefined {
  const next = structuredClone(state);
  const run: Peer = { ...peer, session: next.session, uptime: 5000 };
  run.heard.length = 0;
  run.sent.length = 0;
  const expected = apply[event](run, next.model);
  if (expected === undefined) return undefined;
  expect(run.heard.filter((heard) => heard[0] !== "send")).toEqual(expected);
  expect(next.session.publishIds).toEqual(next.model.inFlight.map((entry) => entry.id));
  expect(next.session.publishRefs).toEqual(next.model.inFlight.map((entry) => entry.ref));
  expect(next.session.publishesSent).toBe(next.model.sent);
  return next;
}

/** Lets everything end well from `state`: each ref is then acknowledged exactly once. */
function drain(peer: Peer, state: State): void {
  let last: State = state;
  for (let next: State | undefined = last; next !== undefined; next = step(peer, last, "answer")) last = next;
  for (let next: State | undefined = last; next !== undefined; next = step(peer, last, "ackOldest")) last = next;
  expect(last.model.acknowledged.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: last.model.nextRef }, (_, ref) => ref));
}

statement("MQTT-4.3.2-1 MQTT-4.4.0-1 MQTT-4.6.0-1 MQTT-2.3.1-3", `every order of up to ${EVENTS_MAX} events`, () => {
  const peer = connectedPeer({ window: WINDOW });
  // Just below the wrap of identifiers, so that orders cross it.
  peer.session.packetId = 65533;
  const start: State = { session: peer.session, model: { inFlight: [], sent: 0, nextRef: 0, lastId: 65533, acknowledged: [], acknowledgedId: 0 } };
  const seen = new Set<string>();
  let level = [start];
  let transitions = 0;
  for (let depth = 0; depth < EVENTS_MAX; depth += 1) {
    const following: State[] = [];
    for (const state of level) {
      for (const event of EVENTS) {
        const next = step(peer, state, event);
        if (next === undefined) continue;
        transitions += 1;
        const key = JSON.stringify([next.session, next.model]);
        if (seen.has(key)) continue;
        seen.add(key);
        following.push(next);
      }
    }
    level = following;
  }
  for (const state of level) drain(peer, state);
  expect(seen.size).toBeGreaterThan(700);
  expect(transitions).toBeGreaterThan(3000);
});
