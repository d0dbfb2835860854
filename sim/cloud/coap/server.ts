/**
 * The CoAP server of the local clouds: RFC 7252, Observe (RFC 7641), block-wise transfer (RFC 7959).
 *
 * It takes datagrams and owns no socket and no clock, so that it runs on real sockets (listen.ts) and in the virtual
 * world alike. It is strict where coap-packet is lenient: format errors are reset, unknown critical options refused,
 * pings reset, other versions ignored. A request is answered in the acknowledgement when the platform answers within
 * `piggybackMs`, otherwise separately. Any bytes may come in; none throws.
 */
import type { Host } from "../host";
import { assemble } from "./blocks";
import type { Context } from "./context";
import { coapLimits, transmission } from "./limits";
import type { CoapLimits } from "./limits";
import { Outbox } from "./outbox";
import { Peers } from "./peers";
import type { Peer } from "./peers";
import { readOptions } from "./request";
import type { Options } from "./request";
import { Responder } from "./respond";
import type { CoapService } from "./service";
import { Type, decode, encodeEmpty, none } from "./wire";
import type { CoapMessage } from "./wire";
import { linkFormats, wellKnownCore } from "./core";

export interface CoapCounts {
  readonly peers: number;
  readonly exchanges: number;
  readonly observations: number;
  readonly blockBytes: number;
}

export interface CoapServer {
  /** Takes a datagram from an endpoint, which may have any name that the transport knows. */
  receive(bytes: Buffer, peer: string): void;
  /** What is remembered at this moment. */
  readonly counts: CoapCounts;
  /** Ends every observation and retransmission. */
  close(): void;
}

/** `send` hands a datagram to the network; it must not throw. */
export function createCoapServer(
  host: Host,
  service: CoapService,
  send: (bytes: Buffer, peer: string) => void,
  limits: Partial<CoapLimits> = {},
): CoapServer {
  const all = { ...coapLimits, ...limits };
  const dropped = (): void => host.log({ event: "coap-waiting-dropped" });
  const newOutbox = (key: string): Outbox => new Outbox(host, (bytes) => send(bytes, key), all.waitingMax, dropped);
  const peers = new Peers(host, all, newOutbox);
  const context: Context = { host, limits: all, service, peers, send, observations: 0 };
  return {
    receive: (bytes, key) => receive(context, bytes, key),
    get counts() {
      const { size, exchanges, blockBytes } = peers;
      return { peers: size, exchanges, observations: context.observations, blockBytes };
    },
    close() {
      for (const peer of peers.all()) {
        for (const observed of [...peer.observations.values()]) observed.finish("closed");
        peer.outbox.close();
      }
    },
  };
}

function receive(context: Context, bytes: Buffer, key: string): void {
  const peer = context.peers.admit(key);
  if (peer === undefined) return;
  const message = decode(bytes);
  if (message === "ignore") return;
  if (message === "malformed") {
    if (((bytes[0] as number) >> 4 & 3) === Type.Confirmable) reset(context, peer, bytes.readUInt16BE(2));
    return;
  }
  const { type, code, messageId } = message;
  const isAnswer = type === Type.Acknowledgement || type === Type.Reset;
  if (type === Type.Reset) peer.outbox.reset(messageId);
  else if (type === Type.Acknowledgement) peer.outbox.acknowledged(messageId);
  else if (code.startsWith("0.") && code !== "0.00") request(context, peer, message);
  // A ping, a response to nothing that was asked, or a reserved code (RFC 7252 section 4.2, 4.3, 12.1).
  if (!isAnswer && (code === "0.00" || !code.startsWith("0.")) && type === Type.Confirmable) reset(context, peer, messageId);
}

function reset(context: Context, peer: Peer, messageId: number): void {
  context.send(encodeEmpty(Type.Reset, messageId), peer.key);
}

function request(context: Context, peer: Peer, message: CoapMessage): void {
  const { peers } = context;
  const confirmable = message.type === Type.Confirmable;
  const before = peers.recall(peer, message.messageId);
  if (before !== undefined) {
    if (confirmable && before.reply !== undefined) context.send(before.reply, peer.key);
    return;
  }
  const lifetimeMs = confirmable ? transmission.exchangeLifetimeMs : transmission.nonLifetimeMs;
  const exchange = peers.remember(peer, message.messageId, lifetimeMs);
  if (exchange === undefined) return;
  const options = readOptions(message, context.limits);
  if (typeof options === "string") {
    // What cannot be understood of a non-confirmable message is rejected by silence (RFC 7252 section 5.4.1).
    const refused = new Responder(context, peer, message, exchange, { path: [], query: [] });
    if (confirmable || options !== "4.02") refused.answer({ code: options });
    return;
  }
  const own = isRegistration(message, options) ? withoutDatagram(message) : message;
  handle(context, peer, own, options, new Responder(context, peer, own, exchange, options));
}

function isRegistration({ code }: CoapMessage, { observe }: Options): boolean {
  return code === "0.01" && observe === 0;
}

/**
 * A message whose buffers are no parts of its datagram, without what a GET does not mean: an observation refers to it for as long as it
 * lasts, and would hold up to 64 KiB by it.
 */
function withoutDatagram({ type, code, messageId, token }: CoapMessage): CoapMessage {
  const copy = Buffer.alloc(token.length);
  token.copy(copy);
  return { type, code, messageId, token: copy, options: [], payload: none };
}

function isWellKnownCore(message: CoapMessage, { path }: Options): boolean {
  return message.code === "0.01" && path.length === 2 && path[0] === ".well-known" && path[1] === "core";
}

function handle(context: Context, peer: Peer, message: CoapMessage, options: Options, responder: Responder): void {
  const { service, peers, limits, host } = context;
  const core = isWellKnownCore(message, options);
  const { accept } = options;
  const formats = core ? linkFormats : service.contentFormats;
  if (accept !== undefined && !formats.includes(accept)) return responder.answer({ code: "4.06" });
  if (core) return responder.answer(wellKnownCore(service.links, options.query));
  const body = assemble(peers, peer, message.code, options, message.payload, limits, host.now());
  if (!Buffer.isBuffer(body)) return responder.send(body);
  if (options.block2 !== undefined && options.block2.num > 0 && responder.laterBlock()) return;
  const observe = message.code === "0.01" && (options.observe === 0 || options.observe === 1) ? options.observe : undefined;
  if (observe === 1) peer.observations.get(message.token.toString("hex"))?.finish("cancelled");
  const { contentFormat } = options;
  const { token, code: method } = message;
  const confirmable = message.type === Type.Confirmable;
  const asked = { peer: peer.key, token, confirmable, method, path: options.path, query: options.query };
  try {
    service.request({ ...asked, payload: body, contentFormat, accept, observe }, (response) => responder.answer(response));
  } catch {
    host.log({ event: "coap-service-failed" });
    responder.answer({ code: "5.00" });
  }
  responder.acknowledgeLater();
}
