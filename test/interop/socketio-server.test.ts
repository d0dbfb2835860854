/** The Socket.IO client against the server of `socket.io` 4, unchanged, which takes Engine.IO 4 and, allowed to, 3. */
import { createServer } from "node:http";
import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import type { Socket } from "socket.io";
import { SioCode, sioAcknowledge, sioClose, sioEmit } from "../../firmware/protocol/socketio/session";
import { WsCode } from "../../firmware/protocol/websocket/session";
import { openSioClient } from "./socketio-client";
import type { SioClient } from "./socketio-client";

let http: HttpServer;
let io: Server;
let port: number;
const clients: SioClient[] = [];

async function serve(pings: { pingInterval?: number; pingTimeout?: number } = {}): Promise<void> {
  http = createServer();
  io = new Server(http, { allowEIO3: true, serveClient: false, maxHttpBufferSize: 1000, ...pings });
  io.of("/v2").use((socket, next) => next(socket.handshake.auth["token"] === "wrong" ? new Error("Not you") : undefined));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  port = (http.address() as AddressInfo).port;
}

/** The server's side of the client that joins next. */
function joining(namespace = "/v2"): Promise<Socket> {
  return new Promise((resolve) => io.of(namespace).once("connection", resolve));
}

async function open(options: Parameters<typeof openSioClient>[1] = {}): Promise<SioClient> {
  const client = await openSioClient(port, options);
  clients.push(client);
  return client;
}

const ended = (client: SioClient): Promise<void> => client.until(() => client.heard.some(([kind]) => kind === "closed"));
const joined = (client: SioClient): Promise<void> => client.until(() => client.heard.some(([kind]) => kind === "connected"));

afterEach(async () => {
  for (const client of clients.splice(0)) client.cut();
  await io.close();
});

describe.each([4, 3])("Engine.IO %d", (version) => {
  test("events and acknowledgements of any JSON, both ways", async () => {
    await serve();
    const server = joining();
    const client = await open({ version });
    const socket = await server;
    await joined(client);
    socket.on("echo", (...args: unknown[]) => {
      const answer = args.pop() as (...given: unknown[]) => void;
      answer(...args);
    });
    const values = [null, true, -1.5e3, "\u00e9\u6f22\u{1f600}\"\\", [[], {}], { a: { b: [1] } }];
    sioEmit(client.session, "echo", Buffer.from(values.map((value) => JSON.stringify(value)).join(), "utf8").toString("latin1"), 7, client.now());
    await client.until(() => client.heard.length === 2);
    expect(client.heard[1]).toEqual(["acknowledged", 7, values]);
    const acked = new Promise((resolve) => socket.emit("question", ...values, (...answer: unknown[]) => resolve(answer)));
    await client.until(() => client.heard.length === 3);
    expect(client.heard[2]).toEqual(["event", "question", values, expect.any(Number)]);
    sioAcknowledge(client.session, client.heard[2]![3] as number, '"yes",{"n":1}');
    expect(await acked).toEqual(["yes", { n: 1 }]);
  });

  test("an event with bytes is passed over, and what follows is heard", async () => {
    await serve();
    const server = joining();
    const client = await open({ version });
    const socket = await server;
    socket.emit("picture", { a: Buffer.from("abc"), b: [Buffer.from("d")] });
    socket.emit("text", 1);
    expect(await client.next("text")).toBe(1);
    expect(client.heard).toEqual([["connected"], ["binarySkipped"]]);
  });

  test("heartbeats keep it alive through several intervals, whoever has to ping", async () => {
    await serve({ pingInterval: 60, pingTimeout: 1000 });
    const server = joining();
    const client = await open({ version });
    const socket = await server;
    let beats = 0;
    const four = new Promise<void>((resolve) => {
      socket.conn.on("heartbeat", () => {
        beats += 1;
        if (beats === 4) resolve();
      });
    });
    await joined(client);
    await four;
    expect(client.heard).toEqual([["connected"]]);
  });

  test("the server's leaving, the client's leaving, and a transport that is torn", async () => {
    await serve();
    const first = joining();
    const left = await open({ version });
    (await first).disconnect();
    await ended(left);
    expect(left.heard.at(-1)).toEqual(["closed", SioCode.disconnected, ""]);
    const second = joining();
    const leaving = await open({ version });
    const socket = await second;
    const reason = new Promise((resolve) => socket.once("disconnect", resolve));
    await joined(leaving);
    sioClose(leaving.session, leaving.now());
    await ended(leaving);
    expect(leaving.heard.at(-1)).toEqual(["closed", WsCode.normal, ""]);
    expect(await reason).toBe("client namespace disconnect");
    const third = joining();
    const torn = await open({ version });
    await third;
    torn.cut();
    await ended(torn);
    expect(torn.heard.at(-1)).toEqual(["closed", WsCode.abnormal, ""]);
  });

  test("an unknown namespace is refused in the server's words", async () => {
    await serve();
    const client = await open({ version, namespace: "/none" });
    await ended(client);
    expect(client.heard).toEqual([["closed", SioCode.refused, "Invalid namespace"]]);
  });

  test("the main namespace", async () => {
    await serve();
    const server = joining("/");
    const client = await open({ version, namespace: "/" });
    (await server).emit("hello", "main");
    expect(await client.next("hello")).toBe("main");
  });
});

test("what CONNECT carries reaches the server, and its refusal reaches us", async () => {
  await serve();
  const server = joining();
  await open({ auth: '{"token":"right"}' });
  expect((await server).handshake.auth).toEqual({ token: "right" });
  const refused = await open({ auth: '{"token":"wrong"}' });
  await ended(refused);
  expect(refused.heard).toEqual([["closed", SioCode.refused, "Not you"]]);
});

test("the server's own limit is known beforehand", async () => {
  await serve();
  const client = await open();
  await joined(client);
  const filler = (length: number): string => `"${"x".repeat(length - '42/v2,["e",""]'.length)}"`;
  expect(sioEmit(client.session, "e", filler(1001), -1, client.now())).toBe(SioCode.tooLarge);
  expect(sioEmit(client.session, "e", filler(1000), -1, client.now())).toBe(0);
});

test("a session that the server does not know is refused by its status", async () => {
  await serve();
  const client = await open({ query: "sid=none" });
  await ended(client);
  expect(client.heard).toEqual([["closed", 400, ""]]);
});
