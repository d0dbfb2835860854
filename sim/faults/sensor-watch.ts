/**
 * Watches what a device's driver makes of a sensor that fails: no sample that the sensor did not feel, and a good one as soon as nothing
 * is wrong. It hears the app, and looks at the sensor itself; it changes neither.
 */
import type { Bme280Sample } from "../../firmware/drivers/bme280";
import type { Climate } from "../world/bme280";
import type { PromiseId } from "./promises";

/** How far a sample may be from what was felt when it was taken: the chip's steps, the driver's rounding, and its own duration. */
const OFF_MAX: Climate = { temperature: 0.05, pressure: 5, humidity: 0.1 };

/** The sensor, as far as it is looked at. */
export interface WatchedSensor {
  readonly failing: readonly string[];
  readonly switched: number;
  felt(): Climate;
}

export interface SensorWatchOptions {
  readonly sensor: () => WatchedSensor;
  readonly broken: (promise: PromiseId, says: string) => void;
}

export class SensorWatch {
  /** Faults that were switched when the sample under way began, and whether it began without any; undefined: none is under way. */
  private underway: { readonly switched: number; readonly isSound: boolean } | undefined;
  /** Samples that were good, and that were none. */
  good = 0;
  failed = 0;

  constructor(private readonly options: SensorWatchOptions) {}

  /** A boot has begun: what was under way will never end. */
  booted(): void {
    this.underway = undefined;
  }

  /** The app asks for a sample. */
  asked(): void {
    const { switched, failing } = this.options.sensor();
    this.underway = { switched, isSound: failing.length === 0 };
  }

  /** The driver refused to begin. */
  refused(code: number): void {
    this.options.broken("S11", `a sample was refused with ${code}: the one before has not ended`);
  }

  /** The driver answers the app. */
  sampled(fault: number, sample: Bme280Sample): void {
    const { sensor, broken } = this.options;
    const { switched, felt } = { switched: sensor().switched, felt: sensor().felt() };
    const isSound = this.underway?.isSound === true && this.underway.switched === switched;
    this.underway = undefined;
    if (fault !== 0) {
      this.failed += 1;
      if (isSound) broken("S11", `the sensor is well, and the driver says fault ${fault}`);
      return;
    }
    this.good += 1;
    for (const quantity of ["temperature", "pressure", "humidity"] as const) {
      const off = Math.abs(sample[quantity] - felt[quantity]);
      if (!(off <= OFF_MAX[quantity])) broken("S12", `${quantity} was read as ${sample[quantity]}, and the sensor felt ${felt[quantity].toFixed(2)}`);
    }
  }
}
