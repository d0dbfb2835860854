/** The WebSocket server over loopback: real `ws` clients, and bytes by hand where no client would send them. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { manualHost } from "../../../test/conformance/thethings-peer";
import { newHttpServer } from "../http/server";
import type { WebSocketLimits } from "./limits";
import { attachWebSockets } from "./server";
import type { Accepted, Handshake, WebSocketPeer } from "./service";

interface Got {
  readonly text: string;
  readonly isText: boolean;
}

let closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

/** A server that takes everything under /in, and remembers what it gets. */
async function bench(options: Partial<WebSocketLimits> = {}) {
  const host = manualHost();
  const http = newHttpServer(host, { errorBody: (code) => ({ code }) });
  http.app.get("/in", async () => "plain");
  const made = { handshakes: [] as Handshake[], peers: [] as WebSocketPeer[], got: [] as Got[], drained: 0, heard: 0, closed: 0, onMessage: (_got: Got): void => undefined };
  const accept: Accepted = {
    protocol: "two",
    open: (peer) => {
      made.peers.push(peer);
      return {
        message: (data, isText) => {
          const got = { text: data.toString(), isText };
          made.got.push(got);
          made.onMessage(got);
        },
        heard: () => void (made.heard += 1),
        drained: () => void (made.drained += 1),
        closed: () => void (made.closed += 1),
      };
    },
  };
  const sockets = attachWebSockets(host, http.app.server, (handshake) => {
    made.handshakes.push(handshake);
    return handshake.path === "/in" ? accept : 403;
  }, options);
  const port = await http.listen("127.0.0.1", 0);
  closers.push(() => http.close(), () => sockets.close());
  return Object.assign(made, { host, http, sockets, port });
}

function client(port: number, path = "/in", protocols = ["one", "two"]): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { perMessageDeflate: true });
  closers.push(() => socket.terminate());
  socket.on("error", () => undefined);
  return socket;
}

function opened(socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
  });
}

