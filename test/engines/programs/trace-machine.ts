/** The tracing ports of the machine itself: its clock, flash, buses, pins, generator and power. */
import { toHex } from "../../../firmware/base/hex";
import { idiv } from "../../../firmware/base/intrinsics";
import type { AnalogPort } from "../../../hal/ports/analog";
import type { ChecksumPort } from "../../../hal/ports/checksum";
import type { ClockPort } from "../../../hal/ports/clock";
import type { DigitalPort } from "../../../hal/ports/digital";
import type { FlashPort } from "../../../hal/ports/flash";
import type { I2cPort } from "../../../hal/ports/i2c";
import type { LogPort } from "../../../hal/ports/log";
import type { RandomPort } from "../../../hal/ports/random";
import type { SystemPort } from "../../../hal/ports/system";
import { flag, numberOf, sayBytes } from "./trace-line";
import type { Trace, TracedAnalog, TracedChecksum, TracedClock, TracedDigital, TracedFlash, TracedI2c, TracedLog, TracedRandom, TracedSystem } from "./trace-line";

export function traceClock(inner: ClockPort, trace: Trace): TracedClock {
  return {
    traced: true,
    uptime: () => {
      const uptime = inner.uptime();
      trace.say("clock uptime " + uptime);
      return uptime;
    },
    epoch: () => {
      const time = inner.epoch();
      trace.say("clock epoch " + (time === undefined ? "none" : "" + time.sec));
      return time;
    },
    setEpoch: (time) => {
      trace.say("clock setEpoch " + time.sec + " " + time.ms);
      inner.setEpoch(time);
    },
    after: (ms, run) => {
      const number = trace.timers.length + 1;
      const timer = inner.after(ms, () => {
        trace.say("timer" + number + " run");
        run();
      });
      trace.timers.push(timer);
      trace.say("clock after " + ms + " is timer" + number + " " + flag(timer !== 0));
      return timer;
    },
    every: (ms, run) => {
      const number = trace.timers.length + 1;
      const timer = inner.every(ms, () => {
        trace.say("timer" + number + " run");
        run();
      });
      trace.timers.push(timer);
      trace.say("clock every " + ms + " is timer" + number + " " + flag(timer !== 0));
      return timer;
    },
    cancel: (timer) => {
      trace.say("clock cancel timer" + numberOf(trace.timers, timer));
      inner.cancel(timer);
    },
  };
}

export function traceFlash(inner: FlashPort, trace: Trace): TracedFlash {
  return {
    traced: true,
    open: (name) => {
      const area = inner.open(name);
      trace.say("flash open " + name + " is " + (area === undefined ? "none" : area.blocks + " of " + area.blockBytes));
      return area;
    },
    read: (area, offset, count) => {
      const bytes = inner.read(area, offset, count);
      sayBytes(trace, "flash read " + area.name + " " + offset + " " + count, bytes);
      return bytes;
    },
    write: (area, offset, bytes) => {
      const code = inner.write(area, offset, bytes);
      sayBytes(trace, "flash write " + area.name + " " + offset + " " + code, bytes);
      return code;
    },
    eraseBlock: (area, block) => {
      const code = inner.eraseBlock(area, block);
      trace.say("flash eraseBlock " + area.name + " " + block + " is " + code);
      return code;
    },
  };
}

export function traceI2c(inner: I2cPort, trace: Trace): TracedI2c {
  return {
    traced: true,
    open: (options) => {
      const device = inner.open(options);
      trace.say("i2c open " + options.bus + " " + options.address + " " + options.hz + " is " + flag(device !== 0));
      return device;
    },
    write: (device, bytes) => {
      const code = inner.write(device, bytes);
      sayBytes(trace, "i2c write " + code, bytes);
      return code;
    },
    writeRead: (device, bytes, count) => {
      const answer = inner.writeRead(device, bytes, count);
      sayBytes(trace, "i2c writeRead " + toHex(bytes) + " " + count + " " + flag(answer !== undefined), answer ?? "");
      return answer;
    },
    close: (device) => {
      trace.say("i2c close");
      inner.close(device);
    },
  };
}

