/**
 * The MQTT server of the local clouds: MQTT 3.1 and 3.1.1, QoS 0 and 1, wills, keep-alive, takeover.
 *
 * It takes bytes: `accept` a transport, then feed the connection it gives. It owns no socket and no clock, so that it
 * runs on real sockets (listen.ts) and in the virtual world alike. It routes nothing: a platform's `MqttService` decides
 * what each packet means. QoS 2 is not offered (a SUBSCRIBE is granted 1, a PUBLISH closes), nothing is retained, and no
 * session outlives its connection, as on the platforms that are emulated.
 */
import type { Host } from "../host";
import { MqttConnection } from "./connection";
import type { Holder } from "./connection";
import { mqttLimits } from "./limits";
import type { MqttLimits } from "./limits";
import { Reader } from "./reader";
import type { MqttService, Transport } from "./service";
import { inTurn, newTurn } from "./turn";

export interface MqttServer {
  readonly limits: MqttLimits;
  /** Takes a new client, or undefined when the server is full: the transport is then closed already. */
  accept(transport: Transport): MqttConnection | undefined;
  /** Connections at this moment. */
  connections(): number;
  /** Ends every connection as if the server had died: wills have been published when it returns. */
  close(): void;
}

export function createMqttServer(host: Host, service: MqttService, limits: Partial<MqttLimits> = {}): MqttServer {
  const connections = new Set<MqttConnection>();
  const named = new Map<string, MqttConnection>();
  let accepted = 0;
  const holder: Holder = {
    host,
    limits: { ...mqttLimits, ...limits },
    turn: newTurn(host),
    reader: new Reader(),
    service,
    began(connection, { name }) {
      if (name === undefined) return;
      named.get(name)?.drop("taken over [MQTT-3.1.4-2]");
      named.set(name, connection);
    },
    ended(connection, session) {
      connections.delete(connection);
      const name = session?.name;
      if (name !== undefined && named.get(name) === connection) named.delete(name);
    },
  };
  return {
    limits: holder.limits,
    accept(transport) {
      if (connections.size >= holder.limits.connectionsMax) {
        host.log({ event: "mqtt-full" });
        transport.abort();
        return undefined;
      }
      accepted += 1;
      const connection = new MqttConnection(holder, transport, accepted);
      connections.add(connection);
      return connection;
    },
    connections: () => connections.size,
    close() {
      // With those whose ends wait for a turn: whoever closes the server may close what keeps their wills next.
      inTurn(holder.turn, () => {
        for (const connection of [...connections]) connection.drop("server closes");
      });
    },
  };
}
