/**
 * A client of the ThingsBoard WebSocket API for tests: plain `ws`, every frame that came in order, and a fence behind
 * which nothing can still be on its way.
 */
import { WebSocket } from "ws";
import { crossed } from "../conformance/statement";
import { Inbox } from "../interop/cloud-peers";

/** One frame, read. */
export type Frame = Readonly<Record<string, unknown>> & {
  readonly cmdId?: number;
  readonly subscriptionId?: number;
  readonly errorCode: number;
  readonly errorMsg: string | null;
  readonly cmdUpdateType?: string;
  readonly data?: { readonly data: readonly Row[]; readonly totalPages: number; readonly totalElements: number; readonly hasNext: boolean } | null;
  readonly update?: readonly Row[] | null;
};

export interface Row {
  readonly entityId: { readonly entityType: string; readonly id: string };
  readonly latest: Readonly<Record<string, Readonly<Record<string, { readonly ts: number; readonly value: string }>>>> | null;
  readonly timeseries: Readonly<Record<string, readonly { readonly ts: number; readonly value: string; readonly count?: number }[]>> | null;
  readonly [field: string]: unknown;
}

export interface ApiClient {
  readonly socket: WebSocket;
  /** Sends text, or JSON. */
  send(message: unknown): void;
  /** Sends commands in one message. */
  commands(...cmds: object[]): void;
  /** Sends one command and gives the next frame. */
  ask(command: object): Promise<Frame>;
  next(): Promise<Frame>;
  /** All frames that the server had sent until it read this: nothing it owes is left after that. */
  rest(): Promise<readonly Frame[]>;
  ping(): Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): Promise<void>;
}

export interface ClientOptions {
  /** Default /api/ws. */
  readonly path?: string;
  /** Does not answer pings. */
  readonly isSilent?: boolean;
  readonly ca?: Buffer;
}

/** An identifier that no test uses. */
const fenceId = 999999;

/** Connected, and nothing more. */
export async function connectApi(port: number, { path = "/api/ws", isSilent = false, ca }: ClientOptions = {}): Promise<ApiClient> {
  const url = `${ca === undefined ? "ws" : "wss"}://localhost:${port}${path}`;
  const socket = new WebSocket(url, { autoPong: !isSilent, ...(ca === undefined ? {} : { ca }) });
  const inbox = new Inbox<Frame>();
  socket.on("message", (bytes: Buffer) => {
    crossed(bytes);
    inbox.put(JSON.parse(bytes.toString()) as Frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })));
  closed.then(({ code }) => inbox.end(new Error(`closed with ${code}`))).catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  const send = (message: unknown): void => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    crossed(text);
    socket.send(text);
  };
  const commands = (...cmds: object[]): void => send({ cmds });
  const rest = async (): Promise<readonly Frame[]> => {
    commands({ cmdId: fenceId, type: "FENCE" });
    const frames: Frame[] = [];
    for (;;) {
      const frame = await inbox.next();
      if (frame.cmdId === fenceId) return frames;
      frames.push(frame);
    }
  };
  return {
    socket,
    send,
    commands,
    ask: (command) => {
      commands(command);
      return inbox.next();
    },
    next: () => inbox.next(),
    rest,
    ping: () =>
      new Promise((resolve) => {
        socket.once("pong", () => resolve());
        socket.ping();
      }),
    closed,
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

/** Connected with a token in the first message. */
export async function openApi(port: number, token: string, options: ClientOptions = {}): Promise<ApiClient> {
  const client = await connectApi(port, options);
  client.send({ authCmd: { cmdId: 0, token } });
  return client;
}

/** Filters and links that most queries have. */
export const allDevices = { type: "entityType", entityType: "DEVICE" } as const;
export const pageOfTen = { pageSize: 10, page: 0, sortOrder: { key: { type: "ENTITY_FIELD", key: "createdTime" }, direction: "ASC" } } as const;
export const single = (id: string): object => ({ type: "singleEntity", singleEntity: { entityType: "DEVICE", id } });
export const series = (key: string): { type: string; key: string } => ({ type: "TIME_SERIES", key });
