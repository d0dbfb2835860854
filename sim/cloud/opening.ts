/**
 * How every cloud opens: a folder for its state, listeners one after the other, and all of it closed again, last opened first,
 * also when a later one cannot be had.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { portError } from "./http/ports";
import { openJournal } from "./journal";
import type { Journal } from "./journal";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Something of a server that listens once it is told to. */
interface Server {
  listen(address: string, port: number): Promise<number>;
  close(): Promise<void>;
}

/** What is open. */
export interface Opening {
  /** Has `close` done at the end, before what was opened earlier. */
  onClose(close: () => unknown): void;
  /** The folder `stateDir` with the cloud's journal in it; or, where none is named, a folder for a while and no journal. */
  state(name: string, stateDir: string | undefined): { readonly folder: string; readonly journal: Journal | undefined };
  /** Opens one listener of `options`, or says which port could not be had and what to do: its port. */
  bind<Option extends string>(options: ListenOptions<Option>, option: Option, listen: (address: string, port: number) => Promise<Listening>): Promise<number>;
  /** Closes everything, whatever of it fails; throws the first failure then. Idempotent. */
  close(): Promise<void>;
}

/** Where to listen: the address (127.0.0.1) and a port for each option; 0 or absent takes a free one. */
export type ListenOptions<Option extends string> = { readonly host?: string } & { readonly [port in Option]?: number };

/** Opens a cloud by `start`; when that fails, what it had opened is closed. */
export async function openCloud<T>(start: (opening: Opening) => Promise<T>): Promise<T> {
  const opening = newOpening();
  try {
    return await start(opening);
  } catch (error) {
    // Why it could not open says more than what failed as it was closed again.
    await opening.close().catch(() => undefined);
    throw error;
  }
}

function newOpening(): Opening {
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const close of [...closers].reverse()) {
      try {
        await close();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    onClose: (close) => void closers.push(close),
    state: (name, stateDir) => {
      if (stateDir === undefined) {
        const folder = mkdtempSync(join(tmpdir(), `${name}-`));
        closers.push(() => rmSync(folder, { recursive: true, force: true }));
        return { folder, journal: undefined };
      }
      const journal = openJournal({ folder: stateDir, name });
      closers.push(() => journal.close());
      return { folder: stateDir, journal };
    },
    bind: async (options, option, listen) => {
      const address = options.host ?? "127.0.0.1";
      const asked: number = options[option] ?? 0;
      try {
        const listening = await listen(address, asked);
        closers.push(() => listening.close());
        return listening.port;
      } catch (error) {
        throw portError(error, option, address, asked);
      }
    },
    close: () => (closing ??= closeAll()),
  };
}

/** One port for a server and the sockets that are attached to it, which end before it does. */
export async function listenTogether(server: Server, sockets: { close(): void }, address: string, port: number): Promise<Listening> {
  const close = async (): Promise<void> => {
    sockets.close();
    await server.close();
  };
  try {
    return { port: await server.listen(address, port), close };
  } catch (error) {
    await close();
    throw error;
  }
}