const closedWith = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once("close", resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** A socket whose handshake is done, for frames by hand. */
async function rawSocket(port: number, more = ""): Promise<{ socket: Socket; came: () => string }> {
  const socket = connect(port, "127.0.0.1");
  closers.push(() => socket.destroy());
  let came = "";
  socket.on("data", (part) => (came += part.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(`GET /in HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n${more}\r\n`);
  await until(() => came.includes("\r\n\r\n") || socket.destroyed);
  return { socket, came: () => came };
}

test("a handshake is told whole, the chosen protocol is named, compression is not offered, and messages go both ways", async () => {
  const { port, handshakes, peers, got, sockets } = await bench();
  const socket = await opened(client(port, "/in?a=1&a=2&b=%20x"));
  expect(socket).toMatchObject({ protocol: "two", extensions: "" });
  expect(handshakes).toMatchObject([{ path: "/in", protocols: ["one", "two"], address: "127.0.0.1" }]);
  expect([...(handshakes[0]?.query ?? [])]).toEqual([["a", "1"], ["a", "2"], ["b", " x"]]);
  socket.send("text");
  socket.send(Buffer.from("bytes"));
  await until(() => got.length === 2);
  expect(got).toEqual([{ text: "text", isText: true }, { text: "bytes", isText: false }]);
  const came: [string, boolean][] = [];
  socket.on("message", (data: Buffer, isBinary) => came.push([data.toString(), isBinary]));
  peers[0]?.send("t");
  peers[0]?.send(Buffer.from("b"));
  await until(() => came.length === 2);
  expect(came).toEqual([["t", false], ["b", true]]);
  expect(sockets.connections()).toBe(1);
});

test("a refused handshake gets its status, an empty body and no session; ordinary requests go on", async () => {
  const { port, peers, host } = await bench();
  await expect(opened(client(port, "/secret-path?secret-query=1"))).rejects.toThrow("Unexpected server response: 403");
  expect(peers).toEqual([]);
  expect(await (await fetch(`http://127.0.0.1:${port}/in`)).text()).toBe("plain");
  expect(JSON.stringify(host.events)).toContain("websocket-refused");
  expect(JSON.stringify(host.events)).not.toContain("secret");
});

test("an upgrade that is no WebSocket is answered 400 and closed", async () => {
  const { port, peers } = await bench();
  const { came } = await rawSocket(port, "Sec-WebSocket-Protocol: ,,\r\n");
  expect(came()).toMatch(/^HTTP\/1.1 400 /);
  expect(peers).toEqual([]);
});

test("connectionsMax: the last one is served, one more is answered 503, and its place is free again when it ends", async () => {
  const { port, sockets } = await bench({ connectionsMax: 1 });
  const first = await opened(client(port));
  await expect(opened(client(port))).rejects.toThrow("Unexpected server response: 503");
  first.close();
  await until(() => sockets.connections() === 0);
  await opened(client(port));
});

test("messageBytesMax: a message of it arrives, fragments and all; one byte more closes with 1009", async () => {
  const { port, got } = await bench({ messageBytesMax: 100 });
  const socket = await opened(client(port));
  socket.send("x".repeat(60), { fin: false });
  socket.send("y".repeat(40), { fin: true });
  await until(() => got.length === 1);
  const closed = closedWith(socket);
  socket.send("x".repeat(60), { fin: false });
  socket.send("y".repeat(41), { fin: true });
  expect(await closed).toBe(1009);
  expect(got).toHaveLength(1);
});

test("fragmentsMax: so many make a message, one more closes with 1008", async () => {
  const { port, got } = await bench({ fragmentsMax: 3 });
  const socket = await opened(client(port));
  const inPieces = (count: number): void => {
    for (let i = 1; i <= count; i++) socket.send("x", { fin: i === count });
  };
  inPieces(3);
  await until(() => got.length === 1);
  const closed = closedWith(socket);
  inPieces(4);
  expect(await closed).toBe(1008);
  expect(got).toHaveLength(1);
});

test("a frame that is not masked closes the socket", async () => {
  const { port, got, sockets } = await bench();
  const { socket, came } = await rawSocket(port);
  expect(came()).toMatch(/^HTTP\/1.1 101 /);
  socket.write(Buffer.concat([Buffer.from([0x81, 2]), Buffer.from("hi")]));
  await until(() => sockets.connections() === 0);
  // Status 1002: protocol error.
  expect(came().slice(-4)).toBe("\x88\x02\x03\xea");
  expect(got).toEqual([]);
});

test("a text that is not UTF-8 closes with 1007", async () => {
  const { port, got } = await bench();
  const socket = await opened(client(port));
  const closed = closedWith(socket);
  socket.send(Buffer.from([0xc0, 0x80]), { binary: false });
  expect(await closed).toBe(1007);
  expect(got).toEqual([]);
});

test("unreadBytesMax: what waits may be that much, beyond it the client is cut off", async () => {
  const { port, peers, sockets } = await bench({ unreadBytesMax: 1_000_000 });
  const { socket } = await rawSocket(port);
  socket.pause();
  const [peer] = peers as [WebSocketPeer];
  const piece = Buffer.alloc(100_000);
  // The network takes some of it first.
  while (peer.unread() < 900_000) peer.send(piece);
  expect(sockets.connections()).toBe(1);
  peer.send(piece);
  peer.send(piece);
  await until(() => sockets.connections() === 0);
});

test("what waited is taken: the session is told", async () => {
  const made = await bench();
  const { socket } = await rawSocket(made.port);
  socket.pause();
  const [peer] = made.peers as [WebSocketPeer];
  while (peer.unread() < 500_000) peer.send(Buffer.alloc(100_000));
  expect(made.drained).toBe(0);
  socket.resume();
  await until(() => made.drained > 0);
  expect(peer.unread()).toBe(0);
});

test("messagesBurst: so many are read at once; then the client waits for the next second, and nothing is lost", async () => {
  const { port, got, host } = await bench({ messagesBurst: 10, messagesPerSec: 10 });
  const socket = await opened(client(port));
  // Large enough that they cannot all be read before the server has looked at the first.
  for (let i = 0; i < 200; i++) socket.send("x".repeat(60000));
  await until(() => got.length > 10);
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  const early = got.length;
  expect(early).toBeLessThan(200);
  while (got.length < 200) {
    host.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test("a session may have the client wait, and read again", async () => {
  const { port, peers, got } = await bench();
  const socket = await opened(client(port));
  peers[0]?.pause();
  socket.send("later");
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(got).toEqual([]);
  peers[0]?.resume();
  await until(() => got.length === 1);
});

test("pingMs: who answers stays, who does not is cut off at the next ping", async () => {
  const made = await bench({ pingMs: 1000 });
  const socket = await opened(client(made.port));
  const { socket: dumb } = await rawSocket(made.port);
  let pings = 0;
  socket.on("ping", () => (pings += 1));
  made.host.advance(1000);
  await until(() => pings === 1);
  // The answer has come once something that was sent after it has.
  socket.send("after the pong");
  await until(() => made.got.length === 1);
  made.host.advance(1000);
  await until(() => made.closed === 1 && dumb.destroyed);
  expect(made.sockets.connections()).toBe(1);
});

test("unansweredPingsMax: so many pings may stay without an answer; the session hears of pings and pongs", async () => {
  const made = await bench({ pingMs: 1000, unansweredPingsMax: 2 });
  const socket = await opened(client(made.port));
  await rawSocket(made.port);
  socket.ping();
  await until(() => made.heard === 1);
  for (let heard = 2; heard <= 3; heard += 1) {
    made.host.advance(1000);
    await until(() => made.heard === heard);
  }
  expect(made.sockets.connections()).toBe(2);
  made.host.advance(1000);
  await until(() => made.sockets.connections() === 1);
});
test("closing: with the code, nothing is taken any more, and a client that does not answer is cut off after closeMs", async () => {
  const made = await bench({ closeMs: 1000 });
  const socket = await opened(client(made.port));
  const closed = closedWith(socket);
  made.onMessage = () => made.peers[0]?.close(1008, "enough");
  socket.send("one");
  socket.send("two");
  expect(await closed).toBe(1008);
  await until(() => made.closed === 1);
  expect(made.got).toHaveLength(1);
  await rawSocket(made.port);
  made.peers[1]?.close();
  made.peers[1]?.close();
  made.host.advance(1000);
  await until(() => made.closed === 2);
  expect(made.sockets.connections()).toBe(0);
  made.peers[1]?.send("nothing happens");
  made.peers[1]?.abort();
  expect(made.closed).toBe(2);
});

test("handshakesBurst and refusalsBurst: one more is answered 429, and with time the address may try again", async () => {
  const many = await bench({ handshakesBurst: 2, handshakesPerSec: 1 });
  await opened(client(many.port));
  await opened(client(many.port));
  await expect(opened(client(many.port))).rejects.toThrow("429");
  many.host.advance(1000);
  await opened(client(many.port));
  const refused = await bench({ refusalsBurst: 2, refusalsPerSec: 1 });
  for (const status of ["403", "403", "429"]) await expect(opened(client(refused.port, "/no"))).rejects.toThrow(status);
  await expect(opened(client(refused.port))).rejects.toThrow("429");
  refused.host.advance(1000);
  await opened(client(refused.port));
});

test("the server's end is every socket's end, and each session hears of it once", async () => {
  const made = await bench();
  const closed = [closedWith(await opened(client(made.port))), closedWith(await opened(client(made.port)))];
  made.sockets.close();
  expect(await Promise.all(closed)).toEqual([1006, 1006]);
  await until(() => made.closed === 2);
  expect(made.sockets.connections()).toBe(0);
});
