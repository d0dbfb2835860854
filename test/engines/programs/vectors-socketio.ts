/**
 * Vectors of the Socket.IO client: packets taken apart, the walk to a joined namespace in both versions of Engine.IO, events and
 * acknowledgements, heartbeats, and what a server may not say. Every call on its sink is a line.
 */
import { chr, idiv, sub } from "../../../firmware/base/intrinsics";
import { readEngineOpen } from "../../../firmware/protocol/socketio/engine";
import type { EngineOpen } from "../../../firmware/protocol/socketio/engine";
import { argumentLimits, readError, readEvent, readPacket } from "../../../firmware/protocol/socketio/packet";
import { sioAcknowledge, sioClose, sioConnect, sioEmit, sioEnded, sioOpen, sioReceive, sioTick } from "../../../firmware/protocol/socketio/session";
import type { SioOptions, SioSession, SioSink } from "../../../firmware/protocol/socketio/session";
import { draw, drawBytes, drawWord, emit, flag, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

/** `mute` drops the lines that a step before the tested one causes. */
interface Ear {
  mute: boolean;
}

function say(run: Vectors, ear: Ear, text: string): void {
  if (!ear.mute) emit(run, text);
}

function sinkOf(run: Vectors, ear: Ear): SioSink {
  return {
    send: (bytes) => say(run, ear, "send " + show(bytes)),
    random: (count) => drawBytes(run, count),
    connected: () => say(run, ear, "connected"),
    event: (name, args, ackId) => say(run, ear, "event " + show(name) + " " + show(args) + " " + ackId),
    acknowledged: (ref, args) => say(run, ear, "acknowledged " + ref + " " + show(args)),
    unanswered: (ref) => say(run, ear, "unanswered " + ref),
    binarySkipped: () => say(run, ear, "skipped"),
    closed: (code, message) => say(run, ear, "closed " + code + " " + show(message)),
    wake: (ms) => say(run, ear, "wake " + ms),
  };
}

function frame(first: number, payload: string): string {
  const length = payload.length;
  return chr(first) + (length < 126 ? chr(length) : chr(126) + chr(idiv(length, 256)) + chr(length % 256)) + payload;
}

const hello = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100}';

/** A session whose WebSocket is open, without the walk there. */
function opened(ear: Ear, sink: SioSink, version: number): SioSession {
  const options: SioOptions = {
    host: "h", path: "/socket.io/", query: "", version, namespace: "/v2", auth: version === 4 ? '{"t":1}' : "", headBytesMax: 300, messageBytesMax: 400,
    answerTimeoutMs: 5000, acksMax: 2,
  };
  const session = sioOpen(options, sink);
  const muted = ear.mute;
  ear.mute = true;
  sioConnect(session, 0);
  ear.mute = muted;
  session.ws.phase = 2;
  session.ws.handshake = undefined;
  return session;
}

function joined(ear: Ear, sink: SioSink, version: number): SioSession {
  ear.mute = true;
  const session = opened(ear, sink, version);
  sioReceive(session, frame(129, hello) + frame(129, version === 4 ? '40/v2,{"sid":"s"}' : "40/v2,"), 10);
  ear.mute = false;
  return session;
}

function packets(run: Vectors): void {
  const list = [
    "0", "0/v2,", "0/v2", '0/v2,{"a":1}', "1", "2[]", '2/v2,12["e",1]', "2123456789[]", "21234567890[]", "3/a,1[]", "4/a,{}", '451-["e"]', "5-[]", "51", "61-/a,7[]", "7", "", "x", "/", "2/", "2/,", "2,",
  ];
  for (const text of list) {
    const packet = readPacket("4" + text, 1);
    const told = packet === undefined ? "none" : packet.type + " " + packet.attachments + " " + show(packet.namespace) + " " + packet.id + " " + show(packet.payload);
    emit(run, "packet " + show(text) + " " + told);
  }
  const umlaut = chr(195) + chr(169);
  const limits = argumentLimits(60);
  const events = ['["e"]', '["e",1]', '[ "e" , {"a":[1,2]} ]', '["' + umlaut + '\\u00e9\\"",null]', "[1,2]", "[]", "[{}]", '{"e":1}', '["e",1', '["e"]x', '["e",' + repeat("1", 60) + "]", '["e",{"a":1,"a":1}]', ""];
  for (const text of events) {
    const event = readEvent(text, limits);
    emit(run, "event " + show(text) + (event === undefined ? " none" : " " + show(event.name) + " " + show(event.args)));
    emit(run, "error " + show(readError(text, limits)));
  }
  for (const text of ['"no"', '{"message":"no"}', '{"x":{"message":1},"message":"no","y":2}', '{"message":5}', '"no"x', '{"message":"no"']) emit(run, "error " + show(text) + " " + show(readError(text, limits)));
  for (const text of [sub(hello, 1, hello.length), "{}", "[]", '{"sid":"s","pingInterval":1,"pingTimeout":86400001}', '{"sid":1,"pingInterval":1,"pingTimeout":1}', '{"pingTimeout":2,"sid":"s","pingInterval":1}']) {
    const open: EngineOpen = { pingIntervalMs: 0, pingTimeoutMs: 0, payloadMax: 0 };
    emit(run, "open " + flag(readEngineOpen(text, open)) + " " + open.pingIntervalMs + " " + open.pingTimeoutMs + " " + open.payloadMax);
  }
}

