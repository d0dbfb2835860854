/**
 * Ports that tell of themselves: every call and every callback of the machine below is a line, "RESOURCE WHAT ...", with all
 * bytes in hex. Sockets and timers are numbered in the order of their opening, because their handles are opaque.
 *
 * What no two machines share is told only in kind: random bytes by their count, free memory and identity by their being in
 * range, a sample by its share of the largest. Nothing is changed on its way. The caller's lines end up in the log of the machine itself, untraced.
 */
import type { Ports } from "../../../hal/ports/index";
import type { Trace, TracedPorts } from "./trace-line";
import { traceAnalog, traceChecksum, traceClock, traceDigital, traceFlash, traceI2c, traceLog, traceRandom, traceSystem } from "./trace-machine";
import { traceDns, traceTcp, traceUdp, traceWifi } from "./trace-network";

/** The ports of `inner`, each call of which is told to `say`. */
export function tracePorts(inner: Ports, say: (this: void, line: string) => void): TracedPorts {
  const trace: Trace = { timers: [], tcp: [], udp: [], say };
  return {
    clock: traceClock(inner.clock, trace),
    random: traceRandom(inner.random, trace),
    log: traceLog(inner.log, trace),
    wifi: traceWifi(inner.wifi, trace),
    dns: traceDns(inner.dns, trace),
    tcp: traceTcp(inner.tcp, trace),
    udp: traceUdp(inner.udp, trace),
    flash: traceFlash(inner.flash, trace),
    checksum: traceChecksum(inner.checksum, trace),
    i2c: traceI2c(inner.i2c, trace),
    digital: traceDigital(inner.digital, trace),
    analog: traceAnalog(inner.analog, trace),
    system: traceSystem(inner.system, trace),
  };
}
