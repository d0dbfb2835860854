/**
 * A link over CoAP: one UDP socket, one client, an observation of the device's channel, and batches as POST.
 *
 * CoAP has no connection, so "ready" is the first answer to the observation, and "lost" is a request that nobody answered or
 * a channel that fell silent. Its one request at a time (NSTART, RFC 7252 4.7) is the core's affair.
 *
 * Where the platform is asked, there are two observations, and it is "ready" when both are answered (link-coap-asks.ts).
 */
import { Fault } from "../../hal/ports/fault";
import type { Ports } from "../../hal/ports";
import { idiv } from "../base/intrinsics";
import { ActivationResult } from "../platform/profile";
import type { ActivationAnswer, CoapProfile, ReadQuery } from "../platform/profile";
import { coapCancel, coapClosed, coapOpen, coapReceive, coapRequest, coapTick } from "../protocol/coap/client";
import type { CoapRequest, CoapSink } from "../protocol/coap/client";
import { AgentCode } from "./link";
import { answeredAsked, describeSoon, newCoapAsks, observeBoth, observed, speakSoon, unreadable } from "./link-coap-asks";
import { GET, POST, Ref, request } from "./link-coap-state";
import type { CoapLink } from "./link-coap-state";
import type { Link, LinkDriver, LinkSink, LinkTarget } from "./link";

/** 2.02, 4.01, 4.08 and 4.13 as they stand on the wire. */
const COAP_DELETED = 66;
const COAP_UNAUTHORIZED = 129;
const COAP_INCOMPLETE = 136;
const COAP_TOO_LARGE = 141;
const EXCHANGES_MAX = 4;
/** Two observations, a batch, a question, an answer, facts and a call. */
const EXCHANGES_MAX_ASKED = 7;
/** The body of a response cannot be received, as the core tells it. */
const COAP_CODE_TOO_LARGE = 5;
const BODY_BYTES_MAX = 2048;
const BATCH_BYTES_MAX = 896;
/** What header, token, path and format take of a datagram around a batch. */
const ENVELOPE_BYTES = 128;

/** @cold */
function end(link: CoapLink, code: number, tell: boolean): void {
  if (!link.open) return;
  link.open = false;
  const clock = link.ports.clock;
  clock.cancel(link.tick);
  clock.cancel(link.deadline);
  if (link.profile.requests) clock.cancel(link.asks!.turn);
  coapClosed(link.client);
  link.ports.udp.close(link.socket);
  if (tell) link.sink.lost(code);
}

function endSoon(link: CoapLink, ms: number, code: number): void {
  const clock = link.ports.clock;
  clock.cancel(link.deadline);
  link.deadlineCode = code;
  link.deadline = clock.after(ms, link.ended);
}

function observe(link: CoapLink): number {
  const profile = link.profile;
  const asked: CoapRequest = { method: GET, path: profile.thingPath(link.token), query: profile.observeQuery(profile.keepAliveMs), observe: true };
  return coapRequest(link.client, link.coapSink, asked, Ref.observe, link.ports.clock.uptime());
}

function activate(link: CoapLink): number {
  const profile = link.profile;
  const asked = request(POST, profile.activationPath, "", profile.requests ? link.asks!.activation : profile.activationBody(link.code));
  return coapRequest(link.client, link.coapSink, asked, Ref.activate, link.ports.clock.uptime());
}

/** Code class: 2 for 2.xx, 4 for 4.xx (RFC 7252 3: the upper three bits). */
function classOf(code: number): number {
  return idiv(code, 32);
}

function activationAnswered(link: CoapLink, code: number, payload: string): void {
  const answer: ActivationAnswer = { result: ActivationResult.none, token: "" };
  link.profile.text.readActivation(payload, answer);
  if (classOf(code) === 2 && answer.result === ActivationResult.created) link.sink.activated(answer.token);
  else if (classOf(code) === 4 && answer.result === ActivationResult.refused) link.sink.refused(AgentCode.activationRefused);
  else if (link.profile.requests && classOf(code) === 4 && answer.result === ActivationResult.doubtful) link.sink.refused(AgentCode.activationDoubtful);
  else endSoon(link, 0, AgentCode.protocol + code);
}

