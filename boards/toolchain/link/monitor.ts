/**
 * `motet monitor` without its printing: listens to a board's console, tells records of the device's log from everything else, leads
 * traces back to the source, and comes back when the board has restarted or its cable is back. It types nothing, so that no program is disturbed.
 */
import { createConsole } from "../../../sim/engines/espruino/console";
import { parseLogLine } from "../../../sim/engines/log-line";
import type { LogRecord } from "../../../sim/engines/log-line";
import type { Place } from "../scan/source-map";
import { createDecoder } from "./decode";
import type { PlaceFinder } from "./kept-maps";
import { LinkError, realTimer } from "./transport";
import type { Timer, Transport } from "./transport";

export interface MonitorSink {
  /** A record of the device's log port. */
  record(record: LogRecord): void;
  /** Any other line of the console; of a trace, the lines of source that each place in it may be. */
  line(text: string, places: readonly (readonly Place[])[]): void;
  /** A trace is of a build whose map is not there. */
  unmapped(hash: string): void;
  connected(): void;
  /** The console is gone; it is looked for again. */
  lost(): void;
}

/** Between looks for a console that is gone. */
const RETRY_MS = 1000;

export interface Monitor {
  /** Ends it; nothing is told after. Idempotent. */
  stop(): void;
  /** Resolves when it was stopped. */
  readonly ended: Promise<void>;
}

/**
 * Begins to listen. Rejects when the console cannot be opened at first, because that is a person's mistake; once it was open, a
 * console that is gone is looked for until it is back.
 */
export async function startMonitor(open: () => Promise<Transport>, finder: PlaceFinder, sink: MonitorSink, timer: Timer = realTimer): Promise<Monitor> {
  let stopped = false;
  let transport: Transport | undefined;
  let cancel: (() => void) | undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));

  const attach = (opened: Transport): void => {
    const decode = createDecoder(finder, sink, timer);
    const feed = createConsole((text) => {
      const record = parseLogLine(text);
      if (record === undefined) decode(text);
      else sink.record(record);
    });
    transport = opened;
    opened.onData = feed;
    opened.onClose = () => {
      transport = undefined;
      sink.lost();
      retry();
    };
    sink.connected();
  };

  const retry = (): void => {
    cancel = timer.after(RETRY_MS, () => {
      open().then(
        (opened) => (stopped ? opened.close() : attach(opened)),
        (problem: unknown) => (problem instanceof LinkError && !stopped ? retry() : end()),
      );
    });
  };

  attach(await open());
  return {
    stop: () => {
      stopped = true;
      cancel?.();
      if (transport !== undefined) {
        transport.onData = undefined;
        transport.onClose = undefined;
        transport.close();
      }
      end();
    },
    ended,
  };
}
