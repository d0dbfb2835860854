/**
 * Mistakes that the device could have on ThingsBoard, made on purpose, in what both transports share and in each of them: each must fail a
 * test of the suite that it names.
 */
import type { SourceMutation } from "./source-mutation";

const activation = "test/agent/thingsboard-activation.test.ts";
const readings = "test/agent/thingsboard.test.ts";
const commands = "test/agent/thingsboard-commands.test.ts";
const coap = "test/agent/thingsboard-coap.test.ts";
const says = "test/agent/thingsboard-says.test.ts";

/** Files below firmware. */
export const deviceMutations: readonly SourceMutation[] = [
  { says: "the token that it made is not stored before it is asked for", file: "agent/activation.ts", from: 'return recordPut(thing.records, "channel", channel) === 0 ? channel : "";', to: "return channel;", suite: activation },
  { says: "a name that is taken is a refusal", file: "platform/thingsboard/text.ts", from: "answer.result = ActivationResult.doubtful", to: "answer.result = ActivationResult.refused", suite: activation },
  { says: "a token that could not prove itself is tried for ever", file: "agent/ladder.ts", from: "proving ? AgentCode.activationRefused : code", to: "code", suite: activation },
  { says: "the token that was proved is not kept", file: "agent/activation.ts", from: "  activationDone(thing, token);\n}", to: "  thing.token = token;\n}", suite: activation },
  { says: "over MQTT, a refused token is a lost connection like any other", file: "agent/link-mqtt-socket.ts", from: "link.sink.lost(AgentCode.tokenSuspect)", to: "link.sink.lost(code)", suite: readings },
  { says: "over CoAP, a refused token is a lost link like any other", file: "agent/link-coap.ts", from: "endSoon(link, 0, AgentCode.tokenSuspect);", to: "endSoon(link, 0, AgentCode.protocol + code);", suite: readings },
  { says: "readings without a time share a batch", file: "platform/thingsboard/text.ts", from: "untimedAlone: true", to: "untimedAlone: false", suite: readings },
  { says: "over CoAP, a batch that the server could not take has arrived", file: "agent/link-coap.ts", from: "if (classOf(code) === 2) link.sink.acknowledged", to: "if (classOf(code) !== 4) link.sink.acknowledged", suite: coap },
  { says: "over MQTT, a call that comes again is obeyed again", file: "agent/link-mqtt-asks.ts", from: "if (topic !== asks.callTopic) {", to: 'if (topic !== "") {', suite: commands },
  { says: "over CoAP, a call that comes again is obeyed again", file: "agent/link-coap-asks.ts", from: "if (id !== asks.callId) {", to: 'if (id !== "") {', suite: commands },
  { says: "over CoAP, a platform that counts anew is not heard", file: "agent/link-coap-asks.ts", from: 'if (payload === "") asks.callId = "";', to: 'if (payload === "") asks.callId += "";', suite: coap },
  { says: "over MQTT, what is read is taken for somebody's writing", file: "agent/link-mqtt-asks.ts", from: "link.sink.told(payload, Origin.answer)", to: "link.sink.told(payload, Origin.update)", suite: commands },
  { says: "over CoAP, what is read is taken for somebody's writing", file: "agent/link-coap-asks.ts", from: "link.sink.told(payload, Origin.answer)", to: "link.sink.told(payload, Origin.update)", suite: commands },
  { says: "a command's mark is not stored", file: "agent/wanted.ts", from: "return recordPut(thing.records, name, after) === 0 ? CommandCode.ok : CommandCode.storeFailed;", to: "return after === name ? CommandCode.storeFailed : CommandCode.ok;", suite: commands },
  { says: "over MQTT, a value that is too large is asked for again and again", file: "agent/link-mqtt-asks.ts", from: "asks.place = overfed.place + 1;", to: "asks.place = overfed.place;", suite: commands },
  { says: "over CoAP, what is too large ends the observation", file: "agent/link-coap.ts", from: "lenient: profile.requests", to: "lenient: false", suite: commands },
  { says: "a call's number is a value", file: "platform/thingsboard/text.ts", from: 'if (id !== "" && method === "")', to: 'if (id !== "")', suite: "firmware/platform/thingsboard/text.test.ts" },
  { says: "over MQTT, facts that were said before there was a connection are forgotten", file: "agent/link-mqtt-asks.ts", from: "facts: target.facts,", to: 'facts: "",', suite: says },
  { says: "over CoAP, facts that were said before there was a connection are forgotten", file: "agent/link-coap-asks.ts", from: "facts: target.facts,", to: 'facts: "",', suite: says },
  { says: "over MQTT, any answer is the one to its last call", file: "agent/link-mqtt-asks.ts", from: "asks.patience !== 0 && topic ===", to: 'asks.patience !== 0 && "" !==', suite: says },
  { says: "over MQTT, a call waits for ever", file: "agent/link-mqtt-asks.ts", from: "const CALL_TIMEOUT_MS = 30000;", to: "const CALL_TIMEOUT_MS = 300000000;", suite: says },
];
