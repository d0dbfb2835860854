/**
 * A link over MQTT 3.1.1: one connection, one session, and the walk from CONNECT to a subscribed channel.
 *
 * Owns the order of steps: connect, subscribe (and, where the platform would be silent, the proof), ready; or connect, subscribe to
 * the activation channel, answer, leave. What
 * carries the packets, TCP alone or a WebSocket on it, is the build's choice (`MqttCarrier`). Knows topics only through the
 * platform's profile, and never logs one: they hold the token.
 *
 * The MQTT core must not be called from its own sink, so what its sink asks for is noted and done on the next turn.
 *
 * Sessions are clean: what was not acknowledged is in the reading log, and the publisher sends it again by itself.
 */
import { Fault } from "../../hal/ports/fault";
import { TlsLevel } from "../../hal/ports/tls";
import type { Ports } from "../../hal/ports";
import { chr } from "../base/intrinsics";
import { ActivationResult, Origin } from "../platform/profile";
import type { ActivationAnswer, MqttProfile } from "../platform/profile";
import { MqttCode, mqttConnect, mqttDisconnect, mqttOpen, mqttPublish, mqttPublishOnce, mqttReceive, mqttSubscribe, mqttTick, mqttUnsubscribe } from "../protocol/mqtt/session";
import type { MqttSink } from "../protocol/mqtt/session";
import { AgentCode } from "./link";
import { answered, callAnswered, callOut, called, newAsks, speak } from "./link-mqtt-asks";
import { WINDOW, sessionOptions } from "./link-mqtt-options";
import { awaitProof, proved } from "./link-mqtt-proof";
import { end, flush, setDeadline, takesNow } from "./link-mqtt-socket";
import { Step, Todo } from "./link-mqtt-state";
import type { MqttCarrier, MqttLink } from "./link-mqtt-state";
import type { Link, LinkDriver, LinkSink, LinkTarget } from "./link";

/** An activation is answered "after a few seconds"; past this the link gives up and the agent tries again. */
const ACTIVATION_TIMEOUT_MS = 30000;
/** A batch comes back from platforms that echo, and is on its way several times over while it goes out. */
const BATCH_BYTES_MAX = 512;
/** How long DISCONNECT may take to leave before the connection is dropped all the same. */
const FAREWELL_MS = 1000;

/**
 * DISCONNECT, and the end once it has left.
 * @cold
 */
function farewell(link: MqttLink, code: number): void {
  if (link.step === Step.closing) return;
  link.step = Step.closing;
  mqttDisconnect(link.session, link.mqttSink);
  if (link.carrier.framed) link.carrier.leave(link);
  setDeadline(link, link.writable && link.out.length === 0 ? 0 : FAREWELL_MS, code);
}

/** @cold */
function runTurn(link: MqttLink): void {
  link.turn = 0;
  const uptime = link.ports.clock.uptime();
  const todo = link.todo;
  link.todo = Todo.nothing;
  let sent = 1;
  if (todo === Todo.subscribe) {
    link.step = Step.subscribing;
    sent = mqttSubscribe(link.session, link.mqttSink, link.profile.single ? [link.topic] : link.profile.channels(link.topic, link.overfed, link.wanted), 1, uptime);
  } else if (todo === Todo.unsubscribe) {
    link.step = Step.unsubscribing;
    sent = mqttUnsubscribe(link.session, link.mqttSink, [link.topic], uptime);
  } else if (todo === Todo.leave) {
    farewell(link, Fault.none);
  } else if (link.profile.requests) {
    sent = speak(link) ? 1 : 0;
  }
  if (sent === 0) end(link, AgentCode.invalid);
}

function takeTurn(link: MqttLink, todo: Todo): void {
  link.todo = todo;
  if (link.turn === 0) link.turn = link.ports.clock.after(0, () => runTurn(link));
}

/**
 * SUBACK, or UNSUBACK after an activation.
 * @cold
 */
function subscribed(link: MqttLink, codes: string): void {
  if (link.step === Step.unsubscribing) return takeTurn(link, Todo.leave);
  if (!link.profile.requests && codes.indexOf(chr(128)) >= 0) return setDeadline(link, 0, AgentCode.subscriptionRefused);
  if (link.activating) {
    link.step = Step.activating;
    setDeadline(link, ACTIVATION_TIMEOUT_MS, AgentCode.timeout);
  } else if (link.profile.silent) {
    awaitProof(link);
  } else {
    link.step = Step.live;
    link.sink.ready();
  }
  if (link.profile.requests) takeTurn(link, Todo.nothing);
}