function batchAnswered(link: CoapLink, ref: number, code: number): void {
  if (classOf(code) === 2) link.sink.acknowledged(ref - Ref.batch);
  else if (code === COAP_UNAUTHORIZED) link.sink.refused(AgentCode.tokenSuspect);
  // 4.08 and 4.13 speak of the transfer, and 5.xx of the server: the same batch may pass later.
  else if (classOf(code) === 4 && code !== COAP_INCOMPLETE && code !== COAP_TOO_LARGE) link.sink.rejected(ref - Ref.batch);
  else endSoon(link, 0, AgentCode.protocol + code);
}

/** The channel spoke: it lives for another two keep-alives. */
function heard(link: CoapLink): void {
  // Unless it is about to end for what it said before.
  if (link.deadlineCode === 0 || link.deadlineCode === AgentCode.timeout) endSoon(link, link.profile.keepAliveMs + link.profile.keepAliveMs, AgentCode.timeout);
}

/**
 * The last word on a request that is no batch, where the platform is asked, or that the token is not known. A platform whose one credential is the token says clearly that it does not know it.
 * @cold
 */
function responded(link: CoapLink, ref: number, code: number, payload: string): void {
  if (code === COAP_UNAUTHORIZED) endSoon(link, 0, AgentCode.tokenSuspect);
  else if (ref === Ref.ownCall) link.sink.answer(classOf(code) === 2 ? AgentCode.ok : AgentCode.protocol + code, payload);
  else if (ref === Ref.wanted || ref === Ref.answer || ref === Ref.facts) answeredAsked(link, ref, classOf(code) === 2, payload);
  else endSoon(link, 0, AgentCode.subscriptionRefused);
}

/**
 * What holds is too large to be received: the link goes on.
 * @cold
 */
function spared(link: CoapLink): void {
  unreadable(link);
  speakSoon(link);
}

function makeSink(link: CoapLink): CoapSink {
  const clock = link.ports.clock;
  return {
    send: (bytes) => {
      link.ports.udp.write(link.socket, bytes, link.address, link.port);
    },
    random: (count) => link.ports.random.bytes(count),
    response: (ref, code, payload) => {
      if (ref === Ref.activate) activationAnswered(link, code, payload);
      else if (link.profile.requests && (ref < Ref.batch || code === COAP_UNAUTHORIZED)) responded(link, ref, code, payload);
      else if (ref === Ref.read) link.sink.answer(classOf(code) === 2 ? AgentCode.ok : AgentCode.protocol + code, payload);
      else if (ref !== Ref.observe) batchAnswered(link, ref, code);
      else if (code === COAP_UNAUTHORIZED) link.sink.refused(AgentCode.tokenSuspect);
      else endSoon(link, 0, AgentCode.subscriptionRefused);
    },
    notify: (ref, code, payload) => {
      if (classOf(code) !== 2) return endSoon(link, 0, AgentCode.protocol + code);
      // Another has taken the observation.
      if (link.profile.requests && code === COAP_DELETED) return endSoon(link, 0, AgentCode.subscriptionRefused);
      heard(link);
      if (link.profile.requests) return observed(link, ref, payload);
      if (link.live) return link.sink.data(payload);
      link.live = true;
      link.sink.ready();
    },
    failed: (ref, code) => {
      if (link.profile.requests && ref === Ref.wanted && code === COAP_CODE_TOO_LARGE) return spared(link);
      if (ref === Ref.read || (link.profile.requests && ref === Ref.ownCall)) link.sink.answer(AgentCode.protocol + code, "");
      else endSoon(link, 0, AgentCode.protocol + code);
    },
    wake: (inMs) => {
      clock.cancel(link.tick);
      link.tick = clock.after(inMs, () => coapTick(link.client, link.coapSink, clock.uptime()));
    },
  };
}

/** The largest block whose datagram passes: 16 * 2^szx bytes and the envelope (RFC 7959 2.2). */
function blockSize(datagramBytesMax: number): number {
  if (datagramBytesMax >= 512 + ENVELOPE_BYTES) return datagramBytesMax >= 1024 + ENVELOPE_BYTES ? 6 : 5;
  return datagramBytesMax >= 256 + ENVELOPE_BYTES ? 4 : 3;
}

/**
 * The first request of a link.
 * @cold
 */
