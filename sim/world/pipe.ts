/**
 * One direction of a virtual TCP connection: bytes arrive in order, in pieces, after the latency of the network, and can
 * be cut at any byte. Acknowledgements are not packets of their own here: room is free again when bytes have arrived.
 */
import type { Conditions } from "./conditions";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

/** What a pipe tells its owner; never from inside a call into the pipe. */
export interface PipeEnd {
  onBytes(bytes: string): void;
  /** Bytes have arrived: `unread` has fallen. */
  onRoom(): void;
  /** The byte was reached at which the connection breaks. */
  onCut(): void;
}

export class Pipe {
  /** Bytes sent that have not arrived. */
  unread = 0;
  /** Bytes that have arrived. */
  arrived = 0;
  /** The connection breaks when this many bytes have arrived. */
  cutAt = Infinity;
  /** Swallows everything from now on, without a word. */
  frozen = false;
  private lastArrival = 0;
  private paused = false;
  private held: (() => void)[] = [];

  constructor(
    private readonly timeline: Timeline,
    private readonly random: Random,
    private readonly conditions: Conditions,
    private readonly end: PipeEnd,
  ) {}

  /** Sends bytes; they may arrive in several pieces. */
  send(bytes: string): void {
    this.unread += bytes.length;
    this.travel(() => this.arrive(bytes));
  }

  /** Runs `run` at the far end, behind everything sent before. */
  travel(run: () => void): void {
    const { latencyMs, tcpLossRate, tcpRetransmitMs } = this.conditions;
    let delay = this.random.between(latencyMs.min, latencyMs.max);
    if (this.random.chance(tcpLossRate)) delay += tcpRetransmitMs;
    this.lastArrival = Math.max(this.lastArrival, this.timeline.now() + delay);
    this.timeline.schedule(this.lastArrival - this.timeline.now(), () => {
      if (this.frozen) return;
      if (this.paused) this.held.push(run);
      else run();
    });
  }

  /** Nothing arrives before `time`. */
  holdUntil(time: number): void {
    this.lastArrival = Math.max(this.lastArrival, time);
  }

  /** The receiver wants no more; what arrives waits, and room runs out. */
  pause(): void {
    this.paused = true;
  }

  /** The receiver wants more; what waited comes on a later turn. */
  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    const held = this.held;
    this.held = [];
    this.timeline.schedule(0, () => {
      // Before anything that arrives later, and behind the pause again if there was one.
      for (const [i, run] of held.entries()) {
        if (this.frozen) return;
        if (this.paused) {
          this.held = [...this.held, ...held.slice(i)];
          return;
        }
        run();
      }
    });
  }

  private arrive(bytes: string): void {
    const { min, max } = this.conditions.tcpSegmentBytes;
    let from = 0;
    while (from < bytes.length && !this.frozen) {
      if (this.paused) {
        const rest = bytes.substring(from);
        this.held.unshift(() => this.arrive(rest));
        break;
      }
      const size = Math.min(this.random.between(min, max), bytes.length - from, this.cutAt - this.arrived);
      if (size > 0) {
        this.arrived += size;
        this.unread -= size;
        this.end.onBytes(bytes.substring(from, from + size));
        from += size;
      }
      if (this.arrived >= this.cutAt) return this.end.onCut();
    }
    this.end.onRoom();
  }
}
