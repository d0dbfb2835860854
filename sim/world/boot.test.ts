/** A boot's end, and the clock on a timeline that is late, as a busy machine's is. */
import { Boot } from "./boot";
import { VirtualClock } from "./clock";
import { Clock } from "./clock-port";
import { EventQueue } from "./queue";
import type { Timeline } from "./timeline";

test("nothing that a boot scheduled or was called back with runs after its end; what it holds is released once", () => {
  const clock = new VirtualClock();
  const boot = new Boot(clock);
  const ran: string[] = [];
  boot.schedule(5, () => ran.push("before"));
  boot.schedule(5, () => boot.end());
  boot.schedule(5, () => ran.push("after"));
  boot.later(() => ran.push("first"));
  boot.onEnd({ release: () => void ran.push("released") });
  clock.run(10);
  boot.enter(() => ran.push("entered"));
  boot.later(() => ran.push("later"));
  boot.end();
  boot.onEnd({ release: () => void ran.push("released at once") });
  clock.run(10);
  expect(ran).toEqual(["first", "before", "released", "released at once"]);
  expect(boot.alive).toBe(false);
});

/** A timeline that runs what is due only when it is told to, at any time it is told. */
function lateTimeline(): Timeline & { runAt(time: number): void } {
  const queue = new EventQueue();
  let now = 0;
  return {
    now: () => now,
    schedule: (delayMs, run, scope) => queue.add(now + delayMs, run, scope),
    cancel: (event) => queue.cancel(event),
    runAt: (time) => {
      now = time;
      for (let next = queue.peek(); next !== undefined && next.time <= now; next = queue.peek()) queue.runFirst();
    },
  };
}

test("a repeating timer that runs late keeps its beat, and what it missed does not come in a burst", () => {
  const timeline = lateTimeline();
  const { port } = new Clock(new Boot(timeline));
  const ran: number[] = [];
  port.every(10, () => ran.push(port.uptime()));
  for (const time of [9, 13, 19, 20, 57, 59, 60, 100]) timeline.runAt(time);
  expect(ran).toEqual([13, 20, 57, 60, 100]);
});

test("as many timers as there are, and not one more; one that has run is free again", () => {
  const timeline = lateTimeline();
  const { port } = new Clock(new Boot(timeline), { timersMax: 3 });
  const start = (): number => port.after(5, () => undefined);
  expect([start(), start(), start(), start(), port.every(5, () => undefined)]).toEqual([1, 2, 3, 0, 0]);
  timeline.runAt(5);
  expect(start()).toBe(4);
});
