/** The cloud of a world holds what is connected, and nothing else. */
import { SERVER_ADDRESS } from "../world/network";
import { createWorld } from "../world/world";
import { createLabCloud } from "./cloud";
import { createLabDevice, settingsFor } from "./device";
import { thethings } from "./platforms/thethings";
import { programOf } from "./program";

const SITE = { ssid: "site", password: "password of the site" } as const;

test.each(["mqtt", "coap"] as const)("over %s a connection that the cloud has ended is not kept", (transport) => {
  const world = createWorld({ seed: 4, accessPoints: [SITE] });
  world.network.names.set("cloud.example", SERVER_ADDRESS);
  const cloud = createLabCloud(world, thethings, { activationCodes: ["code"] });
  const events: string[] = [];
  createLabDevice(world, {
    program: programOf(() => undefined, { platform: "thethings", transport }, "idle"),
    provision: settingsFor({ host: "cloud.example", ...SITE, code: "code" }),
    onSaid: (event) => events.push(event),
  });
  // Over MQTT the activation has a connection of its own, which the broker closes when the device has said goodbye.
  expect(world.runUntil(() => events.includes("connected"), 60000)).toBe(true);
  world.run(10000);
  expect(cloud.reached).toBe(1);
  cloud.stop();
  expect(cloud.reached).toBe(0);
});
