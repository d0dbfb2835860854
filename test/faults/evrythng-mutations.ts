/**
 * Mistakes that a device on EVRYTHNG could have, on each of its transports, made on purpose: each must fail a test of the suite that it
 * names.
 */
import type { SourceMutation } from "./source-mutation";

const all = "test/agent/evrythng.test.ts";
const framed = "test/agent/mqtt-web-socket.test.ts";
const proof = "test/agent/evrythng-proof.test.ts";
const native = "test/agent/evrythng-ws.test.ts";

/** Files are below firmware. */
export const deviceMutations: readonly SourceMutation[] = [
  { says: "what was commanded while it was away is not asked for", file: "platform/evrythng/mqtt.ts", from: "(wary ? 0 : 1)", to: "0", suite: all },
  { says: "a command's property has no topic", file: "platform/evrythng/mqtt.ts", from: "if (i > begin) topics.push(", to: "if (i < begin) topics.push(", suite: all },
  { says: "over native sockets a property that was written while it was away is not asked for", file: "platform/evrythng/ws.ts", from: '"/properties?pubStates=" + (wary ? 0 : 1)', to: '"/properties?pubStates=0"', suite: all },
  { says: "an action that is too large is asked for again and again", file: "platform/evrythng/mqtt.ts", from: "(wary ? 0 : 1)", to: "1", suite: all },
  { says: "what is granted is taken for a subscription", file: "platform/evrythng/mqtt.ts", from: "silent: true", to: "silent: false", suite: proof },
  { says: "nothing is there to be heard", file: "platform/evrythng/mqtt.ts", from: ', topic + HEARD_KEY + states', to: "", suite: proof },
  { says: "the property that is there to be heard is never given a value", file: "agent/link-mqtt-proof.ts", from: "  mqttPublish(", to: "  if (link.unheard < 0) mqttPublish(", suite: proof },
  { says: "a refusal is found while an acknowledgement is to come", file: "agent/link-mqtt-proof.ts", from: "link.session.publishIds.length === 0", to: "clock !== undefined", suite: proof },
  { says: "one value that was not heard is a refusal", file: "agent/link-mqtt-proof.ts", from: "const UNHEARD_MAX = 3;", to: "const UNHEARD_MAX = 1;", suite: proof },
  { says: "that nothing is heard does not end the connection", file: "agent/link-mqtt-proof.ts", from: "return end(link, AgentCode.subscriptionRefused);", to: "return proved(link);", suite: proof },
  { says: "readings without a time share a batch", file: "platform/evrythng/text.ts", from: "untimedAlone: true", to: "untimedAlone: false", suite: all },
  { says: "an action has no moment by which it is known", file: "platform/evrythng/text.ts", from: 'name === "createdAt"', to: 'name === "madeAt"', suite: all },
  { says: "any subprotocol will do", file: "protocol/websocket/handshake.ts", from: "return needed ? WsCode.subprotocolWrong : 0;", to: "return 0;", suite: framed },
  { says: "packets come in text frames, too", file: "protocol/websocket/receive.ts", from: "if (session.options.stream && opcode === TEXT) return WsCode.unacceptable;", to: "", suite: framed },
  { says: "of several frames the last is taken", file: "agent/link-mqtt-ws.ts", from: "link.arrived += bytes;", to: "link.arrived = bytes;", suite: framed },
  { says: "it leaves without a word of the WebSocket", file: "agent/link-mqtt-ws.ts", from: "wsClose(link.web, link.webSink, WsCode.normal, link.ports.clock.uptime());", to: "", suite: framed },
  { says: "a batch has arrived when it has left", file: "agent/link-ws.ts", from: "echoes: true", to: "echoes: false", suite: native },
  { says: "what others write to its measure counts as its echo", file: "agent/arrivals.ts", from: "compareTime(flight.time, time) === 0", to: "true", suite: native },
  { says: "a refused key is any other failure", file: "agent/link-ws-lines.ts", from: "isRefused && link.at === BATCHES", to: "false", suite: native },
  { says: "a refused subscription is the token's", file: "agent/link-ws-lines.ts", from: "isRefused && link.at === BATCHES", to: "isRefused", suite: native },
  { says: "a silent server is never asked", file: "agent/link-ws.ts", from: "const PING_AFTER_MS = 60000;", to: "const PING_AFTER_MS = 0;", suite: native },
  { says: "a socket that ended in disorder begins again by itself", file: "agent/link-ws-lines.ts", from: "} else if (!line.begun) begin(link);", to: "} else if (link.sessions[at]!.phase === WsPhase.closed) begin(link);", suite: all },
  { says: "its key goes in another header", file: "platform/evrythng/ws.ts", from: '"Authorization"', to: '"X-Key"', suite: native },
];
