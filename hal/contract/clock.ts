/** The contract of hal/ports/clock.ts. */
import { addMs, elapsed } from "../../firmware/base/time";
import type { MakeHarness } from "./harness";
import { contract } from "./suite";

const MS_MAX = 2147483647;

export function clockContract(adapter: string, make: MakeHarness): void {
  contract("clock", adapter, make, (it) => {
    it("uptime is an integer in range and does not go back", async ({ ports: { clock }, until }) => {
      const first = clock.uptime();
      expect(Number.isInteger(first) && first >= 0 && first <= MS_MAX).toBe(true);
      await until(() => elapsed(clock.uptime(), first) > 0 || (clock.after(1, () => undefined), false));
      expect(elapsed(clock.uptime(), first)).toBeLessThan(60000);
    });

    it("a timer runs once, never early, on a later turn", async ({ ports: { clock }, until, settle }) => {
      const start = clock.uptime();
      const ran: number[] = [];
      expect(clock.after(20, () => ran.push(elapsed(clock.uptime(), start)))).toBeGreaterThan(0);
      expect(clock.after(0, () => ran.push(-1))).toBeGreaterThan(0);
      expect(ran).toEqual([]);
      await until(() => ran.length === 2);
      await settle();
      expect(ran[0]).toBe(-1);
      expect(ran[1]).toBeGreaterThanOrEqual(20);
      expect(ran).toHaveLength(2);
    });

    it("timers of one moment run in the order in which they were started", async ({ ports: { clock }, until }) => {
      const ran: string[] = [];
      const start = clock.uptime();
      clock.after(10, () => ran.push("c"));
      clock.after(5, () => ran.push("a"));
      clock.after(5, () => ran.push("b"));
      const took = elapsed(clock.uptime(), start);
      await until(() => ran.length === 3);
      // Where starting them took so long, the one of 10 ms was due before those of 5.
      expect(ran.join("")).toMatch(took < 5 ? /^abc$/ : /^c?ac?bc?$/);
    });

    it("a repeating timer keeps its beat and stops from within", async ({ ports: { clock }, until, settle }) => {
      const start = clock.uptime();
      const ran: number[] = [];
      const timer = clock.every(10, () => {
        ran.push(elapsed(clock.uptime(), start));
        if (ran.length === 3) clock.cancel(timer);
      });
      await until(() => ran.length === 3);
      await settle();
      expect(ran).toHaveLength(3);
      ran.forEach((at, i) => expect(at).toBeGreaterThanOrEqual(10 * (i + 1)));
    });

    it("a cancelled timer does not run; cancelling again, or nothing, is harmless", async ({ ports: { clock }, until, settle }) => {
      const ran: string[] = [];
      const one = clock.after(1, () => ran.push("cancelled"));
      const many = clock.every(1, () => ran.push("cancelled"));
      clock.after(5, () => ran.push("kept"));
      for (const timer of [one, one, many, many, 0, 999999]) clock.cancel(timer);
      await until(() => ran.length > 0);
      await settle();
      expect(ran).toEqual(["kept"]);
    });

    it("a timer may be cancelled by another of the same moment", async ({ ports: { clock }, until, settle }) => {
      const ran: string[] = [];
      clock.after(2, () => {
        ran.push("first");
        clock.cancel(second);
      });
      const second = clock.after(2, () => ran.push("second"));
      await until(() => ran.length > 0);
      await settle();
      expect(ran).toEqual(["first"]);
    });

    it("spans out of range start nothing", async ({ ports: { clock }, settle }) => {
      const ran: number[] = [];
      for (const ms of [-1, 0.5, NaN, MS_MAX + 1]) expect(clock.after(ms, () => ran.push(ms))).toBe(0);
      for (const ms of [-1, 0, 1.5, NaN, MS_MAX + 1]) expect(clock.every(ms, () => ran.push(ms))).toBe(0);
      const longest = clock.after(MS_MAX, () => ran.push(MS_MAX));
      expect(longest).toBeGreaterThan(0);
      await settle();
      expect(ran).toEqual([]);
      clock.cancel(longest);
    });

    it("world time is unknown until it is set, and then runs on with uptime", async ({ ports: { clock }, until }) => {
      expect(clock.epoch()).toBeUndefined();
      const set = { sec: 1760000000, ms: 990 };
      // Uptime is read on both sides of each look at world time: a busy machine may stop between any two lines.
      const beforeSet = clock.uptime();
      clock.setEpoch(set);
      const afterSet = clock.uptime();
      let later = false;
      clock.after(15, () => (later = true));
      await until(() => later);
      const beforeLook = clock.uptime();
      const now = clock.epoch()!;
      const afterLook = clock.uptime();
      const behind = addMs(set, elapsed(beforeLook, afterSet) - 2);
      const ahead = addMs(set, elapsed(afterLook, beforeSet) + 2);
      const ms = (time: { sec: number; ms: number }): number => (time.sec - set.sec) * 1000 + time.ms;
      expect(ms(now)).toBeGreaterThanOrEqual(ms(behind));
      expect(ms(now)).toBeLessThanOrEqual(ms(ahead));
      expect(now.ms).toBeLessThan(1000);
    });

    it("world time can be set back; timers and uptime do not care", async ({ ports: { clock }, until }) => {
      const start = clock.uptime();
      let ran = false;
      clock.setEpoch({ sec: 1760000000, ms: 0 });
      clock.after(5, () => (ran = true));
      clock.setEpoch({ sec: 1000, ms: 0 });
      expect(clock.epoch()!.sec).toBe(1000);
      await until(() => ran);
      expect(elapsed(clock.uptime(), start)).toBeGreaterThanOrEqual(5);
    });
  });
}
