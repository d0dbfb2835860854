/** Vectors of thethings.iO: topics, paths, what is written, and what comes down, well-formed or not. */
import { chr } from "../../../firmware/base/intrinsics";
import { utf8Encode } from "../../../firmware/base/utf8";
import { thethingsCoap } from "../../../firmware/platform/thethings/coap";
import { thethingsMqtt } from "../../../firmware/platform/thethings/mqtt";
import { thethingsText } from "../../../firmware/platform/thethings/text";
import type { PlatformText } from "../../../firmware/platform/profile";
import { draw, drawWord, emit, flag, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

function names(run: Vectors): void {
  const mqtt = thethingsMqtt();
  const coap = thethingsCoap();
  const token = drawWord(run, 43);
  emit(run, "mqtt " + mqtt.activationTopic("code", "channel") + " " + mqtt.thingTopic(token) + " " + mqtt.willKey + " " + mqtt.keepAliveSec);
  emit(run, "coap " + coap.activationPath + " " + coap.thingPath(token) + " " + coap.readPath(token, "temperature") + " " + coap.observeQuery(60000));
  emit(run, "body " + coap.activationBody("a" + chr(34) + "b") + " " + coap.portPlain + " " + mqtt.portPlain + " " + mqtt.portTls);
  const time = { sec: 1422632133, ms: 7 };
  for (const limit of [1, 100, 101]) {
    emit(run, "query " + coap.readQuery({ key: "k", limit, start: undefined, end: undefined }));
    emit(run, "query " + coap.readQuery({ key: "k", limit, start: time, end: time }));
  }
}

function writing(run: Vectors, text: PlatformText): void {
  const keys = ["a", "A.b-c_9", "", "a b", "a/b", "a+b", "#", "a" + chr(34), chr(195) + chr(169), "a" + chr(0), repeat("k", 256), repeat("k", 257)];
  for (const key of keys) emit(run, "key " + show(key) + " " + flag(text.keyValid(key)));
  for (let i = 0; i < 20; i += 1) {
    const time = i % 3 === 0 ? undefined : { sec: draw(run, 32768) * 65536 + i, ms: draw(run, 1000) };
    const geo = i % 4 === 0 ? { lat: "41.4121132", long: "-2.2199454" } : undefined;
    emit(run, "value " + text.formatValue(drawWord(run, 3), "" + draw(run, 1000), time, geo));
  }
  emit(run, "batch " + text.name + " " + text.batchOpen + "x" + text.batchJoin + "y" + text.batchClose);
}

function downlink(text: PlatformText, payload: string): string {
  const heard = { text: "" };
  const understood = text.readDownlink(payload, {
    value: (key, kind, value, time) => {
      heard.text += " " + show(key) + " " + kind + " " + show(value) + " " + (time === undefined ? "none" : time.sec + "." + time.ms);
    },
  });
  return flag(understood) + heard.text;
}

function reading(run: Vectors, text: PlatformText): void {
  const list = [
    "", "{}", "[]", "1", '"x"', "{", "[", '{"key":"a","value":1}', '[{"key":"a","value":1}]', '{"values":[{"key":"a","value":1}]}', '[{"key":"a"}]', '[{"value":1}]', '{"key":1,"value":2}',
    '[{"key":"fan","value":true,"datetime":"2015-01-30T15:35:33.000Z"},{"key":"x","value":"9000"}]', '{"value":false,"key":"late"}', '{"key":"a","value":-1.5e2,"extra":{"key":"no"}}',
    '{"extra":{"key":"no","value":1},"key":"a","value":2}', '[{"key":"a","value":[1,{"key":"b","value":2}]},{"key":"c","value":null}]', '[{"key":"a","value":1}', '[{"key":"a","value":1}] x',
    '{"status":"success","message":"subscribed"}', '{"key":"","value":1}', '{"key":"a","value":"\\u00e9\\n"}', '{"key":"a","value":"' + utf8Encode(233) + utf8Encode(128512) + '"}', chr(255),
    '{"key":"a","value":1,"datetime":"yesterday"}', '{"key":"a","value":1,"datetime":7}', repeat("[", 6) + repeat("]", 6), repeat("[", 7) + repeat("]", 7), '{"key":"a","key":"b","value":1}',
  ];
  for (const payload of list) emit(run, "down " + downlink(text, payload));
  for (const status of ["created", "error", "other", ""]) {
    for (const token of ['"abc-_9"', '"a b"', "7", '""', '"' + repeat("t", 64) + '"', '"' + repeat("t", 65) + '"']) {
      const answer = { result: 0, token: "old" };
      text.readActivation('{"status":"' + status + '","thingToken":' + token + "}", answer);
      emit(run, "activation " + answer.result + " " + show(answer.token));
    }
  }
  for (const payload of ["", "{}", "[]", "{", '{"status":"error","message":"m"} x', '["status"]']) {
    const answer = { result: 0, token: "old" };
    text.readActivation(payload, answer);
    emit(run, "activation " + answer.result + " " + show(answer.token));
  }
}

export function thethingsWriteVectors(run: Vectors): void {
  names(run);
  writing(run, thethingsText());
}

export function thethingsReadVectors(run: Vectors): void {
  reading(run, thethingsText());
}
