/** The scenario's steps on the machine itself: clock, random, checksum, flash, buses, pins. */
import { chr } from "../../../firmware/base/intrinsics";
import { DigitalMode } from "../../../hal/ports/digital";
import type { Part } from "./scenario";
import { ofStep } from "./scenario-place";
import type { Place } from "./scenario-place";
import type { TracedPorts } from "./trace-line";

/** How many steps there are here. */
export const MACHINE_STEPS = 6;

function clock(ports: TracedPorts): void {
  ports.clock.uptime();
  ports.clock.epoch();
  ports.clock.setEpoch({ sec: 1700000000, ms: 500 });
  ports.clock.epoch();
  for (const ms of [0, 0, 1, 250, 2000]) ports.clock.after(ms, () => {});
  const cancelled = ports.clock.after(100, () => ports.log.record("wrong", 0, ""));
  ports.clock.cancel(cancelled);
  ports.clock.cancel(cancelled);
  ports.clock.cancel(0);
  for (const ms of [0 - 1, 2147483647]) ports.clock.cancel(ports.clock.after(ms, () => {}));
  let left = 4;
  const ticks = ports.clock.every(500, () => {
    left -= 1;
    ports.clock.uptime();
    if (left === 0) ports.clock.cancel(ticks);
  });
  ports.clock.cancel(ports.clock.every(0, () => {}));
}

function identity(ports: TracedPorts): void {
  ports.system.uniqueId();
  ports.system.memoryFree();
  for (const count of [1, 16, 64]) ports.random.bytes(count);
  for (const bytes of ["", "123456789", chr(0) + chr(255) + chr(128)]) ports.checksum.crc32(bytes);
  ports.log.record("text", 2147483647, "caf" + chr(195) + chr(169) + " \"q\" \\");
  ports.log.record("negative", 0 - 5, "");
}

/** Writes, refusals (twice, across a block, outside), erasing; the block that was worn out from outside fails. */
function flash(ports: TracedPorts): void {
  const port = ports.flash;
  port.open("nowhere");
  const area = port.open("log");
  if (area === undefined) return;
  const size = area.blockBytes;
  port.eraseBlock(area, 1);
  port.read(area, size, 40);
  port.write(area, size, "header");
  port.write(area, size + 6, chr(255) + chr(0) + "rest" + chr(128));
  port.write(area, size + 6, "again");
  port.read(area, size, 20);
  port.write(area, 2 * size - 2, "across");
  port.write(area, area.blocks * size, "outside");
  port.read(area, 2 * size - 4, 8);
  port.eraseBlock(area, 1);
  port.read(area, size, 8);
  port.eraseBlock(area, area.blocks);
  // Worn out from outside.
  port.eraseBlock(area, 2);
  port.write(area, 2 * size, "x");
}

function i2c(ports: TracedPorts, place: Place): void {
  const port = ports.i2c;
  const chip = port.open({ bus: place.bus, address: place.chip, hz: 100000 });
  port.open({ bus: "nowhere", address: place.chip, hz: 100000 });
  port.open({ bus: place.bus, address: 3, hz: 100000 });
  port.writeRead(chip, chr(208), 1);
  port.write(chip, chr(242) + chr(1));
  port.writeRead(chip, chr(242), 1);
  port.writeRead(chip, chr(136), 24);
  port.write(chip, "");
  const absent = port.open({ bus: place.bus, address: place.absentChip, hz: 100000 });
  port.write(absent, chr(0));
  port.writeRead(absent, chr(0), 2);
  port.close(absent);
  port.close(absent);
  port.write(absent, chr(0));
  port.close(chip);
  port.writeRead(chip, chr(208), 1);
}

/** While somebody holds the data line down from outside. */
function stuck(ports: TracedPorts, place: Place): void {
  const chip = ports.i2c.open({ bus: place.bus, address: place.chip, hz: 400000 });
  ports.i2c.write(chip, chr(242) + chr(1));
  ports.i2c.writeRead(chip, chr(208), 1);
  ports.clock.after(ofStep(place, 20), () => {
    ports.i2c.writeRead(chip, chr(208), 1);
    ports.i2c.close(chip);
  });
}

/** The input's level is changed from outside three times before half of the step is over. */
function pins(ports: TracedPorts, place: Place): void {
  const digital = ports.digital;
  digital.open({ pin: "nowhere", mode: DigitalMode.input, initialValue: 0, onReadable: undefined });
  const output = digital.open({ pin: place.output, mode: DigitalMode.output, initialValue: 1, onReadable: undefined });
  digital.open({ pin: place.output, mode: DigitalMode.output, initialValue: 0, onReadable: undefined });
  for (const level of [0, 1, 2]) digital.write(output, level);
  digital.read(output);
  digital.close(output);
  digital.write(output, 0);
  const input = digital.open({ pin: place.input, mode: DigitalMode.inputPullUp, initialValue: 0, onReadable: () => {} });
  digital.read(input);
  digital.write(input, 1);
  const analog = ports.analog.open({ pin: place.analog });
  ports.analog.open({ pin: "nowhere" });
  ports.clock.after(ofStep(place, 20), () => {
    digital.read(input);
    digital.close(input);
    digital.close(input);
    ports.analog.read(analog);
    ports.analog.close(analog);
    ports.analog.read(analog);
  });
  ports.log.record("resolution", ports.analog.resolution > 7 ? 1 : 0, "");
}

export function machineStep(ports: TracedPorts, place: Place, number: number): void {
  if (number === 0) clock(ports);
  else if (number === 1) identity(ports);
  else if (number === 2) flash(ports);
  else if (number === 3) i2c(ports, place);
  else if (number === 4) stuck(ports, place);
  else pins(ports, place);
}

export const machineScenario: Part = { steps: MACHINE_STEPS, run: machineStep };
