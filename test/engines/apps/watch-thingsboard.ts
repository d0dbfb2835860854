/** Watches alarms, and what devices of one name measure. */
import { defineWatcher, watch } from "motet";
import { alarmCount, allDevices, devicesNamed, latest } from "motet/watch/thingsboard";

export default defineWatcher((host) => {
  watch(host, { of: alarmCount({ status: ["ACTIVE"] }, allDevices()), type: "number" }, (count) => host.ports.log.record("heard", 0, `alarms ${count}`));
  watch(host, { of: latest(devicesNamed("boi"), "temperature"), type: "number", decimals: 1 }, (value) => host.ports.log.record("heard", 0, `temperature ${value}`));
});
