/**
 * A Socket.IO server's side under a test's hand: messages go in as text frames of a server, what the client says is taken out of its
 * frames, everything the sink hears is recorded. Time is virtual; ticks come when the session asked for them.
 */
import { sioConnect, sioOpen, sioReceive, sioTick } from "../../firmware/protocol/socketio/session";
import type { SioOptions, SioSession, SioSink } from "../../firmware/protocol/socketio/session";
import { generator } from "../support/budget";
import { crossed } from "./statement";
import { frame, readClientFrame, upgradeOf } from "./websocket-peer";

export const SIO_OPTIONS: SioOptions = {
  host: "server.example",
  path: "/socket.io/",
  query: "",
  version: 4,
  namespace: "/v2",
  auth: "",
  headBytesMax: 1000,
  messageBytesMax: 4000,
  answerTimeoutMs: 10000,
  acksMax: 3,
};

export type SioHeard = readonly (string | number)[];

export interface SioPeer {
  readonly session: SioSession;
  readonly heard: SioHeard[];
  request: string;
  /** Texts that the client said, in order; a Close is "close CODE". */
  readonly said: string[];
  uptime: number;
  wakeAt: number | undefined;
}

function saidOf(bytes: string): string {
  const { first, payload } = readClientFrame(bytes);
  if (first === 129) return Buffer.from(payload, "latin1").toString("utf8");
  if (first === 136) return `close ${payload.charCodeAt(0) * 256 + payload.charCodeAt(1)}`;
  throw new Error(`a frame that this client never sends: ${first}`);
}

export function openSio(options: Partial<SioOptions> = {}): SioPeer {
  const heard: SioHeard[] = [];
  const draw = generator(1);
  const sink: SioSink = {
    send(bytes) {
      crossed(bytes);
      if (peer.request === "") peer.request = bytes;
      else peer.said.push(saidOf(bytes));
    },
    random: (count) => String.fromCharCode(...Array.from({ length: count }, () => draw(256))),
    connected: () => void heard.push(["connected"]),
    event: (name, args, ackId) => void heard.push(["event", name, args, ackId]),
    acknowledged: (ref, args) => void heard.push(["acknowledged", ref, args]),
    unanswered: (ref) => void heard.push(["unanswered", ref]),
    binarySkipped: () => void heard.push(["binarySkipped"]),
    closed(code, message) {
      heard.push(["closed", code, message]);
      peer.wakeAt = undefined;
    },
    wake: (inMs) => void (peer.wakeAt = peer.uptime + inMs),
  };
  const peer: SioPeer = { session: sioOpen({ ...SIO_OPTIONS, ...options }, sink), heard, request: "", said: [], uptime: 1000, wakeAt: undefined };
  return peer;
}

/** Feeds bytes as one chunk. */
export function feedSio(peer: SioPeer, bytes: string): void {
  crossed(bytes);
  sioReceive(peer.session, bytes, peer.uptime);
}

/** The server says each text in a message of its own, all in one chunk. */
export function saySio(peer: SioPeer, ...texts: readonly string[]): void {
  feedSio(peer, texts.map((text) => frame(1, Buffer.from(text, "utf8").toString("latin1"))).join(""));
}

/** What Engine.IO says first. */
export const engineOpen = '0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';

/** A peer whose WebSocket is open. */
export function openedSio(options: Partial<SioOptions> = {}): SioPeer {
  const peer = openSio(options);
  if (sioConnect(peer.session, peer.uptime) !== 0) throw new Error("connect");
  feedSio(peer, upgradeOf(peer.request));
  return peer;
}

/** A peer that has joined its namespace; what was said and heard on the way is left out. */
export function connectedSio(options: Partial<SioOptions> = {}): SioPeer {
  const peer = openedSio(options);
  const namespace = peer.session.options.namespace;
  saySio(peer, engineOpen, `40${namespace === "/" ? "" : `${namespace},`}${peer.session.options.version === 4 ? '{"sid":"s"}' : ""}`);
  peer.said.length = 0;
  peer.heard.length = 0;
  return peer;
}

/** Lets `ms` pass, with every tick the session asked for at its moment. */
export function advanceSio(peer: SioPeer, ms: number): void {
  const end = peer.uptime + ms;
  while (peer.wakeAt !== undefined && peer.wakeAt <= end) {
    peer.uptime = peer.wakeAt;
    peer.wakeAt = undefined;
    sioTick(peer.session, peer.uptime);
  }
  peer.uptime = end;
}
