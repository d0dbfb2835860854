/**
 * A lamp on a relay that is on while something is wrong: it watches how many alarms of ThingsBoard are not cleared, and has no
 * reading of its own.
 */
import { DigitalMode, defineWatcher, watch } from "motet";
import { alarmCount } from "motet/watch/thingsboard";

export default defineWatcher((host) => {
  const lamp = host.board.digital.open({ pin: "relay", mode: DigitalMode.output, initialValue: 0, onReadable: undefined });

  watch(host, { of: alarmCount({ status: ["ACTIVE"] }), type: "number" }, (count) => {
    host.board.digital.write(lamp, count > 0 ? 1 : 0);
  });
});
