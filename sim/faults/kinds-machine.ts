/** What goes wrong in a device itself: its power, its flash, its clock. */
import type { LabDevice } from "../lab/device";
import { byteOutcomes, eraseOutcomes } from "../world/flash";
import type { Random } from "../world/random";
import type { FaultKind } from "./fault";

/** Blocks of the log that never wear out: with one alone, a power cut between its erasing and its filling takes all that was in it (docs/SPEC-store.md 4.5). */
const WORKING_LEAST = 2;

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!;
}

/** Ends a fault of the power: whatever it came to, the device runs again, and a cut that was not reached is called off. */
function backOn({ machine }: LabDevice): () => void {
  return () => {
    machine.flash.callOff();
    machine.powerOn();
  };
}

export const machineKinds: readonly FaultKind[] = [
  {
    name: "power-cut",
    says: "the power fails",
    befalls: "device",
    settings: {},
    begin: (_stage, device) => {
      device!.machine.powerCut();
      return backOn(device!);
    },
  },
  {
    name: "power-cut-in-write",
    says: "the power fails while a byte of flash is programmed",
    befalls: "device",
    settings: { within: { unit: "bytes", least: 1, most: 65536, usual: 60 } },
    begin: (_stage, device, { within }, random) => {
      device!.machine.flash.cutInProgram(random.below(within!), pick(random, byteOutcomes));
      return backOn(device!);
    },
  },
  {
    name: "power-cut-in-erase",
    says: "the power fails while a block of flash is erased",
    befalls: "device",
    settings: { within: { unit: "count", least: 1, most: 1000, usual: 1 } },
    begin: (_stage, device, { within }, random) => {
      device!.machine.flash.cutInErase(random.below(within!), pick(random, eraseOutcomes));
      return backOn(device!);
    },
  },
  {
    name: "flash-write-fails",
    says: "a write to flash fails and leaves part of its bytes",
    befalls: "device",
    settings: { within: { unit: "count", least: 1, most: 1000, usual: 5 } },
    begin: (_stage, device, { within }, random) => {
      device!.machine.flash.failWrite(random.below(within!), random.below(20));
      return () => device!.machine.flash.callOff();
    },
  },
  {
    name: "flash-erase-fails",
    says: "an erase of flash fails and leaves the block in any state",
    befalls: "device",
    settings: { within: { unit: "count", least: 1, most: 1000, usual: 1 } },
    begin: (_stage, device, { within }, random) => {
      device!.machine.flash.failErase(random.below(within!), pick(random, eraseOutcomes));
      return () => device!.machine.flash.callOff();
    },
  },
  {
    name: "worn-block",
    says: "a block of the log takes no more writes, for good; two stay whole",
    befalls: "device",
    settings: {},
    begin: (_stage, device, _settings, random) => {
      const { flash } = device!.machine;
      const area = flash.port.open("log");
      const block = random.below(area?.blocks ?? 1);
      if (area !== undefined && area.blocks - flash.wornBlocks("log") > WORKING_LEAST) flash.wearOut("log", block);
      return undefined;
    },
  },
  {
    name: "bit-flip",
    says: "a bit of the log changes by itself",
    befalls: "device",
    settings: {},
    begin: (_stage, device, _settings, random) => {
      const area = device!.machine.flash.port.open("log");
      if (area !== undefined) device!.machine.flash.flip("log", random.below(area.blocks * area.blockBytes), random.below(8));
      return undefined;
    },
  },
  {
    name: "clock-jump",
    says: "the device's clock jumps, forwards or backwards",
    befalls: "device",
    settings: { by: { unit: "ms", least: 1, most: 2147483647, usual: 3600000 } },
    begin: (_stage, device, { by }, random) => {
      device!.machine.jumpEpoch(random.between(-by!, by!));
      return undefined;
    },
  },
];
