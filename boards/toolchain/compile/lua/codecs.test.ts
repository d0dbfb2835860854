/** The compiler's own proof: codecs, texts and stores over random inputs print the same on Node and in both Luas, byte for byte. */
import { expectSame } from "../../../../test/support/lua-same";

const codecs = String.raw`
import { at, bxor, chr, idiv, sub } from "ROOT/firmware/base/intrinsics";
import { formatCompact, formatIso, formatMillis, parseIso, parseMillis } from "ROOT/firmware/base/date";
import { toHex } from "ROOT/firmware/base/hex";
import { jsonNext, jsonOpen, jsonSkip } from "ROOT/firmware/base/json-read";
import { jsonString } from "ROOT/firmware/base/json-write";
import { formatScaled, isNumberText, pad, parseDecimal, parseScaled } from "ROOT/firmware/base/number";
import { isMqttText, isUtf8, utf8Encode } from "ROOT/firmware/base/utf8";
import { coapMessage, decodeHeader, decodeOption } from "ROOT/firmware/protocol/coap/decode";
import { encodeMessage, encodeOptions } from "ROOT/firmware/protocol/coap/encode";
import type { MqttOptions, MqttSink } from "ROOT/firmware/protocol/mqtt/session";
import type { ChecksumPort } from "ROOT/hal/ports/checksum";
import { mqttConnect, mqttOpen, mqttPublish, mqttReceive, mqttSubscribe, mqttTick } from "ROOT/firmware/protocol/mqtt/session";
import { logAcknowledge, logAppend, logCursor, logEntry, logNext, logOpen, logRewind } from "ROOT/firmware/store/log";
import { recordGet, recordPut, recordRemove, recordsOpen } from "ROOT/firmware/store/records";
import type { FlashArea, FlashPort } from "ROOT/hal/ports/flash";

declare function print(this: void, line: string): void;

interface Dice { seed: number }
const say = (what: string, value: string | number | undefined): void => {
  print(what + "=" + (value ?? "undefined"));
};
const roll = (dice: Dice, below: number): number => {
  dice.seed = (dice.seed * 75 + 74) % 65521;
  return dice.seed % below;
};
function noise(dice: Dice, count: number): string {
  let text = "";
  for (let i = 0; i < count; i += 1) text += chr(roll(dice, 256));
  return text;
}

function numbers(dice: Dice): void {
  for (let i = 0; i < 200; i += 1) {
    const value = (roll(dice, 2) === 0 ? 1 : -1) * roll(dice, 60000) * roll(dice, 30000);
    const decimals = i % 7;
    const text = formatScaled(value, decimals);
    say("scaled", text);
    say("back", parseScaled(text, decimals));
    say("pad", pad(idiv(i * 7919, 3), i % 9));
  }
  const texts = ["0", "-0", "1.5", "1e3", "12e-2", "1E+9", "2147483647", "2147483648", "-2147483647", "01", ".5", "5.", "", "-", "1e", "0.25", "-0.25", "99999999999"];
  for (const text of texts) {
    say("number", isNumberText(text) ? 1 : 0);
    for (let d = 0; d < 4; d += 1) say("parsed", parseScaled(text, d));
    say("decimal", parseDecimal(text));
  }
  for (let a = 0; a < 256; a += 17) for (let b = 0; b < 256; b += 13) say("xor", bxor(a, b));
}

function dates(dice: Dice): void {
  for (let i = 0; i < 200; i += 1) {
    const time = { sec: roll(dice, 32000) * 65521 + roll(dice, 65521), ms: roll(dice, 1000) };
    const iso = formatIso(time);
    say("iso", iso);
    say("compact", formatCompact(time));
    say("millis", formatMillis(time));
    const back = parseIso(iso);
    say("sec", back === undefined ? undefined : back.sec);
    say("ms", back?.ms);
    say("milli", parseMillis(formatMillis(time))?.sec);
    say("broken", parseIso(sub(iso, 0, roll(dice, iso.length)))?.sec);
  }
}

function documents(dice: Dice): void {
  const bits = ["{", "}", "[", "]", ":", ",", "\"a\"", "\"b\\n\\u00e9\\ud83d\\ude00\"", "1", "-2.5e3", "true", "false", "null", " ", "x", "\"", "\\"];
  const limits = { bytesMax: 60, depthMax: 4, keyBytesMax: 9 };
  const fixed = ["{\"a\":[1,2,{\"b\":null}],\"c\":\"d\"}", "[[[[[1]]]]]", "{\"a\":1,\"a\":2}", "\"\\ud83d\"", "[1,]", "{\"values\":[{\"key\":\"t\",\"value\":21.5}]}", ""];
  for (let i = 0; i < 400; i += 1) {
    let text = "";
    if (i < fixed.length) text = fixed[i]!;
    else for (let k = roll(dice, 12); k >= 0; k -= 1) text += bits[roll(dice, bits.length)]!;
    const reader = jsonOpen(text, limits);
    let tokens = "";
    let token = jsonNext(reader);
    for (let k = 0; k < 30 && token > 1; k += 1) {
      tokens += token + ":" + toHex(reader.text) + " ";
      token = roll(dice, 5) === 0 ? jsonSkip(reader) : jsonNext(reader);
    }
    say("json", tokens + token + " depth " + reader.outer.length);
  }
  for (let i = 0; i < 60; i += 1) {
    const bytes = noise(dice, i);
    say("string", toHex(jsonString(bytes)));
    say("utf8", (isUtf8(bytes) ? 1 : 0) + (isMqttText(bytes) ? 2 : 0));
    say("code", toHex(utf8Encode(roll(dice, 55000))));
  }
}

function mqtt(dice: Dice): void {
  const options: MqttOptions = { clientId: "station", cleanSession: true, keepAliveSec: 60, user: "u", password: noise(dice, 9), will: { topic: "w/t", payload: "gone", qos: 1, retain: true }, window: 4, packetBytesMax: 300, ackTimeoutMs: 5000 };
  const session = mqttOpen(options);
  const sink: MqttSink = {
    send: (bytes: string): void => say("send", toHex(bytes)),
    connected: (present: boolean): void => say("connected", present ? 1 : 0),
    acknowledged: (ref: number): void => say("acknowledged", ref),
    subscribed: (id: number, codes: string): void => say("subscribed", id + " " + toHex(codes)),
    deliver: (topic: string, payload: string, qos: number): void => say("deliver", topic + " " + toHex(payload) + " " + qos),
    resend: (ref: number, id: number): void => say("resend", ref + " " + id),
    close: (code: number): void => say("close", code),
    wake: (ms: number): void => say("wake", ms),
  };
  let uptime = 1000;
  for (let i = 0; i < 80; i += 1) {
    say("connect", mqttConnect(session, sink, uptime));
    mqttReceive(session, sink, chr(32) + chr(2) + chr(0) + chr(roll(dice, 12) === 0 ? 5 : 0), uptime);
    say("subscribe", mqttSubscribe(session, sink, ["a/b", "c/#"], 1, uptime));
    mqttReceive(session, sink, chr(144) + chr(4) + chr(0) + chr(1) + chr(1) + chr(roll(dice, 3)), uptime);
    for (let k = 0; k < 6; k += 1) say("publish", mqttPublish(session, sink, "t", noise(dice, roll(dice, 150)), roll(dice, 2), k % 2 === 0, k, uptime));
    let stream = "";
    for (let k = 0; k < 4; k += 1) {
      const id = chr(0) + chr(roll(dice, 8));
      const payload = noise(dice, roll(dice, 140));
      const body = chr(0) + chr(3) + "a/b" + id + payload;
      stream += roll(dice, 2) === 0 ? chr(64) + chr(2) + id : chr(0x32) + (body.length < 128 ? chr(body.length) : chr(body.length - 128 + 128) + chr(1)) + body;
    }
    if (roll(dice, 4) === 0) stream += noise(dice, 5);
    while (stream.length > 0) {
      const cut = Math.min(stream.length, 1 + roll(dice, 40));
      say("receive", mqttReceive(session, sink, sub(stream, 0, cut), uptime));
      stream = sub(stream, cut, stream.length);
      uptime += roll(dice, 3000);
      mqttTick(session, sink, uptime);
    }
    uptime += 200000;
    mqttTick(session, sink, uptime);
  }
}

function coap(dice: Dice): void {
  const message = coapMessage();
  for (let i = 0; i < 200; i += 1) {
    const values = { path: "/v2/things/" + toHex(noise(dice, roll(dice, 30))), query: i % 3 === 0 ? "limit=2&x" : "", accept: roll(dice, 3) * 25 };
    const options = encodeOptions(values, roll(dice, 3) - 1, roll(dice, 2) * 51 - 1, roll(dice, 2) * 40 - 1, -1);
    let bytes = encodeMessage(roll(dice, 4), roll(dice, 256), roll(dice, 65536), noise(dice, roll(dice, 9)), options, noise(dice, roll(dice, 20)));
    if (i % 4 === 3) bytes = sub(bytes, 0, roll(dice, bytes.length)) + noise(dice, 3);
    say("coap", toHex(bytes));
    const header = decodeHeader(bytes, message);
    say("header", header);
    if (header !== 0) continue;
    let option = decodeOption(bytes, message);
    for (let k = 0; k < 20 && option >= 0; k += 1) {
      say("option", option + " " + message.option + " " + message.valueAt + " " + message.at);
      option = decodeOption(bytes, message);
    }
    say("end", option + " " + toHex(message.payload));
  }
}

interface Memory { blocks: string[] }
function flashOver(memory: Memory): FlashPort {
  return {
    open: () => undefined,
    read: (area, offset, count) => {
      let bytes = "";
      for (let i = offset; i < offset + count; i += 1) bytes += sub(memory.blocks[idiv(i, area.blockBytes)]!, i % area.blockBytes, (i % area.blockBytes) + 1);
      return bytes;
    },
    write: (area, offset, bytes) => {
      const block = idiv(offset, area.blockBytes);
      const from = offset % area.blockBytes;
      const old = memory.blocks[block]!;
      let middle = "";
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = at(bytes, i);
        middle += byte === 255 ? sub(old, from + i, from + i + 1) : chr(byte);
      }
      memory.blocks[block] = sub(old, 0, from) + middle + sub(old, from + bytes.length, old.length);
      return 0;
    },
    eraseBlock: (area, block) => {
      let bytes = "";
      while (bytes.length < area.blockBytes) bytes += chr(255);
      memory.blocks[block] = bytes;
      return 0;
    },
  };
}

function stores(dice: Dice): void {
  const area: FlashArea = { name: "records", blockBytes: 512, blocks: 4 };
  const memory: Memory = { blocks: [] };
  const flash = flashOver(memory);
  for (let i = 0; i < area.blocks; i += 1) {
    memory.blocks.push("");
    flash.eraseBlock(area, i);
  }
  const checksum: ChecksumPort = {
    crc32: (bytes: string): string => {
      let a = 1;
      let b = 0;
      for (let i = 0; i < bytes.length; i += 1) {
        a = (a + at(bytes, i)) % 65521;
        b = (b + a) % 65521;
      }
      return chr(idiv(b, 256)) + chr(b % 256) + chr(idiv(a, 256)) + chr(a % 256);
    },
  };
  let store = recordsOpen(flash, checksum, area);
  for (let i = 0; i < 150; i += 1) {
    const key = "k" + roll(dice, 6);
    if (roll(dice, 5) === 0) say("remove", recordRemove(store, key));
    else say("put", recordPut(store, key, noise(dice, roll(dice, 40))));
    if (roll(dice, 9) === 0) store = recordsOpen(flash, checksum, area);
    say("get", toHex(recordGet(store, key) ?? "none"));
  }
  for (const block of memory.blocks) say("block", toHex(block));
  for (let i = 0; i < area.blocks; i += 1) flash.eraseBlock(area, i);
  let log = logOpen(flash, checksum, area);
  let cursor = logCursor();
  const entry = logEntry();
  for (let i = 0; i < 200; i += 1) {
    say("append", logAppend(log, noise(dice, 1 + roll(dice, 50))));
    if (roll(dice, 3) !== 0 && logNext(log, cursor, entry)) {
      say("entry", entry.sequence + " " + toHex(entry.bytes));
      if (roll(dice, 2) === 0) say("ack", logAcknowledge(log, cursor, entry.sequence));
    }
    if (roll(dice, 20) === 0) {
      log = logOpen(flash, checksum, area);
      cursor = logCursor();
    }
    if (roll(dice, 15) === 0) logRewind(log, cursor);
    say("log", log.waiting + " " + log.droppedFull + " " + log.lastSequence + " " + log.droppedCorrupt);
  }
  for (const block of memory.blocks) say("block", toHex(block));
}

const dice: Dice = { seed: 4711 };
numbers(dice);
dates(dice);
documents(dice);
mqtt(dice);
coap(dice);
stores(dice);
`;

test("codecs, texts and stores", () => expectSame(codecs, 8000), 120000);
