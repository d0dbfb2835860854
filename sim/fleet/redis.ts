/** A connection to Redis by its address. The client is an optional package: a fleet on one machine needs none. */
import type { Redis } from "./queue";

export interface Connected {
  readonly redis: Redis;
  close(): Promise<void>;
}

/** Connects, once; throws one sentence, in which no password stands. */
export async function connectRedis(url: string): Promise<Connected> {
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: "", host: "" };
  if (!["redis:", "rediss:"].includes(protocol) || host === "") throw new Error("The address of Redis is written redis://HOST:6379, or rediss://HOST:6379 for TLS.");
  const client = await loadClient();
  const connection = client.createClient({ url, socket: { reconnectStrategy: false } });
  // Without a listener a broken connection ends the process; whoever waits for an answer gets the error anyway.
  connection.on("error", () => undefined);
  try {
    await connection.connect();
  } catch (problem) {
    throw new Error(`Redis at ${host} cannot be reached (${(problem as NodeJS.ErrnoException).code ?? "refused"}): is it running, and are address and password right?`, { cause: problem });
  }
  return { redis: connection as unknown as Redis, close: () => connection.close() };
}

async function loadClient(): Promise<typeof import("@redis/client")> {
  try {
    return await import("@redis/client");
  } catch {
    throw new Error("The Redis client is not installed: run npm install @redis/client.");
  }
}
