/** Watches a resource of all things, and one of a thing whose token was provisioned. */
import { defineWatcher, watch } from "motet";
import { ofThing, resource } from "motet/watch/thethings";

export default defineWatcher((host) => {
  watch(host, { of: resource("temperature"), type: "number", decimals: 1 }, (value) => host.ports.log.record("heard", 0, `temperature ${value}`));
  watch(host, { of: ofThing("door"), type: "string" }, (value) => host.ports.log.record("heard", 0, `door ${value}`));
});
