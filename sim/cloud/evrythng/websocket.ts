/**
 * EVRYTHNG on WebSockets: MQTT on /mqtt, and native sockets, one topic each (sections 1, 6.5, 7).
 *
 * A native socket that may not be is refused on its handshake [EV-65]; what is wrong later is passed over.
 */
import { mqttProtocol, serveMqtt } from "../websocket/mqtt";
import type { MqttServer } from "../mqtt/server";
import type { Accepted, Handshake, WebSocketPeer, WebSocketService, WebSocketSession } from "../websocket/service";
import { parseAddress } from "./resource";
import type { Address } from "./resource";
import { publish, sendCurrent } from "./topics";
import type { Broker } from "./topics";
import type { Access } from "./types";

export function evrythngWebSockets(broker: Broker, mqtt: MqttServer): WebSocketService {
  return (handshake) => {
    if (handshake.path === "/mqtt" || handshake.path === "/mqtt/") {
      const protocol = mqttProtocol(handshake.protocols);
      return protocol === undefined ? 400 : { protocol, open: (peer) => serveMqtt(mqtt, peer) };
    }
    return native(broker, handshake) ?? 403;
  };
}

/** Undefined: no key, no permission, no such thing, no such topic. */
function native(broker: Broker, handshake: Handshake): Accepted | undefined {
  const resource = parseAddress(handshake.path)?.resource;
  const key = handshake.headers.authorization ?? handshake.query.get("access_token");
  const access = key === null ? undefined : broker.model.authenticate(key);
  if (resource === undefined || access === undefined) return undefined;
  // From here on it is the key of the handshake that counts, as it was then [EV-7].
  const query = new URLSearchParams(handshake.query);
  query.delete("access_token");
  const address = { resource, query };
  // Heard only once the socket is open: a handshake may still fail.
  const trial = broker.model.listen(access, address, () => undefined);
  if (!trial.ok) return undefined;
  trial.stop();
  const [protocol] = handshake.protocols;
  return { ...(protocol === undefined ? {} : { protocol }), open: (peer) => serve(broker, peer, address, access) };
}

function serve(broker: Broker, peer: WebSocketPeer, address: Address, access: Access): WebSocketSession {
  const listening = broker.model.listen(access, address, (text) => peer.send(text));
  if (!listening.ok) peer.close();
  const stopFirst = sendCurrent(broker, address, access, (text) => peer.send(text));
  return {
    message: (data) => void publish(broker, address, access, data, {}),
    closed: () => {
      stopFirst();
      if (listening.ok) listening.stop();
    },
  };
}
