/** The link over MQTT whose packets travel in TCP, plain or under TLS, as they are. */
import type { MqttProfile } from "../platform/profile";
import type { LinkDriver } from "./link";
import { mqttDriver } from "./link-mqtt-driver";

/** The driver of a build that speaks MQTT to the profile's platform. */
export function mqttLink(profile: MqttProfile): LinkDriver {
  return mqttDriver(profile, {
    transport: "mqtt",
    framed: false,
    open: () => {},
    begin: () => {},
    send: () => {},
    received: () => {},
    leave: () => {},
    ended: () => {},
  });
}
