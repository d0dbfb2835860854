/**
 * The firmware's Socket.IO client on a real socket of this process, in real time, for suites that meet it with real servers.
 */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { sioConnect, sioEmit, sioEnded, sioOpen, sioReceive, sioTick } from "../../firmware/protocol/socketio/session";
import type { SioOptions, SioSession, SioSink } from "../../firmware/protocol/socketio/session";
import { SIO_OPTIONS } from "../conformance/socketio-peer";

export interface SioClient {
  readonly session: SioSession;
  /** What the sink heard, in order: the member's name, then its arguments; JSON is parsed. */
  readonly heard: (readonly unknown[])[];
  /** Milliseconds since the client was made. */
  now(): number;
  /** Resolves as soon as `done` holds; it is asked whenever something came. */
  until(done: () => boolean): Promise<void>;
  /** The data of the next event of that name that was not taken yet. */
  next(name: string): Promise<unknown>;
  /** Emits a request and gives its answer, which is an event of the same name. */
  ask(name: string, data: object): Promise<unknown>;
  /** Ends the transport. */
  cut(): void;
}

/** Connects to a server on this machine. */
export async function openSioClient(port: number, options: Partial<SioOptions> = {}): Promise<SioClient> {
  const socket = connect(port, "127.0.0.1");
  const heard: (readonly unknown[])[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  const start = Date.now();
  const now = (): number => Date.now() - start;
  const json = (bytes: string): unknown => JSON.parse(Buffer.from(bytes, "latin1").toString("utf8"));
  let timer: NodeJS.Timeout | undefined;
  const sink: SioSink = {
    send: (bytes) => void (socket.writable && socket.write(bytes, "latin1")),
    random: (count) => randomBytes(count).toString("latin1"),
    connected: () => void heard.push(["connected"]),
    event: (name, args, ackId) => void heard.push(["event", Buffer.from(name, "latin1").toString("utf8"), json(args), ackId]),
    acknowledged: (ref, args) => void heard.push(["acknowledged", ref, json(args)]),
    unanswered: (ref) => void heard.push(["unanswered", ref]),
    binarySkipped: () => void heard.push(["binarySkipped"]),
    closed: (code, message) => {
      heard.push(["closed", code, message]);
      clearTimeout(timer);
      socket.end();
    },
    wake: (inMs) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        sioTick(session, now());
        wake();
      }, inMs);
    },
  };
  const session = sioOpen({ ...SIO_OPTIONS, host: `127.0.0.1:${port}`, ...options }, sink);
  socket.on("data", (data) => {
    const bytes = data.toString("latin1");
    for (let i = 0; i < bytes.length; i += 536) sioReceive(session, bytes.substring(i, i + 536), now());
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    sioEnded(session);
    wake();
  });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const code = sioConnect(session, now());
  if (code !== 0) throw new Error(`connect: ${code}`);
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!done()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const next = async (name: string): Promise<unknown> => {
    const place = (): number => heard.findIndex((one) => one[0] === "event" && one[1] === name);
    await until(() => place() >= 0);
    return (heard.splice(place(), 1)[0]![2] as unknown[])[0];
  };
  const ask = (name: string, data: object): Promise<unknown> => {
    const emitted = sioEmit(session, name, JSON.stringify(data), -1, now());
    if (emitted !== 0) throw new Error(`emit ${name}: ${emitted}`);
    return next(name);
  };
  return { session, heard, now, until, next, ask, cut: () => void socket.destroy() };
}