function ask(link: CoapLink): void {
  if (link.socket === 0) end(link, Fault.invalid, true);
  else if ((link.token === "" ? activate(link) : link.profile.requests ? observeBoth(link) : observe(link)) !== 0) end(link, AgentCode.invalid, true);
}

function open(profile: CoapProfile, ports: Ports, target: LinkTarget, sink: LinkSink, before: Link | undefined): Link {
  if (before !== undefined) end(before as CoapLink, Fault.none, false);
  const link = {
    ports,
    sink,
    open: true,
    profile,
    address: target.address,
    port: target.port,
    token: target.token,
    code: target.code,
    socket: 0,
    live: false,
    tick: 0,
    deadline: 0,
    deadlineCode: 0,
    asks: profile.requests ? newCoapAsks(profile, target) : undefined,
  } as unknown as CoapLink;
  link.ended = (fault) => end(link, fault ?? link.deadlineCode, true);
  link.coapSink = makeSink(link);
  link.client = coapOpen(
    {
      datagramBytesMax: ports.udp.bytesMax,
      szx: blockSize(ports.udp.bytesMax),
      bodyBytesMax: BODY_BYTES_MAX,
      exchangesMax: profile.requests ? EXCHANGES_MAX_ASKED : EXCHANGES_MAX,
      lenient: profile.requests,
    },
    link.coapSink,
  );
  link.socket = ports.udp.open({
    port: 0,
    onReadable: (bytes, address, port) => {
      if (link.open && address === link.address && port === link.port) coapReceive(link.client, link.coapSink, bytes, ports.clock.uptime());
    },
    onError: link.ended,
  });
  // The core may answer at once, and no call of the sink may fall inside this one.
  link.deadline = ports.clock.after(0, () => ask(link));
  return link;
}

/** The driver of a build that speaks CoAP to the profile's platform. */
export function coapLink(profile: CoapProfile): LinkDriver {
  return {
    transport: "coap",
    platform: profile.text,
    portPlain: profile.portPlain,
    portTls: 0,
    echoes: false,
    requests: profile.requests,
    named: profile.requests,
    once: false,
    // One request at a time (NSTART, RFC 7252 4.7).
    window: 1,
    batchBytesMax: (ports) => (ports.udp.bytesMax - ENVELOPE_BYTES < BATCH_BYTES_MAX ? ports.udp.bytesMax - ENVELOPE_BYTES : BATCH_BYTES_MAX),
    open: (ports, target, sink, before) => open(profile, ports, target, sink, before),
    adopt: (link) => endSoon(link as CoapLink, 0, Fault.none),
    send: (link, ref, payload) => {
      const self = link as CoapLink;
      if (!self.live || !self.open) return Fault.closed;
      const asked = request(POST, profile.thingPath(self.token), "", payload);
      return coapRequest(self.client, self.coapSink, asked, Ref.batch + ref, self.ports.clock.uptime()) === 0 ? 0 : AgentCode.busy;
    },
    takesOnce: () => false,
    sendOnce: () => AgentCode.unsupported,
    read: (link, query: ReadQuery) => {
      const self = link as CoapLink;
      if (profile.requests) return AgentCode.unsupported;
      if (!self.live || !self.open) return Fault.closed;
      const asked = request(GET, profile.readPath(self.token, query.key), profile.readQuery(query), "");
      return coapRequest(self.client, self.coapSink, asked, Ref.read, self.ports.clock.uptime()) === 0 ? 0 : AgentCode.busy;
    },
    sayOn: () => AgentCode.unsupported,
    describe: (link, facts) => {
      if (profile.requests) describeSoon(link as CoapLink, facts);
    },
    callOut: (link, method, params) => {
      const self = link as CoapLink;
      if (!profile.requests) return AgentCode.unsupported;
      if (!self.live || !self.open) return Fault.closed;
      const asked = request(POST, profile.callsPath(self.token), "", profile.callBody(method, params));
      return coapRequest(self.client, self.coapSink, asked, Ref.ownCall, self.ports.clock.uptime()) === 0 ? 0 : AgentCode.busy;
    },
    close: (link) => {
      const self = link as CoapLink;
      // One message may leave before the socket closes: calls wait for a device that has left, and updates are read when it is back.
      if (self.live) coapCancel(self.client, self.coapSink, profile.requests ? Ref.calls : Ref.observe, self.ports.clock.uptime());
      end(self, Fault.none, false);
    },
  };
}