function walks(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  for (const version of [4, 3]) {
    const bytes = frame(129, hello) + frame(129, version === 4 ? '40/v2,{"sid":"s"}' : "40") + frame(129, "40/v2,");
    for (const size of [1, 50, 1000]) {
      const session = opened(ear, sink, version);
      let from = 0;
      while (from < bytes.length) {
        const end = Math.min(from + size, bytes.length);
        sioReceive(session, sub(bytes, from, end), 10);
        from = end;
      }
      emit(run, "walked " + version + " " + size + " " + session.phase);
      sioEnded(session);
    }
  }
}

function talk(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  const session = joined(ear, sink, 4);
  emit(run, "emit " + sioEmit(session, "subscribe", '{"resource":"/me"}', -1, 20) + " " + sioEmit(session, "a", "", 71, 20) + " " + sioEmit(session, "b", "1,2", 72, 30));
  emit(run, "refused " + sioEmit(session, "c", "", 73, 30) + " " + sioEmit(session, "connect", "", -1, 30) + " " + sioEmit(session, "c", "1,", -1, 30) + " " + sioEmit(session, repeat("x", 90), "", -1, 30));
  sioReceive(session, frame(129, '43/v2,1["ok"]') + frame(129, "43/v2,1[]") + frame(129, '42/v2,5["topic",[{"value":1}]]') + frame(129, '42["other"]'), 40);
  emit(run, "acknowledge " + sioAcknowledge(session, 5, '"yes"') + " " + sioAcknowledge(session, 5, "]"));
  sioReceive(session, frame(129, '451-/v2,["b",{"_placeholder":true,"num":0}]') + frame(130, "bytes") + frame(129, '42/v2,["after"]'), 50);
  sioTick(session, 5020);
  sioClose(session, 6000);
  sioReceive(session, frame(136, chr(3) + chr(232)), 6010);
  sioEnded(session);
}

function beats(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  for (const version of [4, 3]) {
    for (const alive of [true, false]) {
      const session = joined(ear, sink, version);
      for (const ms of [1000, 25010, 26000, 45010, 50020, 70030]) {
        sioTick(session, ms);
        if (alive) sioReceive(session, frame(129, version === 4 ? "2" : "3"), ms + 5);
        emit(run, "tick " + version + " " + ms + " " + session.phase);
      }
    }
  }
}

function faults(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  const list = ["", "0", "1", "3", "5", "6", "7", "4", "47", "41/v2,", "40/v2,", '44/v2,{"message":"no"}', "42/v2,", "42/v2,[]", '42/v2,["x"', "43/v2,[]", "43/v2,1{}", "45/v2,[]", '450-/v2,["x"]', '4511-/v2,["x"]'];
  for (const text of list) {
    const session = joined(ear, sink, 4);
    sioReceive(session, frame(129, text), 20);
    emit(run, "text " + show(text) + " " + session.phase);
    sioEnded(session);
  }
  for (let i = 0; i < 20; i += 1) {
    const session = joined(ear, sink, i % 2 === 0 ? 4 : 3);
    const text = "4" + draw(run, 8) + (i % 3 === 0 ? "" : "/v2,") + (i % 4 === 0 ? "" : "[" + '"' + drawWord(run, draw(run, 5)) + '"' + (i % 5 === 0 ? "" : "]"));
    sioReceive(session, frame(129, text), 20);
    emit(run, "noise " + show(text) + " " + session.phase);
    sioEnded(session);
  }
}

export function socketioPacketVectors(run: Vectors): void {
  packets(run);
}

export function socketioTalkVectors(run: Vectors): void {
  walks(run);
  talk(run);
  beats(run);
}

export function socketioFaultVectors(run: Vectors): void {
  faults(run);
}
