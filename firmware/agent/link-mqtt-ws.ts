/**
 * The link over MQTT whose packets travel in a WebSocket (MQTT 3.1.1 chapter 6, RFC 6455): binary frames of the subprotocol "mqtt",
 * and no promise that a frame and a packet begin or end together.
 *
 * The WebSocket's core must not be called from its own sink, and MQTT answers what it receives: so bytes that the sink tells are
 * taken up when the core's call has returned. A silent peer is found by MQTT's keep-alive, a handshake without an answer by the
 * agent's patience, so that the core needs no ticks.
 */
import { TlsLevel } from "../../hal/ports/tls";
import type { MqttProfile } from "../platform/profile";
import { mqttConnect, mqttReceive } from "../protocol/mqtt/session";
import { WsCode, WsPhase, wsClose, wsConnect, wsEnded, wsOpen, wsReceive, wsSendBinary } from "../protocol/websocket/session";
import type { WsSink } from "../protocol/websocket/session";
import { AgentCode } from "./link";
import type { LinkDriver, LinkTarget } from "./link";
import { mqttDriver } from "./link-mqtt-driver";
import { flush, setDeadline } from "./link-mqtt-socket";
import { Step } from "./link-mqtt-state";
import type { MqttLink } from "./link-mqtt-state";

/** The longest head of an answer to the handshake. */
const HEAD_BYTES_MAX = 1024;
/** The longest frame; nothing of one is kept, and MQTT has a limit of its own. */
const FRAME_BYTES_MAX = 1048576;
/** How long what was said last may take to leave before the connection is dropped all the same. */
const FAREWELL_MS = 1000;
/** What may wait for the socket: a server that asks for more answers than it takes is left. */
const OUT_BYTES_MAX = 8192;

/** The Host header: with the port, unless it is the usual one (RFC 6455 4.1). */
function hostOf(target: LinkTarget): string {
  const usual = target.tls === TlsLevel.none ? 80 : 443;
  return target.port === usual ? target.serverName : target.serverName + ":" + target.port;
}

/**
 * The WebSocket is over: the link follows, once what was said last has left. A transport that just ended says more itself, and the first
 * reason stands.
 * @cold
 */
function closed(link: MqttLink, code: number): void {
  if (code === WsCode.abnormal || link.step === Step.closing || link.deadlineCode > AgentCode.protocol) return;
  setDeadline(link, link.writable && link.out.length === 0 ? 0 : FAREWELL_MS, AgentCode.webSocket + code);
}

function queue(link: MqttLink, bytes: string): void {
  link.out += bytes;
  if (link.out.length > OUT_BYTES_MAX) setDeadline(link, 0, AgentCode.busy);
  else flush(link);
}

/** @cold */
function connect(link: MqttLink): void {
  link.turn = 0;
  mqttConnect(link.session, link.mqttSink, link.ports.clock.uptime());
}

/** CONNECT comes on a turn of its own, when the core's call has returned. */
function opened(link: MqttLink): void {
  link.turn = link.ports.clock.after(0, () => connect(link));
}

function makeSink(link: MqttLink): WsSink {
  return {
    send: (bytes) => queue(link, bytes),
    random: (count) => link.ports.random.bytes(count),
    opened: () => opened(link),
    // The core ends a stream at the first byte of a text.
    text: () => {},
    binary: (bytes) => {
      link.arrived += bytes;
    },
    closed: (code) => closed(link, code),
    wake: () => {},
  };
}

/** @cold */
function open(link: MqttLink, target: LinkTarget): void {
  link.arrived = "";
  link.web = wsOpen({
    host: hostOf(target),
    path: link.profile.webPath,
    subprotocols: ["mqtt"],
    headers: "",
    headBytesMax: HEAD_BYTES_MAX,
    messageBytesMax: FRAME_BYTES_MAX,
    answerTimeoutMs: FAREWELL_MS,
    pingAfterMs: 0,
    stream: true,
  });
  link.webSink = makeSink(link);
}

/** @cold */
function begin(link: MqttLink): void {
  const code = wsConnect(link.web, link.webSink, link.ports.clock.uptime());
  if (code !== 0) setDeadline(link, 0, AgentCode.invalid);
}

function received(link: MqttLink, bytes: string): void {
  if (!link.open) return;
  const uptime = link.ports.clock.uptime();
  wsReceive(link.web, link.webSink, bytes, uptime);
  const arrived = link.arrived;
  link.arrived = "";
  if (arrived !== "") mqttReceive(link.session, link.mqttSink, arrived, uptime);
  // The server has said farewell, and was answered.
  if (link.web.phase === WsPhase.ending) closed(link, link.web.closeCode);
}

/** The driver of a build that speaks MQTT over a WebSocket to the profile's platform. */
export function mqttWsLink(profile: MqttProfile): LinkDriver {
  return mqttDriver(profile, {
    transport: "mqtt-ws",
    framed: true,
    open,
    begin,
    send: (link, bytes) => {
      wsSendBinary(link.web, link.webSink, bytes);
    },
    received,
    leave: (link) => {
      wsClose(link.web, link.webSink, WsCode.normal, link.ports.clock.uptime());
    },
    ended: (link) => wsEnded(link.web, link.webSink),
  });
}
