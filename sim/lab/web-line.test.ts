/** The lab's WebSockets: what a client may say, and what becomes of it when it says something else. */
import { createHash } from "node:crypto";
import type { Accepted, WebSocketPeer } from "../cloud/websocket/service";
import type { ServerStream } from "../world/ends";
import { createWorld } from "../world/world";
import { worldHost } from "./cloud";
import { WebLine } from "./web-line";

const KEY = Buffer.alloc(16, 7).toString("base64");
const request = (lines = ["Host: server", "Upgrade: websocket", "Connection: keep-alive, Upgrade", `Sec-WebSocket-Key: ${KEY}`, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: other, mqtt"], first = "GET /path?a=1 HTTP/1.1") => `${[first, ...lines].join("\r\n")}\r\n\r\n`;

/** A client's frame, masked. */
function frame(first: number, payload: string, masked = true): string {
  const size = payload.length;
  const length = size < 126 ? [size] : [126, size >> 8, size & 255];
  length[0]! += masked ? 128 : 0;
  const mask = [1, 2, 3, 4];
  const body = [...payload].map((char, i) => char.charCodeAt(0) ^ (masked ? mask[i % 4]! : 0));
  return Buffer.from([first, ...length, ...(masked ? mask : []), ...body]).toString("latin1");
}

function bench(answer: Partial<Accepted> | number = { protocol: "mqtt" }) {
  const world = createWorld({ seed: 1 });
  const sent: string[] = [];
  const heard: string[] = [];
  let peer: WebSocketPeer | undefined;
  let ended = 0;
  const stream: ServerStream = {
    address: "10.1.0.1",
    port: 4000,
    send: (bytes) => void sent.push(bytes),
    unread: () => 0,
    pause: () => undefined,
    resume: () => undefined,
    close: () => void heard.push("stream closed"),
    abort: () => void heard.push("stream cut off"),
  };
  const line = new WebLine(stream, {
    host: worldHost(world, () => undefined),
    service: ({ path, query, protocols, address }) => {
      heard.push(`${path} ${String(query)} ${protocols.join()} ${address}`);
      return typeof answer === "number" ? answer : {
        ...answer,
        open: (opened) => {
          peer = opened;
          return { message: (data, isText) => void heard.push(`${isText ? "text" : "binary"} ${data.toString("latin1")}`), closed: () => void heard.push("closed") };
        },
      };
    },
    send: (_stream, bytes) => void sent.push(bytes),
    heard: () => true,
    ended: () => (ended += 1),
  }, 1);
  return { world, line, sent, heard, peer: () => peer!, ended: () => ended };
}

/** One that is open; what was said until then is forgotten. */
function opened(): ReturnType<typeof bench> {
  const on = bench();
  on.line.onBytes(request());
  on.sent.length = 0;
  on.heard.length = 0;
  return on;
}

test("a handshake in crumbs is answered, and what stands behind it is a frame", () => {
  const on = bench();
  const bytes = request() + frame(0x82, "first");
  for (const char of bytes) on.line.onBytes(char);
  const accept = createHash("sha1").update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  expect(on.sent).toEqual([`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`]);
  expect(on.heard).toEqual(["/path a=1 other,mqtt 10.1.0.1", "binary first"]);
});

test.each([
  ["what the service refuses", 403, request(), "403 Forbidden"],
  ["no upgrade", { protocol: "mqtt" }, request(["Host: server"]), "400 Bad Request"],
  ["another method", { protocol: "mqtt" }, request(undefined, "POST / HTTP/1.1"), "400 Bad Request"],
  ["a head without end", { protocol: "mqtt" }, "x".repeat(8193), "400 Bad Request"],
])("%s is refused with its status", (_what, answer, bytes, status) => {
  const on = bench(answer);
  on.line.onBytes(bytes);
  expect(on.sent).toEqual([`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`]);
  on.line.onBytes(request());
  on.world.run(100000);
  expect([on.sent.length, on.ended(), on.heard.at(-1)]).toEqual([1, 1, "stream closed"]);
});

test("messages come whole, in pieces, long and between pings; pings are answered", () => {
  const on = opened();
  on.line.onBytes(frame(0x01, "a te") + frame(0x89, "now?") + frame(0x80, "xt") + frame(0x82, "y".repeat(300)));
  expect(on.heard).toEqual(["text a text", `binary ${"y".repeat(300)}`]);
  expect(on.sent).toEqual(["\x8a\x04now?"]);
  on.peer().send("z".repeat(200));
  on.peer().send(Buffer.alloc(70000, 1));
  expect(on.sent.slice(1).map((bytes) => [bytes.slice(0, 4), bytes.length])).toEqual([["\x81\x7e\x00\xc8", 204], ["\x82\x7f\x00\x00", 70010]]);
});

test.each([
  ["an unmasked frame", frame(0x82, "x", false), 1002],
  ["a reserved bit", frame(0xc2, "x"), 1002],
  ["an unknown opcode", frame(0x83, "x"), 1002],
  ["a ping in pieces", frame(0x09, "x"), 1002],
  ["the end of nothing", frame(0x80, "x"), 1002],
  ["a message within another", frame(0x01, "x") + frame(0x82, "x"), 1002],
  ["a frame above the limit", "\x82\xff\x00\x00\x00\x00\x00\x01\x00\x01\x01\x02\x03\x04", 1009],
  ["a farewell", frame(0x88, "\x03\xe9"), 1001],
])("%s ends it with its status", (_what, bytes, status) => {
  const on = opened();
  on.line.onBytes(bytes);
  expect(on.sent).toEqual([`\x88\x02${String.fromCharCode(status >> 8, status & 255)}`]);
  on.line.onBytes(frame(0x82, "more"));
  on.world.run(100000);
  expect([on.heard, on.ended()]).toEqual([["stream closed", "closed"], 1]);
});

test("who answers pings stays, and who does not is cut off", () => {
  const on = opened();
  for (let n = 0; n < 3; n += 1) {
    on.world.run(30000);
    on.line.onBytes(frame(0x8a, ""));
  }
  expect([on.sent, on.heard]).toEqual([["\x89\x00", "\x89\x00", "\x89\x00"], []]);
  on.world.run(60000);
  expect(on.heard).toEqual(["stream cut off", "closed"]);
});