export function traceDigital(inner: DigitalPort, trace: Trace): TracedDigital {
  return {
    traced: true,
    open: (options) => {
      const heard = options.onReadable;
      const name = "digital " + options.pin;
      const pin = inner.open({
        pin: options.pin,
        mode: options.mode,
        initialValue: options.initialValue,
        onReadable: heard === undefined ? undefined : (value) => {
          trace.say(name + " onReadable " + value);
          heard(value);
        },
      });
      trace.say(name + " open " + options.mode + " " + options.initialValue + " is " + flag(pin !== 0));
      return pin;
    },
    read: (pin) => {
      const value = inner.read(pin);
      trace.say("digital read " + value);
      return value;
    },
    write: (pin, value) => {
      const code = inner.write(pin, value);
      trace.say("digital write " + value + " is " + code);
      return code;
    },
    close: (pin) => {
      trace.say("digital close");
      inner.close(pin);
    },
  };
}

/** A sample as its share of the largest, per mille: how fine it is depends on the board. */
function perMille(sample: number, resolution: number): number {
  let most = 1;
  for (let i = 0; i < resolution; i += 1) most *= 2;
  return idiv(sample * 1000, most - 1);
}

export function traceAnalog(inner: AnalogPort, trace: Trace): TracedAnalog {
  return {
    traced: true,
    resolution: inner.resolution,
    open: (options) => {
      const pin = inner.open(options);
      trace.say("analog " + options.pin + " open is " + flag(pin !== 0));
      return pin;
    },
    read: (pin) => {
      const sample = inner.read(pin);
      trace.say("analog read " + perMille(sample, inner.resolution));
      return sample;
    },
    close: (pin) => {
      trace.say("analog close");
      inner.close(pin);
    },
  };
}

export function traceRandom(inner: RandomPort, trace: Trace): TracedRandom {
  return {
    traced: true,
    bytes: (count) => {
      const bytes = inner.bytes(count);
      trace.say("random bytes " + count + " is " + bytes.length);
      return bytes;
    },
  };
}

export function traceLog(inner: LogPort, trace: Trace): TracedLog {
  return {
    traced: true,
    record: (event, number, text) => {
      trace.say("log record " + event + " " + number + " " + toHex(text));
      inner.record(event, number, text);
    },
  };
}

export function traceChecksum(inner: ChecksumPort, trace: Trace): TracedChecksum {
  return {
    traced: true,
    crc32: (bytes) => {
      const sum = inner.crc32(bytes);
      trace.say("checksum crc32 " + toHex(bytes) + " is " + toHex(sum));
      return sum;
    },
  };
}

export function traceSystem(inner: SystemPort, trace: Trace): TracedSystem {
  return {
    traced: true,
    resetReason: () => {
      const reason = inner.resetReason();
      trace.say("system resetReason " + reason);
      return reason;
    },
    uniqueId: () => {
      const id = inner.uniqueId();
      trace.say("system uniqueId " + flag(id.length >= 4 && id.length <= 32));
      return id;
    },
    restart: () => {
      trace.say("system restart");
      inner.restart();
    },
    deepSleep: (ms) => {
      trace.say("system deepSleep " + ms);
      return inner.deepSleep(ms);
    },
    watchdogStart: (ms) => {
      const code = inner.watchdogStart(ms);
      trace.say("system watchdogStart " + ms + " is " + code);
      return code;
    },
    watchdogFeed: () => {
      trace.say("system watchdogFeed");
      inner.watchdogFeed();
    },
    memoryFree: () => {
      const free = inner.memoryFree();
      trace.say("system memoryFree " + flag(free > 0));
      return free;
    },
  };
}
