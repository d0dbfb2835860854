/**
 * MQTT over WebSockets (MQTT 3.1.1 chapter 6): a socket as the transport of an MQTT connection. Packets may span messages
 * and share them; a text message closes.
 */
import type { MqttServer } from "../mqtt/server";
import type { Transport } from "../mqtt/service";
import type { WebSocketPeer, WebSocketSession } from "./service";

/** Subprotocols that carry MQTT: 3.1.1, and 3.1 as older libraries name it. */
const protocols: readonly string[] = ["mqtt", "mqttv3.1"];

/** The first protocol offered that carries MQTT [MQTT-6.0.0-3]. */
export function mqttProtocol(offered: readonly string[]): string | undefined {
  return offered.find((name) => protocols.includes(name));
}

/** Status of RFC 6455 for a kind of data that is not accepted. */
const unacceptable = 1003;

export function serveMqtt(server: MqttServer, peer: WebSocketPeer): WebSocketSession {
  const transport: Transport = {
    send: (bytes) => peer.send(bytes),
    unread: () => peer.unread(),
    pause: () => peer.pause(),
    resume: () => peer.resume(),
    close: () => peer.close(),
    abort: () => peer.abort(),
  };
  const connection = server.accept(transport);
  return {
    message: (data, isText) => {
      if (!isText) return connection?.receive(data);
      peer.close(unacceptable);
      connection?.drop("text message [MQTT-6.0.0-1]");
    },
    drained: () => connection?.drained(),
    closed: () => connection?.ended(),
  };
}
