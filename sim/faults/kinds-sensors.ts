/** What goes wrong with a device's sensors, and on the way from them. */
import { tolerance } from "../world/sensors";
import type { SensorFault } from "../world/sensors";
import type { FaultKind } from "./fault";

/** A kind that holds for a while and is one failure of the sensor. */
function failure(name: string, says: string, fault: SensorFault): FaultKind {
  return {
    name,
    says,
    befalls: "device",
    settings: {},
    begin: (_stage, device) => {
      const { sensors } = device!.machine;
      sensors.fail(fault, true);
      return () => sensors.fail(fault, false);
    },
  };
}

export const sensorKinds: readonly FaultKind[] = [
  failure("sensor-silent", "the sensor does not acknowledge its address", "nack"),
  failure("sensor-bus-stuck", "clock or data of the sensor's bus is held low", "stuck"),
  failure("sensor-hangs", "a measurement of the sensor does not end", "never-ready"),
  failure("sensor-floats", "every byte of the sensor is read as ones", "all-ones"),
  {
    name: "sensor-damage",
    says: "answers of the sensor arrive with flipped bits",
    befalls: "device",
    settings: { rate: { unit: "share", least: 0, most: 1, usual: 0.3 } },
    begin: (_stage, device, { rate }, random) => {
      const { sensors } = device!.machine;
      sensors.damage(rate!, `${random.next()}`);
      return () => sensors.damage(0, "");
    },
  },
  {
    name: "sensor-drift",
    says: "the sensor moves away from the truth, this share of its tolerance each hour, and no further than all of it",
    befalls: "device",
    settings: { rate: { unit: "share", least: 0, most: 1, usual: 0.5 } },
    begin: (_stage, device, { rate }, random) => {
      const { sensors } = device!.machine;
      const off = (most: number): number => most * rate! * (random.chance(0.5) ? 1 : -1);
      sensors.drift({ temperature: off(tolerance.temperature), pressure: off(tolerance.pressure), humidity: off(tolerance.humidity) }, tolerance);
      return () => sensors.drift(undefined);
    },
  },
];
