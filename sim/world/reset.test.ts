/** Why a machine of the world boots, and what its program hears of it. */
import { Fault } from "../../hal/ports/fault";
import type { Ports } from "../../hal/ports/index";
import { ResetReason } from "../../hal/ports/system";
import { createWorld } from "./world";

function bench(main: (ports: Ports, boot: number) => void) {
  const world = createWorld({ seed: 4 });
  const heard: ResetReason[] = [];
  const machine = world.createDevice({
    main: (ports) => {
      heard.push(ports.system.resetReason());
      main(ports, heard.length);
    },
  });
  return { world, machine, heard };
}

test("power, restart, sleep and watchdog: each boot knows its reason", () => {
  const { world, machine, heard } = bench(({ system }, boot) => {
    if (boot === 1) system.restart();
    else if (boot === 2) system.deepSleep(60000);
    else if (boot === 3) system.watchdogStart(5000);
  });
  world.run(59000);
  expect(heard).toEqual([ResetReason.powerOn, ResetReason.software]);
  world.run(30000);
  machine.powerCut();
  machine.powerOn();
  world.run(1000);
  expect(heard).toEqual([ResetReason.powerOn, ResetReason.software, ResetReason.deepSleep, ResetReason.watchdog, ResetReason.powerOn]);
  expect(machine.boots).toEqual(heard);
});

test.each([ResetReason.crash, ResetReason.brownOut, ResetReason.unknown])("a reset of the chip, reason %i: the boot ends there and the next begins", (reason) => {
  const ran: string[] = [];
  const { world, machine, heard } = bench(({ clock }, boot) => void clock.after(1000, () => ran.push(`boot ${boot}`)));
  world.run(500);
  const { flash } = machine.ports;
  machine.reset(reason);
  expect(machine.on).toBe(false);
  expect(flash.write(flash.open("log")!, 0, "x")).toBe(Fault.hardware);
  machine.reset(ResetReason.software);
  world.run(2000);
  expect(heard).toEqual([ResetReason.powerOn, reason]);
  expect(ran).toEqual(["boot 2"]);
});

test("a sleeper that loses its power wakes to the power, not to its alarm", () => {
  const { world, machine, heard } = bench(({ system }, boot) => void (boot === 1 && system.deepSleep(60000)));
  world.run(1000);
  machine.powerCut();
  world.run(100000);
  expect(heard).toHaveLength(1);
  machine.powerOn();
  world.run(100000);
  expect(heard).toEqual([ResetReason.powerOn, ResetReason.powerOn]);
});
