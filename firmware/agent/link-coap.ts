/**
 * A link over CoAP: one UDP socket, one client, an observation of the device's channel, and batches as POST.
 *
 * CoAP has no connection, so "ready" is the first answer to the observation, and "lost" is a request that nobody answered or
 * a channel that fell silent. Its one request at a time (NSTART, RFC 7252 4.7) is the core's affair.
 *
 * Refs: 1 the observation, 2 the activation, 3 a read; batches come in above them.
 */
import { Fault } from "../../hal/ports/fault";
import type { Timer } from "../../hal/ports/clock";
import type { Ports } from "../../hal/ports";
import type { UdpSocket } from "../../hal/ports/udp";
import { idiv } from "../base/intrinsics";
import { ActivationResult } from "../platform/profile";
import type { ActivationAnswer, CoapProfile, ReadQuery } from "../platform/profile";
import { coapCancel, coapClosed, coapOpen, coapReceive, coapRequest, coapTick } from "../protocol/coap/client";
import type { CoapClient, CoapRequest, CoapSink } from "../protocol/coap/client";
import { AgentCode } from "./link";
import type { Link, LinkDriver, LinkSink, LinkTarget } from "./link";

const REF_OBSERVE = 1;
const REF_ACTIVATE = 2;
const REF_READ = 3;
const REF_BATCH = 4;
const GET = 1;
const POST = 2;
/** application/json (RFC 7252 12.3). */
const FORMAT_JSON = 50;
/** 4.01, 4.08 and 4.13 as they stand on the wire. */
const COAP_UNAUTHORIZED = 129;
const COAP_INCOMPLETE = 136;
const COAP_TOO_LARGE = 141;
const EXCHANGES_MAX = 4;
const BODY_BYTES_MAX = 2048;
const BATCH_BYTES_MAX = 896;
/** What header, token, path and format take of a datagram around a batch. */
const ENVELOPE_BYTES = 128;

interface CoapLink extends Link {
  readonly profile: CoapProfile;
  /** The server: nobody else may answer (RFC 7252 5.3.2). */
  readonly address: string;
  readonly port: number;
  /** Empty while the device is not activated; then `code` is set. */
  readonly token: string;
  readonly code: string;
  client: CoapClient;
  coapSink: CoapSink;
  socket: UdpSocket;
  live: boolean;
  tick: Timer;
  /** Fires when the channel has been silent for too long, or to end the link on a later turn. */
  deadline: Timer;
  /** Why the link ends when the deadline comes. */
  deadlineCode: number;
}

/** @cold */
function end(link: CoapLink, code: number, tell: boolean): void {
  if (!link.open) return;
  link.open = false;
  const clock = link.ports.clock;
  clock.cancel(link.tick);
  clock.cancel(link.deadline);
  coapClosed(link.client);
  link.ports.udp.close(link.socket);
  if (tell) link.sink.lost(code);
}

function endSoon(link: CoapLink, ms: number, code: number): void {
  const clock = link.ports.clock;
  clock.cancel(link.deadline);
  link.deadlineCode = code;
  link.deadline = clock.after(ms, () => end(link, link.deadlineCode, true));
}

function request(method: number, path: string, query: string, payload: string): CoapRequest {
  return payload === "" ? { method, path, query } : { method, path, query, payload, contentFormat: FORMAT_JSON };
}

function observe(link: CoapLink): number {
  const profile = link.profile;
  const asked: CoapRequest = { method: GET, path: profile.thingPath(link.token), query: profile.observeQuery(profile.keepAliveMs), observe: true };
  return coapRequest(link.client, link.coapSink, asked, REF_OBSERVE, link.ports.clock.uptime());
}

function activate(link: CoapLink): number {
  const profile = link.profile;
  const asked = request(POST, profile.activationPath, "", profile.activationBody(link.code));
  return coapRequest(link.client, link.coapSink, asked, REF_ACTIVATE, link.ports.clock.uptime());
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
  else endSoon(link, 0, AgentCode.protocol + code);
}

function batchAnswered(link: CoapLink, ref: number, code: number): void {
  if (classOf(code) === 2) link.sink.acknowledged(ref - REF_BATCH);
  else if (code === COAP_UNAUTHORIZED) link.sink.refused(AgentCode.tokenSuspect);
  // 4.08 and 4.13 speak of the transfer, and 5.xx of the server: the same batch may pass later.
  else if (classOf(code) === 4 && code !== COAP_INCOMPLETE && code !== COAP_TOO_LARGE) link.sink.rejected(ref - REF_BATCH);
  else endSoon(link, 0, AgentCode.protocol + code);
}

/** The channel spoke: it lives for another two keep-alives. */
function heard(link: CoapLink): void {
  endSoon(link, link.profile.keepAliveMs + link.profile.keepAliveMs, AgentCode.timeout);
}

function makeSink(link: CoapLink): CoapSink {
  const clock = link.ports.clock;
  return {
    send: (bytes) => {
      link.ports.udp.write(link.socket, bytes, link.address, link.port);
    },
    random: (count) => link.ports.random.bytes(count),
    response: (ref, code, payload) => {
      if (ref === REF_ACTIVATE) activationAnswered(link, code, payload);
      else if (ref === REF_READ) link.sink.answer(classOf(code) === 2 ? AgentCode.ok : AgentCode.protocol + code, payload);
      else if (ref !== REF_OBSERVE) batchAnswered(link, ref, code);
      else if (code === COAP_UNAUTHORIZED) link.sink.refused(AgentCode.tokenSuspect);
      else endSoon(link, 0, AgentCode.subscriptionRefused);
    },
    notify: (_ref, code, payload) => {
      if (classOf(code) !== 2) return endSoon(link, 0, AgentCode.protocol + code);
      heard(link);
      if (link.live) return link.sink.data(payload);
      link.live = true;
      link.sink.ready();
    },
    failed: (ref, code) => {
      if (ref === REF_READ) link.sink.answer(AgentCode.protocol + code, "");
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
  else if ((link.token === "" ? activate(link) : observe(link)) !== 0) end(link, AgentCode.invalid, true);
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
  } as unknown as CoapLink;
  link.coapSink = makeSink(link);
  link.client = coapOpen({ datagramBytesMax: ports.udp.bytesMax, szx: blockSize(ports.udp.bytesMax), bodyBytesMax: BODY_BYTES_MAX, exchangesMax: EXCHANGES_MAX }, link.coapSink);
  link.socket = ports.udp.open({
    port: 0,
    onReadable: (bytes, address, port) => {
      if (link.open && address === link.address && port === link.port) coapReceive(link.client, link.coapSink, bytes, ports.clock.uptime());
    },
    onError: (fault) => end(link, fault, true),
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
    requests: false,
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
      return coapRequest(self.client, self.coapSink, asked, REF_BATCH + ref, self.ports.clock.uptime()) === 0 ? 0 : AgentCode.busy;
    },
    sendOnce: () => AgentCode.unsupported,
    read: (link, query: ReadQuery) => {
      const self = link as CoapLink;
      if (!self.live || !self.open) return Fault.closed;
      const asked = request(GET, profile.readPath(self.token, query.key), profile.readQuery(query), "");
      return coapRequest(self.client, self.coapSink, asked, REF_READ, self.ports.clock.uptime()) === 0 ? 0 : AgentCode.busy;
    },
    close: (link) => {
      const self = link as CoapLink;
      if (self.live) coapCancel(self.client, self.coapSink, REF_OBSERVE, self.ports.clock.uptime());
      end(self, Fault.none, false);
    },
  };
}
