/** Vectors of what an MQTT client sends, and of the options, topics and filters that it takes. MQTT 3.1.1, 2.2, 3 and 4.7. */
import { chr } from "../../../firmware/base/intrinsics";
import { clientIdOf } from "../../../firmware/protocol/mqtt/client-id";
import { encodeConnect, encodeFilters, encodePublish, packet, SUBSCRIBE_TYPE, uint16, UNSUBSCRIBE_TYPE } from "../../../firmware/protocol/mqtt/encode";
import { areOptions } from "../../../firmware/protocol/mqtt/options";
import type { MqttOptions, MqttWill } from "../../../firmware/protocol/mqtt/options";
import { isTopicFilter, isTopicName } from "../../../firmware/protocol/mqtt/topic";
import { draw, drawBytes, drawWord, emit, flag, repeat, show, toss } from "./vectors";
import type { Vectors } from "./vectors";

function drawWill(run: Vectors): MqttWill | undefined {
  if (toss(run)) return undefined;
  return { topic: drawWord(run, 1 + draw(run, 20)), payload: drawBytes(run, draw(run, 60)), qos: draw(run, 2), retain: toss(run) };
}

function drawOptions(run: Vectors): MqttOptions {
  const hasUser = toss(run);
  return {
    clientId: drawWord(run, 1 + draw(run, 23)),
    cleanSession: toss(run),
    keepAliveSec: draw(run, 65536),
    user: hasUser ? drawWord(run, draw(run, 30)) : undefined,
    password: hasUser && toss(run) ? drawBytes(run, draw(run, 40)) : undefined,
    will: drawWill(run),
    window: 1 + draw(run, 16),
    packetBytesMax: 1024,
    ackTimeoutMs: 1 + draw(run, 65536),
  };
}

function connects(run: Vectors): void {
  for (let i = 0; i < 60; i += 1) {
    const options = drawOptions(run);
    const clean = toss(run);
    emit(run, "connect " + flag(areOptions(options)) + " " + show(encodeConnect(options, clean)));
  }
}

function publishes(run: Vectors): void {
  for (let i = 0; i < 60; i += 1) {
    const topic = drawWord(run, 1 + draw(run, 40));
    const payload = drawBytes(run, draw(run, 200));
    const qos = draw(run, 2);
    const retain = toss(run);
    const dup = qos === 1 && toss(run);
    emit(run, "publish " + show(encodePublish(topic, payload, qos, retain, dup, 1 + draw(run, 65535))));
  }
}

function filters(run: Vectors): void {
  for (let i = 0; i < 30; i += 1) {
    const list: string[] = [];
    const count = 1 + draw(run, 4);
    for (let k = 0; k < count; k += 1) list.push(drawWord(run, 1 + draw(run, 20)) + "/#");
    const id = 1 + draw(run, 65535);
    emit(run, "filters " + show(encodeFilters(toss(run) ? SUBSCRIBE_TYPE : UNSUBSCRIBE_TYPE, id, list, draw(run, 2))));
  }
}

function lengths(run: Vectors): void {
  for (const n of [0, 1, 2, 126, 127, 128, 129, 255, 256, 300, 500, 1000]) emit(run, "packet " + n + " " + show(packet(0x30, repeat("a", n))));
  for (const n of [0, 1, 127, 128, 255, 256, 257, 4095, 32767, 32768, 65534, 65535]) emit(run, "uint16 " + n + " " + show(uint16(n)));
}

function names(run: Vectors): void {
  const list = [
    "", "/", "//", "a", "a/b", "#", "+", "a#", "a+", "a/#", "a/+", "a/#/b", "a/+/b", "+/+", "+a/b", "a/b+", "a/#b", "/#", "#/", "+/#", "$SYS/#",
    "a b", "a" + chr(0), chr(0), chr(195) + chr(169), chr(195), chr(169), chr(195) + chr(169) + "/#", chr(239) + chr(191) + chr(191),
    chr(237) + chr(160) + chr(128), chr(192) + chr(128), chr(244) + chr(144) + chr(128) + chr(128), "a" + chr(255), "v2/things/" + repeat("t", 43),
  ];
  for (const text of list) emit(run, "topic " + show(text) + " " + flag(isTopicName(text)) + " " + flag(isTopicFilter(text)));
  for (const text of ["abcd", repeat("x", 22), repeat("x", 23), "y" + repeat("x", 23), repeat("0", 32)]) emit(run, "id " + clientIdOf(text));
}

/** Wills; each line says whether it is taken. */
function limits(run: Vectors): void {
  const wills: MqttWill[] = [
    { topic: "", payload: "", qos: 0, retain: false },
    { topic: "a/#", payload: "", qos: 0, retain: false },
    { topic: "a", payload: "x", qos: 1, retain: true },
  ];
  for (const will of wills) {
    const options: MqttOptions = {
      clientId: "id", cleanSession: false, keepAliveSec: 60, user: undefined, password: undefined, will, window: 1, packetBytesMax: 100, ackTimeoutMs: 1,
    };
    emit(run, "will " + flag(areOptions(options)));
  }
}

export function mqttEncodeVectors(run: Vectors): void {
  lengths(run);
  connects(run);
  publishes(run);
  filters(run);
  names(run);
  limits(run);
}

/** Remaining lengths of three bytes: more bytes than the smallest machines hold. */
export function mqttLargeVectors(run: Vectors): void {
  for (const n of [16382, 16383, 16384, 20000, 65535]) emit(run, "packet " + n + " " + show(packet(0x30, repeat("b", n))));
}
