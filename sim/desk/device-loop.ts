/**
 * A device at a desk: its machine is opened and the program booted, again after every restart, until it is stopped. Chips and
 * pins outlive a boot, as they do on a board.
 */
import { ResetReason } from "../../hal/ports/system";
import { openDevice } from "../device/device";
import type { Device, DeviceOptions } from "../device/device";

/** What the loop asks of whatever runs a compiled app. */
export interface Bootable {
  /** Begins a boot on the machine: a fault, or the running device, which is stopped when its machine's boot has ended. */
  boot(ports: Device): number | { stop(): void };
}

export interface DeviceLoop {
  /** The machine of the present boot. */
  device(): Device;
  /** Switches the machine off, as pulling its plug would. Idempotent. */
  stop(): void;
}

/** Time between a restart and the next boot; a board takes longer. */
const BOOT_MS = 100;

/**
 * Runs the program until `stop`; `options` are asked anew at each boot. `prepare` is called with each opened machine before it boots; an answer other than 0 keeps
 * it from booting. `failed` hears what the program threw or a fault that keeps it from booting; a program that throws once it has
 * booted boots again, as on a board.
 */
export function runDevice(program: Bootable, options: () => DeviceOptions, prepare: (device: Device) => number, failed: (problem: unknown) => void): DeviceLoop {
  let stopped = false;
  let device: Device;
  let running: { stop(): void } | undefined;
  let again: NodeJS.Timeout | undefined;
  const start = (resetReason: ResetReason, before: Device | undefined): void => {
    const kept = before === undefined ? {} : { pins: before.pins, buses: before.buses };
    device = openDevice({ ...options(), ...kept, resetReason, onReset: (reason) => restart(reason), onCrash: failed });
    try {
      const code = prepare(device);
      const booted = code === 0 ? program.boot(device) : code;
      if (typeof booted === "number") failed(booted);
      else running = booted;
    } catch (problem) {
      failed(problem);
    }
  };
  const restart = (reason: ResetReason): void => {
    running?.stop();
    running = undefined;
    if (stopped) return;
    again = setTimeout(() => {
      if (stopped) return;
      try {
        start(reason, device);
      } catch (problem) {
        // The machine cannot be opened; at the first boot whoever called is told.
        failed(problem);
      }
    }, BOOT_MS);
  };
  start(ResetReason.powerOn, undefined);
  return {
    device: () => device,
    stop: () => {
      if (stopped) return;
      stopped = true;
      clearTimeout(again);
      running?.stop();
      device.close();
    },
  };
}
