/** Watches a field of every action. */
import { defineWatcher, watch } from "motet";
import { action } from "motet/watch/evrythng";

export default defineWatcher((host) => {
  watch(host, { of: action("", "all", "level"), type: "number", decimals: 1 }, (value) => host.ports.log.record("heard", 0, `level ${value}`));
});
