/** The contract of hal/ports/system.ts. */
import { Fault } from "../ports/fault";
import { ResetReason } from "../ports/system";
import type { MakeHarness } from "./harness";
import { contract } from "./suite";

export function systemContract(adapter: string, make: MakeHarness): void {
  contract("system", adapter, make, (it) => {
    it("tells who it is, why it booted and what memory it has", ({ ports: { system } }) => {
      expect(system.resetReason()).toBe(ResetReason.powerOn);
      expect(system.uniqueId()).toMatch(/^[0-9a-z]{4,32}$/);
      expect(system.uniqueId()).toBe(system.uniqueId());
      const free = system.memoryFree();
      expect(Number.isInteger(free) && free > 0 && free <= 2147483647).toBe(true);
    });

    it("a restart ends the boot: no callback comes, and flash is left alone", async ({ ports, boots, until, settle }) => {
      const ran: string[] = [];
      const area = ports.flash.open("records")!;
      ports.clock.after(0, () => {
        ports.clock.after(0, () => ran.push("same moment"));
        ports.system.restart();
        ran.push("still on the stack");
        expect(ports.flash.write(area, 0, "x")).toBe(Fault.hardware);
        ports.clock.after(0, () => ran.push("afterwards"));
        ports.system.restart();
      });
      ports.clock.every(1, () => ran.push("tick"));
      await until(() => boots.length > 1);
      const count = ran.length;
      await settle();
      expect(boots).toEqual([ResetReason.powerOn, ResetReason.software]);
      expect(ran).toHaveLength(count);
      expect(ran).not.toContain("same moment");
      expect(ran).not.toContain("afterwards");
    });

    it("deep sleep ends the boot and wakes into another", async ({ ports, boots, deepSleep, until }) => {
      const ran: string[] = [];
      for (const ms of [-1, 0.5, 2147483648]) {
        expect(ports.system.deepSleep(ms)).toBe(deepSleep ? Fault.invalid : Fault.unsupported);
      }
      ports.clock.after(1, () => ran.push("asleep"));
      expect(ports.system.deepSleep(20)).toBe(deepSleep ? 0 : Fault.unsupported);
      if (!deepSleep) return;
      await until(() => boots.length > 1);
      expect(boots).toEqual([ResetReason.powerOn, ResetReason.deepSleep]);
      expect(ran).toEqual([]);
    });

    it("the watchdog bites when it is not fed, and not while it is", async ({ ports, boots, watchdog, until }) => {
      for (const ms of [0, -1, 0.5, 2147483648]) {
        expect(ports.system.watchdogStart(ms)).toBe(watchdog ? Fault.invalid : Fault.unsupported);
      }
      ports.system.watchdogFeed();
      expect(ports.system.watchdogStart(100)).toBe(watchdog ? 0 : Fault.unsupported);
      if (!watchdog) return;
      let fed = 0;
      const feeding = ports.clock.every(10, () => {
        fed += 1;
        ports.system.watchdogFeed();
        if (fed === 20) ports.clock.cancel(feeding);
      });
      await until(() => boots.length > 1);
      expect(fed).toBe(20);
      expect(boots).toEqual([ResetReason.powerOn, ResetReason.watchdog]);
    });
  });
}
