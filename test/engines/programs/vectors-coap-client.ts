/**
 * Vectors of the CoAP client: every call on its sink is a line. Answers of each kind, repetition, blocks both ways, observe.
 * RFC 7252 4 and 5, RFC 7641, RFC 7959.
 */
import { at, chr, idiv } from "../../../firmware/base/intrinsics";
import { coapCancel, coapClosed, coapOpen, coapPing, coapReceive, coapRequest, coapTick } from "../../../firmware/protocol/coap/client";
import type { CoapClient, CoapRequest, CoapSink } from "../../../firmware/protocol/coap/client";
import { coapMessage, decodeHeader } from "../../../firmware/protocol/coap/decode";
import { encodeMessage, encodeOption, encodeUint } from "../../../firmware/protocol/coap/encode";
import { draw, drawBytes, emit, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

/** What the server knows: the last request. */
interface Server {
  id: number;
  token: string;
}

/** A client and the server that it talks to. */
interface Talk {
  readonly run: Vectors;
  readonly server: Server;
  readonly sink: CoapSink;
  readonly client: CoapClient;
}

function open(run: Vectors): Talk {
  const server: Server = { id: 0, token: "" };
  const sink: CoapSink = {
    send: (bytes) => {
      const message = coapMessage();
      decodeHeader(bytes, message);
      if (message.type < 2) {
        server.id = message.messageId;
        server.token = message.token;
      }
      emit(run, "send " + show(bytes));
    },
    random: (count) => drawBytes(run, count),
    response: (ref, code, payload, format) => emit(run, "response " + ref + " " + code + " " + show(payload) + " " + format),
    notify: (ref, code, payload) => emit(run, "notify " + ref + " " + code + " " + show(payload)),
    failed: (ref, code) => emit(run, "failed " + ref + " " + code),
    wake: (ms) => emit(run, "wake " + ms),
  };
  return { run, server, sink, client: coapOpen({ datagramBytesMax: 300, szx: 2, bodyBytesMax: 300, exchangesMax: 4, lenient: false }, sink) };
}

function request(method: number, payload: string, watch: boolean, confirmable: boolean): CoapRequest {
  if (payload === "") return { method, path: "/v2/things/t", query: "", nonConfirmable: !confirmable, observe: watch };
  return { method, path: "/v2/things/t", query: "", payload, contentFormat: 50, nonConfirmable: !confirmable };
}

function ask(talk: Talk, wanted: CoapRequest, ref: number, uptime: number): void {
  emit(talk.run, "request " + coapRequest(talk.client, talk.sink, wanted, ref, uptime));
}

function hear(talk: Talk, bytes: string, uptime: number): void {
  emit(talk.run, "heard " + coapReceive(talk.client, talk.sink, bytes, uptime));
}

/** A piggybacked response. */
function answer(talk: Talk, code: number, options: string, payload: string, uptime: number): void {
  hear(talk, encodeMessage(2, code, talk.server.id, talk.server.token, options, payload), uptime);
}

function simple(run: Vectors): void {
  const talk = open(run);
  for (const code of [65, 68, 69, 95, 128, 132, 141, 160, 163, 192]) {
    ask(talk, request(2, "p" + code, false, true), code, code);
    answer(talk, code, "", "ok", code + 10);
  }
  const separate = open(run);
  ask(separate, request(1, "", false, true), 1, 0);
  hear(separate, encodeMessage(2, 0, separate.server.id, "", "", ""), 50);
  hear(separate, encodeMessage(0, 69, 900, separate.server.token, encodeOption(12, chr(50)), "{}"), 90);
  hear(separate, encodeMessage(0, 69, 900, separate.server.token, encodeOption(12, chr(50)), "{}"), 95);
  hear(separate, encodeMessage(0, 69, 901, "none", "", "late"), 99);
  hear(separate, encodeMessage(0, 1, 902, "", "", ""), 99);
  ask(separate, request(1, "", false, true), 2, 100);
  hear(separate, encodeMessage(3, 0, separate.server.id, "", "", ""), 110);
  ask(separate, request(3, "x", false, false), 3, 200);
  hear(separate, encodeMessage(1, 68, 903, separate.server.token, "", ""), 220);
  ask(separate, request(4, "", false, true), 4, 300);
  answer(separate, 66, encodeOption(1, "critical"), "", 310);
}

function queue(run: Vectors): void {
  const talk = open(run);
  for (let i = 1; i < 6; i += 1) ask(talk, request(2, "p" + i, false, i !== 2), i, 0);
  emit(run, "ping " + coapPing(talk.client, talk.sink, 9, 0));
  for (const ms of [1000, 3000, 7000, 15000, 31000, 63000, 95000, 200000, 300000]) coapTick(talk.client, talk.sink, ms);
  for (const id of [3, 4, 77]) coapCancel(talk.client, talk.sink, id, 300100);
  coapClosed(talk.client);
  emit(run, "ping " + coapPing(talk.client, talk.sink, 9, 400000));
  hear(talk, encodeMessage(3, 0, talk.server.id, "", "", ""), 400010);
  const wrong = [request(5, "", false, true), request(2, "", true, true), request(0, "", false, false)];
  for (const each of wrong) ask(talk, each, 1, 400020);
}

/** A body of 300 bytes up, in blocks of 64, and the ways in which a server may take it. */
function upload(run: Vectors): void {
  const talk = open(run);
  ask(talk, request(2, repeat("u", 200), false, true), 1, 0);
  for (let num = 0; num < 4; num += 1) {
    const value = num * 16 + (num < 3 ? 8 : 0) + 2;
    answer(talk, num < 3 ? 95 : 68, encodeOption(27, chr(value)), "", 10 + num);
  }
  ask(talk, request(2, repeat("s", 150), false, true), 2, 100);
  answer(talk, 141, encodeOption(27, chr(1)), "", 110);
  for (let num = 0; num < 5; num += 1) answer(talk, num < 4 ? 95 : 65, encodeOption(27, encodeUint(num * 16 + (num < 4 ? 8 : 0) + 1)), "", 120 + num);
  for (const value of [chr(26), chr(8), chr(15)]) {
    ask(talk, request(2, repeat("b", 100), false, true), 3, 200);
    answer(talk, 95, encodeOption(27, value), "", 210);
  }
  ask(talk, request(2, repeat("b", 100), false, true), 4, 300);
  answer(talk, 68, "", "", 310);
}

/** Bodies down: whole, too large, with an ETag that changes, with blocks that do not fit. */
function download(run: Vectors): void {
  for (const size of [64, 65, 200, 320]) {
    const talk = open(run);
    ask(talk, request(1, "", false, true), 1, 0);
    const last = idiv(size - 1, 64);
    for (let num = 0; num <= last; num += 1) {
      const length = num < last ? 64 : size - last * 64;
      answer(talk, 69, encodeOption(4, "e1") + encodeOption(19, encodeUint(num * 16 + (num < last ? 8 : 0) + 2)), repeat("d", length), 10 + num);
    }
  }
  const talk = open(run);
  ask(talk, request(1, "", false, true), 2, 0);
  for (let i = 0; i < 9; i += 1) answer(talk, 69, encodeOption(4, "e" + i) + encodeOption(19, chr(i % 2 === 0 ? 10 : 26)), repeat("d", 64), 10 + i);
  for (const value of [26, 11, 10]) {
    ask(talk, request(1, "", false, true), 3, 100);
    answer(talk, 69, encodeOption(23, chr(value)), repeat("d", 63), 110);
  }
}

function observe(run: Vectors): void {
  const talk = open(run);
  ask(talk, request(1, "", true, true), 1, 0);
  answer(talk, 69, encodeOption(6, chr(10)) + encodeOption(8, chr(30)), "first", 10);
  const token = talk.server.token;
  for (const sequence of [11, 13, 12, 13, 200]) {
    hear(talk, encodeMessage(sequence % 2, 69, 500 + sequence, token, encodeOption(6, encodeUint(sequence)) + encodeOption(8, chr(30)), "n" + sequence), 1000 + sequence);
  }
  hear(talk, encodeMessage(0, 69, 800, token, encodeOption(6, chr(201)) + encodeOption(17, chr(10)), repeat("n", 64)), 2000);
  answer(talk, 69, encodeOption(23, chr(18)), "tail", 2010);
  coapTick(talk.client, talk.sink, 100000);
  answer(talk, 69, encodeOption(6, chr(1)), "again", 100010);
  coapCancel(talk.client, talk.sink, 1, 100100);
  answer(talk, 69, "", "over", 100110);
  ask(talk, request(1, "", true, true), 2, 100200);
  answer(talk, 132, "", "none", 100210);
}

/** Noise, and whole messages with bytes changed, to a client that waits. */
function noise(run: Vectors): void {
  for (let i = 0; i < 40; i += 1) {
    const talk = open(run);
    ask(talk, request(1, "", i % 3 === 0, true), 1, 0);
    const id = talk.server.id;
    const bytes = i % 2 === 0 ? drawBytes(run, draw(run, 20)) : chr(100) + chr(64 + draw(run, 128)) + chr(idiv(id, 256)) + chr(id % 256) + talk.server.token + drawBytes(run, draw(run, 12));
    emit(run, "noise " + show(bytes) + " " + (bytes.length > 0 ? at(bytes, 0) : 0));
    hear(talk, bytes, 10);
  }
}

export function coapExchangeVectors(run: Vectors): void {
  simple(run);
  queue(run);
}

export function coapBlockVectors(run: Vectors): void {
  upload(run);
  download(run);
  observe(run);
}

export function coapNoiseVectors(run: Vectors): void {
  noise(run);
}