/**
 * What came on the activation channel.
 * @cold
 */
function activationAnswered(link: MqttLink, payload: string): void {
  const answer: ActivationAnswer = { result: ActivationResult.none, token: "" };
  link.profile.text.readActivation(payload, answer);
  if (answer.result === ActivationResult.none) return;
  link.ports.clock.cancel(link.deadline);
  if (answer.result === ActivationResult.created) link.sink.activated(answer.token);
  else link.sink.refused(link.profile.requests && answer.result === ActivationResult.doubtful ? AgentCode.activationDoubtful : AgentCode.activationRefused);
}

/**
 * Publishes on a topic of the device's own: 0, or why not.
 * @cold
 */
function sayOn(link: MqttLink, path: string, body: string): number {
  if (link.step !== Step.live || !link.open) return Fault.closed;
  const topic = link.profile.ownTopic(link.topic, path);
  return mqttPublish(link.session, link.mqttSink, topic, body, 0, false, 0, link.ports.clock.uptime()) === 0 ? 0 : AgentCode.busy;
}

/**
 * Facts of the device, said on a turn of the link when it is live.
 * @cold
 */
function describeSoon(link: MqttLink, facts: string): void {
  link.asks!.facts = facts;
  if (link.step === Step.live && link.open) takeTurn(link, Todo.nothing);
}

/**
 * What a platform says that is asked: its topics tell what it is.
 * @cold
 */
function told(link: MqttLink, topic: string, payload: string): void {
  if (link.step === Step.activating && topic === link.topic) return activationAnswered(link, payload);
  const origin = link.profile.originOf(topic);
  if (link.step !== Step.live || origin === Origin.none) return;
  if (origin === Origin.reply) callAnswered(link, topic, payload);
  else if (origin === Origin.update) link.sink.told(payload, origin);
  else if (origin === Origin.rpc ? called(link, topic, payload) : answered(link, payload)) takeTurn(link, Todo.nothing);
}

function deliver(link: MqttLink, topic: string, payload: string): void {
  // Only the device's very own channel is listened to: another device's answer must not become this one's token.
  if (link.profile.single && topic !== link.topic) return;
  if (link.profile.requests) return told(link, topic, payload);
  if (link.profile.silent && link.step === Step.proving) proved(link);
  if (link.step === Step.live) link.sink.data(payload);
  else if (link.step === Step.activating) activationAnswered(link, payload);
}

function makeSink(link: MqttLink): MqttSink {
  const clock = link.ports.clock;
  return {
    send: (bytes) => {
      if (link.carrier.framed) return link.carrier.send(link, bytes);
      link.out += bytes;
      flush(link);
    },
    connected: () => {
      // This session connects once, and these texts are long.
      link.session.options.clientId = "";
      link.session.options.will = undefined;
      takeTurn(link, Todo.subscribe);
    },
    acknowledged: (ref) => link.sink.acknowledged(ref),
    subscribed: (_packetId, codes) => subscribed(link, codes),
    deliver: (topic, payload) => deliver(link, topic, payload),
    // A clean session is never resumed.
    resend: () => {},
    close: (code) => {
      if (link.step !== Step.closing) setDeadline(link, 0, AgentCode.protocol + code);
    },
    wake: (inMs) => {
      clock.cancel(link.tick);
      link.tick = clock.after(inMs, () => mqttTick(link.session, link.mqttSink, clock.uptime()));
    },
  };
}

/**
 * The connection is gone. What the broker said before it closed tells more than that it closed.
 * @cold
 */
function broken(link: MqttLink, fault: number): void {
  if (link.carrier.framed) link.carrier.ended(link);
  end(link, link.deadlineCode > AgentCode.protocol ? link.deadlineCode : fault);
}

function received(link: MqttLink, bytes: string): void {
  if (link.carrier.framed) return link.carrier.received(link, bytes);
  if (link.open) mqttReceive(link.session, link.mqttSink, bytes, link.ports.clock.uptime());
}

/**
 * The socket can be written to for the first time, or for the last.
 * @cold
 */
function writableAtEnds(link: MqttLink): void {
  if (link.step === Step.closing) return end(link, Fault.none);
  link.step = Step.connecting;
  if (link.carrier.framed) return link.carrier.begin(link);
  mqttConnect(link.session, link.mqttSink, link.ports.clock.uptime());
}

