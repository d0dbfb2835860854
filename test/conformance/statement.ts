/**
 * Statement tests: each proves one or more ids of `ids.json`. A statement fails when nothing crossed a wire or nothing
 * was asserted, so an empty test cannot stand for a promise.
 *
 * Bytes count as crossing when a real socket of this process (TCP, TLS or UDP) carried them while the statement ran;
 * harnesses without sockets tell of theirs by `crossed`.
 */
import { Socket as UdpSocket } from "node:dgram";
import { Socket as TcpSocket } from "node:net";

let crossings = 0;

/** Told by a harness whenever bytes went from one side to the other. */
export function crossed(bytes: { readonly length: number }): void {
  if (bytes.length > 0) crossings += 1;
}

/** Under this key a watched method holds the one that it stands for: test files share the sockets of their process. */
const innerKey = Symbol.for("motet.watched");

/** Whether this is a network's socket: the pipes to child processes, and what a process prints, are of the same classes. */
function onWire(socket: unknown): boolean {
  return !(socket instanceof TcpSocket) || socket.connecting || socket.localPort !== undefined;
}

/** Has `method` of every socket tell, besides doing its work, that data was handed over. */
function watch(prototype: object, method: string, hasData: (values: readonly unknown[]) => boolean): void {
  const present = Reflect.get(prototype, method) as object;
  const inner: unknown = Reflect.get(present, innerKey) ?? present;
  if (typeof inner !== "function") throw new Error(`no ${method} to watch`);
  function watched(this: unknown, ...values: unknown[]): unknown {
    if (hasData(values) && onWire(this)) crossings += 1;
    return Reflect.apply(inner as () => unknown, this, values);
  }
  Reflect.set(watched, innerKey, inner);
  Reflect.set(prototype, method, watched);
}

function isData(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isData);
  return typeof value === "string" ? value.length > 0 : ArrayBuffer.isView(value) && value.byteLength > 0;
}

// TLS sockets inherit from TCP ones. `push` is how received bytes enter a stream, whoever the sender was.
for (const method of ["write", "end", "push"]) watch(TcpSocket.prototype, method, (values) => isData(values[0]));
watch(UdpSocket.prototype, "send", (values) => isData(values[0]));
watch(UdpSocket.prototype, "emit", (values) => values[0] === "message" && isData(values[1]));

/** Runs `body`; how often bytes crossed meanwhile. */
export async function crossingsOf(body: () => void | Promise<void>): Promise<number> {
  crossings = 0;
  await body();
  return crossings;
}

/** Declares the test that shows the statements `ids` (one id, or several separated by spaces). */
export function statement(ids: string, title: string, body: () => void | Promise<void>, timeoutMs?: number): void {
  test(
    `[${ids}] ${title}`,
    async () => {
      expect.hasAssertions();
      if ((await crossingsOf(body)) === 0) throw new Error(`statement ${ids}: nothing crossed the wire`);
    },
    timeoutMs,
  );
}
