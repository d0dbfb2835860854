/** Vectors of CoAP messages: written, read back, and read from bytes that nobody wrote. RFC 7252 3 and 5.4, RFC 7641 3.4, RFC 7959 2. */
import { chr, sub } from "../../../firmware/base/intrinsics";
import { blockBytes, blockOption } from "../../../firmware/protocol/coap/block";
import { coapMessage, decodeHeader, decodeOption, decodeUint } from "../../../firmware/protocol/coap/decode";
import { encodeMessage, encodeOption, encodeOptions, encodeParts, encodeUint, partsFit } from "../../../firmware/protocol/coap/encode";
import { isFresh } from "../../../firmware/protocol/coap/observe";
import { coapResponse, decodeResponse } from "../../../firmware/protocol/coap/response";
import { draw, drawBytes, drawWord, emit, flag, repeat, show, toss } from "./vectors";
import type { Vectors } from "./vectors";

/** Reads a message to its end; the text of everything in it. */
function readAll(bytes: string): string {
  const message = coapMessage();
  const code = decodeHeader(bytes, message);
  if (code !== 0) return "header " + code;
  let text = message.type + " " + message.code + " " + message.messageId + " " + show(message.token);
  let option = decodeOption(bytes, message);
  while (option >= 0) {
    text += " " + option + "=" + show(sub(bytes, message.valueAt, message.at));
    if (message.at - message.valueAt < 5) text += "/" + decodeUint(bytes, message);
    option = decodeOption(bytes, message);
  }
  return text + (option === -1 ? " payload " + show(message.payload) : " bad");
}

function readResponse(bytes: string): string {
  const message = coapMessage();
  const response = coapResponse();
  const head = decodeHeader(bytes, message);
  if (head !== 0) return "header " + head;
  const code = decodeResponse(bytes, message, response);
  const numbers = response.observe + " " + response.contentFormat + " " + response.maxAge + " " + response.block2 + " " + response.block1;
  return code + " " + numbers + " " + show(response.etag ?? "") + " " + show(message.payload);
}

function integers(run: Vectors): void {
  for (const n of [0, 1, 12, 13, 255, 256, 65535, 65536, 16777215]) emit(run, "uint " + n + " " + show(encodeUint(n)));
  for (const delta of [0, 1, 12, 13, 14, 268]) {
    for (const length of [0, 1, 12, 13, 14, 268, 269, 270, 300]) emit(run, "option " + delta + " " + length + " " + show(encodeOption(delta, repeat("v", length))));
  }
  for (let szx = 0; szx < 7; szx += 1) {
    emit(run, "block " + szx + " " + blockBytes(szx) + " " + blockOption(blockBytes(szx) * 5, szx, true) + " " + blockOption(0, szx, false));
  }
}

function paths(run: Vectors): void {
  const list = ["", "/", "a", "a/b", "a//b", "a/", ".", "..", "...", "a/.", "a/../b", "./a", ".a", "..a", "a&b=c", repeat("s", 255), repeat("s", 256), "a/" + repeat("s", 256)];
  for (const text of list) {
    emit(run, "path " + flag(partsFit(text, "/")) + " " + flag(partsFit(text, "&")) + " " + show(encodeParts(11, text, "/")) + " " + show(encodeParts(15, text, "&")));
  }
}

function requests(run: Vectors): void {
  for (let i = 0; i < 60; i += 1) {
    const values = {
      path: toss(run) ? "" : "/" + drawWord(run, 1 + draw(run, 12)) + "/" + drawWord(run, draw(run, 50)),
      query: toss(run) ? "" : drawWord(run, draw(run, 10)) + "&" + drawWord(run, draw(run, 20)),
      contentFormat: toss(run) ? -1 : draw(run, 65536),
      accept: toss(run) ? undefined : draw(run, 65536),
    };
    const block2 = toss(run) ? -1 : draw(run, 65536);
    const block1 = toss(run) ? -1 : draw(run, 65536);
    const options = encodeOptions(values, draw(run, 3) - 1, values.contentFormat, block2, block1);
    const bytes = encodeMessage(draw(run, 4), 1 + draw(run, 4), draw(run, 65536), drawBytes(run, draw(run, 9)), options, drawBytes(run, draw(run, 80)));
    emit(run, "request " + show(bytes));
    emit(run, "read " + readAll(bytes));
  }
}

/** Responses with options of every kind, in ascending order. */
function responses(run: Vectors): void {
  for (let i = 0; i < 60; i += 1) {
    let options = "";
    let last = 0;
    for (const option of [1, 4, 6, 8, 12, 14, 20, 23, 27, 60, 258]) {
      const again = draw(run, 8);
      if (again < 2) {
        options += encodeOption(option - last, drawBytes(run, draw(run, 5)));
        last = option;
        if (again === 0) options += encodeOption(0, drawBytes(run, draw(run, 10)));
      }
    }
    const bytes = encodeMessage(draw(run, 4), 65 + draw(run, 100), draw(run, 65536), drawBytes(run, 4), options, drawBytes(run, draw(run, 20)));
    emit(run, "response " + readResponse(bytes));
  }
}

function malformed(run: Vectors): void {
  const head = chr(64) + chr(69) + chr(0) + chr(1);
  const list = [
    "", chr(64), sub(head, 0, 3), chr(0) + sub(head, 1, 4), chr(128) + sub(head, 1, 4), chr(65) + sub(head, 1, 4), chr(72) + sub(head, 1, 4) + repeat("t", 8),
    chr(73) + sub(head, 1, 4) + repeat("t", 9), chr(64) + chr(0) + chr(0) + chr(1), chr(64) + chr(0) + chr(0) + chr(1) + "x", head, head + chr(255), head + chr(255) + "p",
    head + chr(240), head + chr(15), head + chr(1), head + chr(13), head + chr(14), head + chr(14) + chr(0), head + chr(13) + chr(0) + repeat("v", 13), head + chr(208), head + chr(224),
    head + chr(224) + chr(0), head + chr(224) + chr(254) + chr(242), head + chr(224) + chr(254) + chr(243), head + chr(192) + chr(192), head + chr(96) + chr(96) + chr(16) + chr(255) + chr(255),
    head + chr(228) + chr(255) + chr(255) + "abcd",
  ];
  for (const bytes of list) emit(run, "bytes " + show(bytes) + " " + readAll(bytes) + " | " + readResponse(bytes));
  for (let i = 0; i < 50; i += 1) emit(run, "noise " + readAll(chr(64 + draw(run, 64)) + drawBytes(run, 3 + draw(run, 24))));
  const cut = encodeMessage(0, 69, 7, "tok", encodeOption(4, "etag") + encodeOption(8, chr(60)), "payload");
  for (let n = 0; n < cut.length; n += 1) emit(run, "cut " + n + " " + readAll(sub(cut, 0, n)));
}

function fresh(run: Vectors): void {
  const numbers = [-1, 0, 1, 2, 8388607, 8388608, 8388609, 16777215];
  for (const before of numbers) {
    let text = "";
    for (const sequence of numbers) {
      if (sequence >= 0) text += " " + flag(isFresh(before, sequence, 128000)) + flag(isFresh(before, sequence, 128001));
    }
    emit(run, "fresh " + before + text);
  }
}

export function coapWriteVectors(run: Vectors): void {
  integers(run);
  paths(run);
  requests(run);
}

export function coapReadVectors(run: Vectors): void {
  responses(run);
  malformed(run);
  fresh(run);
}
