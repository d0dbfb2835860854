/** Time, timers, tasks and the machine itself, as the modules tmr, node, rtctime and time ask for them. */
import type { Timer } from "../../../hal/ports/clock";
import { type Machine, no, type Services, yes } from "./service";

/** Uptime without its wrap: the wider counters of the firmware are made of it. */
function createUptime(read: () => number): () => number {
  const wrapMs = 2147483648;
  let last = 0;
  let wraps = 0;
  return () => {
    const now = read();
    if (now < last) wraps += 1;
    last = now;
    return wraps * wrapMs + now;
  };
}

/** An identity of `bits` bits out of the machine's own, which is text (FNV-1a, twice where 32 bits are not enough). */
function numericId(text: string, bits: number): number {
  const hash = (from: number): number => {
    let h = from;
    for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return h;
  };
  const low = hash(0x811c9dc5) % 16777216;
  return bits <= 24 ? low : (hash(0x9e3779b9) % 16777216) * 16777216 + low;
}

function timerServices({ ports: { clock }, push }: Machine): Services {
  const timers = new Map<string, Timer>();
  const fire = (id: string): void => push("timer", id);
  const repeat = (id: string, ms: number): void => {
    timers.set(id, clock.every(ms, () => fire(id)));
  };
  return {
    "timer.start": (id, first, every) => {
      const firstMs = Number(first);
      const everyMs = Number(every);
      if (everyMs > 0 && firstMs === everyMs) {
        repeat(id!, everyMs);
      } else {
        const timer = clock.after(firstMs, () => {
          timers.delete(id!);
          if (everyMs > 0) repeat(id!, everyMs);
          fire(id!);
        });
        timers.set(id!, timer);
      }
      return timers.get(id!) === 0 ? no : yes;
    },
    "timer.stop": (id) => {
      clock.cancel(timers.get(id!) ?? 0);
      timers.delete(id!);
    },
    "task.post": () => (clock.after(0, () => push("task")) === 0 ? no : yes),
  };
}

export function timeServices(machine: Machine): Services {
  const { clock } = machine.ports;
  const uptime = createUptime(() => clock.uptime());
  return {
    ...timerServices(machine),
    uptime: () => [uptime()],
    epoch: () => {
      const time = clock.epoch();
      return time === undefined ? [""] : [time.sec, time.ms];
    },
    "epoch.set": (sec, ms) => clock.setEpoch({ sec: Number(sec), ms: Number(ms) }),
  };
}

/** `ended` hears that the boot is over: the machine takes no more of this engine. */
export function systemServices({ ports: { clock, random, system } }: Machine, ended: () => void): Services {
  let watched = false;
  const restart = (): void => {
    system.restart();
    ended();
  };
  return {
    "system.restart": restart,
    "system.restartLater": (ms) => void clock.after(Number(ms), restart),
    "system.sleep": (ms) => {
      if (system.deepSleep(Number(ms)) === 0) ended();
    },
    // Every call starts the firmware's watchdog anew; a machine's is fed.
    "system.watchdog": (ms) => {
      if (watched) system.watchdogFeed();
      else system.watchdogStart(Number(ms));
      watched = true;
    },
    "system.reason": () => [system.resetReason()],
    "system.id": (bits) => [numericId(system.uniqueId(), Number(bits))],
    "system.memory": () => [system.memoryFree()],
    random: (count) => [random.bytes(Number(count))],
  };
}
