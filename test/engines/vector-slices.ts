/**
 * The vector program in slices, each small enough for a machine of 1,700 variables, and the entry that runs one of them on a
 * device: the very modules of the firmware, through the same build as a device's own.
 */
import { join } from "node:path";
import { checksum } from "../../sim/world/checksum";
import { coapBlockVectors, coapExchangeVectors, coapNoiseVectors } from "./programs/vectors-coap-client";
import { coapReadVectors, coapWriteVectors } from "./programs/vectors-coap-codec";
import { httpVectors, sntpVectors } from "./programs/vectors-http-sntp";
import { jsonDamageVectors, jsonDocumentVectors } from "./programs/vectors-json";
import { logCutVectors, logLifeVectors } from "./programs/vectors-log";
import { mqttEncodeVectors, mqttLargeVectors } from "./programs/vectors-mqtt-encode";
import { mqttFaultVectors, mqttFeedVectors } from "./programs/vectors-mqtt-session";
import { recordCutVectors, recordLifeVectors } from "./programs/vectors-records";
import { socketioFaultVectors, socketioPacketVectors, socketioTalkVectors } from "./programs/vectors-socketio";
import { byteVectors, dateVectors, numberVectors } from "./programs/vectors-text";
import { thethingsReadVectors, thethingsWriteVectors } from "./programs/vectors-thethings";
import { checksumVectors, sensorVectors, valueVectors } from "./programs/vectors-values";
import { websocketFaultVectors, websocketFrameVectors, websocketHandshakeVectors, websocketLargeVectors } from "./programs/vectors-websocket";
import { root } from "./engines";
import { vectors } from "./programs/vectors";
import type { Vectors } from "./programs/vectors";

export interface Slice {
  readonly name: string;
  /** Its module under programs/. */
  readonly module: string;
  readonly seed: number;
  /** True where a machine of 1,700 variables has no room. */
  readonly large: boolean;
  readonly run: (run: Vectors) => void;
}

function slice(name: string, module: string, seed: number, run: (run: Vectors) => void, large = false): Slice {
  return { name, module, seed, run, large };
}

export const slices: readonly Slice[] = [
  slice("mqtt-encode", "vectors-mqtt-encode", 11, mqttEncodeVectors),
  slice("mqtt-large", "vectors-mqtt-encode", 12, mqttLargeVectors, true),
  slice("mqtt-feed", "vectors-mqtt-session", 13, mqttFeedVectors),
  slice("mqtt-fault", "vectors-mqtt-session", 14, mqttFaultVectors),
  slice("coap-write", "vectors-coap-codec", 21, coapWriteVectors),
  slice("coap-read", "vectors-coap-codec", 22, coapReadVectors),
  slice("coap-exchange", "vectors-coap-client", 23, coapExchangeVectors),
  slice("coap-block", "vectors-coap-client", 24, coapBlockVectors),
  slice("coap-noise", "vectors-coap-client", 25, coapNoiseVectors),
  slice("json-document", "vectors-json", 31, jsonDocumentVectors),
  slice("json-damage", "vectors-json", 32, jsonDamageVectors),
  slice("number", "vectors-text", 41, numberVectors),
  slice("date", "vectors-text", 42, dateVectors),
  slice("byte", "vectors-text", 43, byteVectors),
  slice("http", "vectors-http-sntp", 51, httpVectors),
  slice("sntp", "vectors-http-sntp", 52, sntpVectors),
  slice("websocket-handshake", "vectors-websocket", 53, websocketHandshakeVectors),
  slice("websocket-frame", "vectors-websocket", 54, websocketFrameVectors),
  slice("websocket-fault", "vectors-websocket", 55, websocketFaultVectors),
  slice("websocket-large", "vectors-websocket", 56, websocketLargeVectors, true),
  slice("socketio-packet", "vectors-socketio", 57, socketioPacketVectors),
  slice("socketio-talk", "vectors-socketio", 58, socketioTalkVectors),
  slice("socketio-fault", "vectors-socketio", 59, socketioFaultVectors),
  slice("thethings-write", "vectors-thethings", 61, thethingsWriteVectors),
  slice("thethings-read", "vectors-thethings", 62, thethingsReadVectors),
  slice("record-life", "vectors-records", 71, recordLifeVectors),
  slice("record-cut", "vectors-records", 72, recordCutVectors),
  slice("log-life", "vectors-log", 81, logLifeVectors),
  slice("log-cut", "vectors-log", 82, logCutVectors),
  slice("value", "vectors-values", 91, valueVectors),
  slice("checksum", "vectors-values", 92, checksumVectors),
  slice("sensor", "vectors-values", 93, sensorVectors),
];

/** The lines of a slice in this process: a checked build, so that a broken precondition stops it. */
export function nativeLines(wanted: Slice): string[] {
  const lines: string[] = [];
  wanted.run(vectors(wanted.name, wanted.seed, checksum, (line) => lines.push(line)));
  return lines;
}

/** The entry of an image that runs these slices, one after the other, and then says that it is over. */
export function entryOf(runtime: "espruino" | "nodemcu", some: readonly Slice[]): string {
  const from = (path: string): string => JSON.stringify(join(root, path));
  const run = ({ name, seed, run: { name: group } }: Slice): string => `  ${group}(vectors(${JSON.stringify(name)}, ${seed}, checksum, say));`;
  return [
    `import { checksum } from ${from(`hal/${runtime}/checksum`)};`,
    `import { log } from ${from(`hal/${runtime}/log`)};`,
    `import { start } from ${from(`hal/${runtime}/start`)};`,
    `import { vectors } from ${from("test/engines/programs/vectors")};`,
    ...some.map(({ module, run: { name } }) => `import { ${name} } from ${from(`test/engines/programs/${module}`)};`),
    'function say(this: void, line: string): void { log.record("vector", 0, line); }',
    `function runAll(this: void): void {\n${some.map(run).join("\n")}\n  log.record("end", 0, "");\n}`,
    "start(runAll);",
    "",
  ].join("\n");
}
