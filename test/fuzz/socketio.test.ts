/**
 * Hostile messages to the Socket.IO client: whatever a server says, each session ends once at most, delivers only good JSON, keeps nothing
 * beyond its limits, and hears the same however the bytes are cut.
 */
import { SioCode, SioPhase, sioEmit, sioEnded, sioReceive } from "../../firmware/protocol/socketio/session";
import { WsCode } from "../../firmware/protocol/websocket/session";
import { connectedSio, openSio, openedSio } from "../conformance/socketio-peer";
import type { SioPeer } from "../conformance/socketio-peer";
import { closeOf, frame } from "../conformance/websocket-peer";
import { budget, generator, seed } from "../support/budget";

const INPUTS = budget(50000, 1000000);

type Below = (below: number) => number;

const parts = ["4", "2", "0", "1", "3", "5", "6", "/v2,", "/", ",", "-", "1-", "[", "]", '"a"', '["a",1]', '["a"]', '{"sid":"x","pingInterval":1,"pingTimeout":1}', "{", "}", ":", "null", "17", "1234567890", "\xc3\xa9", " ", "x"];

function text(below: Below): string {
  const kind = below(5);
  if (kind === 0) return `42/v2,${below(3) === 0 ? below(20) : ""}["e${below(9)}"${below(2) === 0 ? ',{"a":[1,2]}' : ""}]`;
  if (kind === 1) return ["2", "3", "6", "43/v2,0[]", "43/v2,1[5]", '42["main"]', "41/other,"][below(7)]!;
  return (below(2) === 0 ? "42" : "") + Array.from({ length: below(8) }, () => parts[below(parts.length)]!).join("");
}

function stream(below: Below): string {
  let bytes = "";
  for (let i = 1 + below(5); i > 0; i -= 1) {
    const kind = below(12);
    if (kind === 0) bytes += frame(2, "x".repeat(below(9)));
    else if (kind === 1) bytes += frame(1, '451-/v2,["b",{"_placeholder":true,"num":0}]') + (below(4) > 0 ? frame(2, "b") : "");
    else bytes += frame(1, text(below));
  }
  return below(9) === 0 ? bytes + frame(8, closeOf(1001)) : bytes;
}

/** A session as a server may meet it: joined, with two events unacknowledged, or on its way. */
function peerFor(how: number): SioPeer {
  if (how === 0) return openedSio();
  const peer = connectedSio(how === 1 ? { version: 3 } : {});
  sioEmit(peer.session, "ask", "", 70, 0);
  sioEmit(peer.session, "ask", "", 71, 0);
  return peer;
}

const fresh = [0, 1, 2].map((how) => peerFor(how).session);

/** The same, without the work of a handshake. */
function quickPeer(how: number): SioPeer {
  const peer = openSio();
  const from = fresh[how]!;
  const ws = Object.assign(peer.session.ws, { ...from.ws, options: peer.session.ws.options });
  Object.assign(peer.session, { ...from, options: from.options, sink: peer.session.sink, ws, wsSink: peer.session.wsSink, inbox: [], acks: [...from.acks] });
  peer.request = "done";
  return peer;
}

function outcome(how: number, bytes: string, cut: (left: number) => number): { heard: SioPeer["heard"]; code: number } {
  const peer = quickPeer(how);
  for (let i = 0; i < bytes.length; ) {
    const n = cut(bytes.length - i);
    sioReceive(peer.session, bytes.substring(i, i + n), 0);
    i += n;
    const { inbox, acks, attachments, ws } = peer.session;
    if (inbox.length > 0 || acks.length > 2 || attachments > 10 || ws.message.length > 4000) throw new Error("out of bounds");
  }
  sioEnded(peer.session);
  const ends = peer.heard.filter(([kind]) => kind === "closed");
  if (ends.length !== 1 || peer.heard.at(-1) !== ends[0] || peer.session.phase !== SioPhase.closed) throw new Error(`ended ${ends.length} times`);
  for (const [kind, ...rest] of peer.heard) {
    if (kind === "event" || kind === "acknowledged") if (!Array.isArray(JSON.parse(Buffer.from(rest[1] as string, "latin1").toString("utf8")))) throw new Error("no array");
  }
  return { heard: peer.heard, code: ends[0]![1] as number };
}

test(`${INPUTS} hostile streams in any pieces: one outcome, good JSON alone`, () => {
  const below = generator(seed);
  const seen = new Map<string | number, number>();
  for (let run = 0; run < INPUTS; run += 1) {
    const how = below(3);
    const bytes = stream(below);
    const blob = outcome(how, bytes, (left) => left);
    const cuts = outcome(how, bytes, run % 2 === 0 ? () => 1 : (left) => 1 + below(Math.min(left, 40)));
    if (JSON.stringify(cuts) !== JSON.stringify(blob)) throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(bytes)}\n${JSON.stringify(blob)}\n${JSON.stringify(cuts)}`);
    for (const key of [blob.code, ...blob.heard.map(([kind]) => kind!)]) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  for (const key of [WsCode.abnormal, SioCode.protocolError, SioCode.disconnected, 1001, "event", "acknowledged", "unanswered", "binarySkipped"]) {
    expect([key, (seen.get(key) ?? 0) > INPUTS / 2000]).toEqual([key, true]);
  }
}, 600000);
