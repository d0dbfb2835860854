/** What hangs on a wall: the temperature of a device that is only watched. */
import { defineWatcher, watch } from "motet";
import { devicesNamed, latest } from "motet/watch/thingsboard";

export default defineWatcher((host) => {
  watch(host, { of: latest(devicesNamed("watched"), "temperature"), type: "number", decimals: 1 }, () => undefined);
});