function writable(link: MqttLink): void {
  link.writable = true;
  if (link.out.length > 0) flush(link);
  else if (link.step === Step.opening || link.step === Step.closing) writableAtEnds(link);
  else if (link.crowded) link.sink.room();
}

/**
 * True when the link before ended by a message that was too large.
 * @cold
 */
function endedOverfed(before: Link | undefined): boolean {
  return before !== undefined && (before as MqttLink).deadlineCode === AgentCode.protocol + MqttCode.packetTooLarge;
}

/** @cold */
function open(profile: MqttProfile, carrier: MqttCarrier, ports: Ports, target: LinkTarget, sink: LinkSink, before: Link | undefined): Link {
  if (before !== undefined) end(before as MqttLink, Fault.none);
  const link = {
    ports,
    sink,
    open: true,
    profile,
    carrier,
    topic: target.token === "" ? profile.activationTopic(target.code, target.channel) : profile.thingTopic(target.token),
    activating: target.token === "",
    overfed: profile.single ? false : endedOverfed(before),
    wanted: profile.single || profile.requests ? "" : target.wanted,
    // Before what it looks at of the link before is set anew.
    asks: profile.requests ? newAsks(profile, target, endedOverfed(before) ? (before as MqttLink).asks : undefined) : undefined,
    session: mqttOpen(sessionOptions(profile, target)),
    socket: 0,
    out: "",
    writable: false,
    crowded: false,
    step: Step.opening,
    todo: Todo.nothing,
    quiet: false,
    turn: 0,
    tick: 0,
    deadline: 0,
    deadlineCode: 0,
  } as unknown as MqttLink;
  link.mqttSink = makeSink(link);
  if (carrier.framed) carrier.open(link, target);
  link.socket = ports.tcp.connect({
    address: target.address,
    port: target.port,
    tls: target.tls === TlsLevel.none ? undefined : { serverName: target.serverName },
    onWritable: () => writable(link),
    onReadable: (bytes) => received(link, bytes),
    onError: (fault) => broken(link, fault),
  });
  if (link.socket === 0) setDeadline(link, 0, Fault.invalid);
  return link;
}

/** The driver of a build that speaks MQTT to the profile's platform, over the carrier. */
export function mqttDriver(profile: MqttProfile, carrier: MqttCarrier): LinkDriver {
  return {
    transport: carrier.transport,
    platform: profile.text,
    portPlain: carrier.framed ? profile.webPortPlain : profile.portPlain,
    portTls: carrier.framed ? profile.webPortTls : profile.portTls,
    echoes: profile.echoes,
    requests: profile.requests,
    named: !profile.single,
    once: true,
    window: WINDOW,
    batchBytesMax: () => BATCH_BYTES_MAX,
    open: (ports, target, sink, before) => open(profile, carrier, ports, target, sink, before),
    // A connection that activates there knows nothing but its request, and how to end.
    adopt: (link) => takeTurn(link as MqttLink, profile.requests ? Todo.leave : Todo.unsubscribe),
    send: (link, ref, payload) => {
      const self = link as MqttLink;
      if (self.step !== Step.live || !self.open) return Fault.closed;
      const code = mqttPublish(self.session, self.mqttSink, self.topic, payload, 1, false, ref, self.ports.clock.uptime());
      return code === 0 ? 0 : AgentCode.busy;
    },
    takesOnce: (link) => takesNow(link as MqttLink),
    sendOnce: (link, payload) => {
      const self = link as MqttLink;
      return self.step === Step.live && self.open ? mqttPublishOnce(self.session, self.mqttSink, self.topic, payload, self.ports.clock.uptime()) : Fault.closed;
    },
    read: () => AgentCode.unsupported,
    sayOn: (link, path, body) => (profile.says ? sayOn(link as MqttLink, path, body) : AgentCode.unsupported),
    describe: (link, facts) => {
      if (profile.requests) describeSoon(link as MqttLink, facts);
    },
    callOut: (link, method, params) => (profile.requests ? callOut(link as MqttLink, method, params) : AgentCode.unsupported),
    close: (link) => {
      const self = link as MqttLink;
      self.quiet = true;
      if (self.step === Step.opening) end(self, Fault.none);
      else farewell(self, Fault.none);
    },
  };
}
