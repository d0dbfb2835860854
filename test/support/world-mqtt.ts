/** A local cloud's MQTT server on the virtual world's network, with somebody between who sees all bytes and may lose them. */
import type { MqttServer } from "../../sim/cloud/mqtt/server";
import { MQTT_PORT } from "../../sim/lab/cloud";
import type { World } from "../../sim/world/world";

/** What stands between: bytes as binary text; false loses them without a word. */
export interface Between {
  towardsDevice(bytes: string): boolean;
  towardsCloud(bytes: string): boolean;
  /** A connection was accepted. */
  accepted(): void;
}

/** Listens at the usual port; the answer stops that. */
export function listenInWorld(world: World, server: MqttServer, between: Between): () => void {
  const listening = world.listenTcp(MQTT_PORT, (stream) => {
    const connection = server.accept({
      send: (bytes) => {
        const text = bytes.toString("latin1");
        if (between.towardsDevice(text)) stream.send(text);
      },
      unread: () => stream.unread(),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
      close: () => stream.close(),
      abort: () => stream.abort(),
    });
    between.accepted();
    return connection && {
      onBytes: (bytes) => {
        if (between.towardsCloud(bytes)) connection.receive(Buffer.from(bytes, "latin1"));
      },
      onDrained: () => connection.drained(),
      onEnded: () => connection.ended(),
    };
  });
  return () => listening.close();
}
