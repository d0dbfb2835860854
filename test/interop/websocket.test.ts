/** The WebSocket client against the server of `ws`, unchanged, over real sockets: its strict parser reads what we send, ours what it sends. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import type { ServerOptions } from "ws";
import { WsCode, wsClose, wsSendBinary, wsSendText } from "../../firmware/protocol/websocket/session";
import { utf8 } from "../conformance/websocket-peer";
import { generator, seed } from "../support/budget";
import { openWsClient } from "./websocket-client";
import type { WsClient } from "./websocket-client";

let server: WebSocketServer;
/** The server's side of the connection that came last. */
let accepted: Promise<WebSocket>;

async function serve(options: ServerOptions = {}): Promise<number> {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  accepted = new Promise((resolve) => server.on("connection", (socket) => resolve(socket)));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

const ended = (client: WsClient): Promise<void> => client.until(() => client.heard.some(([kind]) => kind === "closed"));

/** What a server's socket received, in order, and how it was closed. */
function listen(socket: WebSocket): { messages: [boolean, string][]; closed: Promise<[number, string]>; failed: unknown[] } {
  const messages: [boolean, string][] = [];
  const failed: unknown[] = [];
  socket.on("message", (data: Buffer, isBinary) => void messages.push([isBinary, data.toString("latin1")]));
  socket.on("error", (error) => failed.push(error));
  return { messages, failed, closed: new Promise((resolve) => socket.on("close", (code, reason) => resolve([code, reason.toString("utf8")]))) };
}

test("texts and binaries of every length size, both ways, and a clean close from here", async () => {
  const client = await openWsClient(await serve({ perMessageDeflate: true }));
  const peer = await accepted;
  const heard = listen(peer);
  peer.on("message", (data: Buffer, isBinary) => peer.send(data, { binary: isBinary }));
  const draw = generator(seed);
  const sent: [boolean, string][] = [];
  await client.until(() => client.heard.length === 1);
  for (const length of [0, 1, 125, 126, 127, 1000, 65535, 65536, 200000]) {
    const bytes = Array.from({ length }, () => String.fromCharCode(draw(256))).join("");
    const text = utf8("\u00e9\u6f22\u{1f600}z").repeat(Math.ceil(length / 10));
    expect([wsSendBinary(client.session, client.sink, bytes), wsSendText(client.session, client.sink, text)]).toEqual([0, 0]);
    sent.push([true, bytes], [false, text]);
  }
  await client.until(() => client.heard.length === 1 + sent.length);
  expect(heard.messages).toEqual(sent);
  expect(client.heard).toEqual([["opened", ""], ...sent.map(([isBinary, bytes]) => [isBinary ? "binary" : "text", bytes])]);
  wsClose(client.session, client.sink, 4001, 0);
  await ended(client);
  expect(client.heard.at(-1)).toEqual(["closed", 4001]);
  expect(await heard.closed).toEqual([4001, ""]);
  expect(heard.failed).toEqual([]);
});

test("fragments of the server's, Pings between them, and a close from there", async () => {
  const client = await openWsClient(await serve(), {}, 3);
  const peer = await accepted;
  const heard = listen(peer);
  const pong = once(peer, "pong");
  peer.send("one, ", { fin: false });
  peer.ping("beat");
  peer.send(Buffer.from("\u00e9").subarray(0, 1), { fin: false });
  peer.send(Buffer.from("\u00e9").subarray(1), { fin: true });
  expect(String((await pong)[0])).toBe("beat");
  await client.until(() => client.heard.length === 2);
  expect(client.heard[1]).toEqual(["text", utf8("one, \u00e9")]);
  peer.close(1001, "going away");
  await ended(client);
  expect(client.heard.at(-1)).toEqual(["closed", 1001]);
  expect((await heard.closed)[0]).toBe(1001);
});

test("the subprotocol mqtt, chosen by a server that has it, and left out by one that has not", async () => {
  const asked: string[][] = [];
  const port = await serve({
    handleProtocols: (offered) => {
      asked.push([...offered]);
      return offered.has("mqtt") ? "mqtt" : false;
    },
  });
  const client = await openWsClient(port, { subprotocols: ["other", "mqtt"] });
  expect((await accepted).protocol).toBe("mqtt");
  await client.until(() => client.heard.length === 1);
  expect(client.heard).toEqual([["opened", "mqtt"]]);
  expect(asked).toEqual([["other", "mqtt"]]);
  const other = await openWsClient(port, { subprotocols: ["other"] });
  await other.until(() => other.heard.length === 1);
  expect(other.heard).toEqual([["opened", ""]]);
});

test("what the server refuses is told by its status", async () => {
  const port = await serve({ path: "/right", verifyClient: (_info, answer) => answer(false, 401, "No") });
  const wrongPath = await openWsClient(port, { path: "/wrong" });
  await ended(wrongPath);
  expect(wrongPath.heard).toEqual([["closed", 400]]);
  const unwelcome = await openWsClient(port, { path: "/right" });
  await ended(unwelcome);
  expect(unwelcome.heard).toEqual([["closed", 401]]);
});

test("limits of either side end the connection with 1009", async () => {
  const client = await openWsClient(await serve({ maxPayload: 1000 }), { messageBytesMax: 2000 });
  const peer = await accepted;
  const heard = listen(peer);
  peer.send("x".repeat(2001));
  await ended(client);
  expect(client.heard.at(-1)).toEqual(["closed", WsCode.messageTooBig]);
  expect((await heard.closed)[0]).toBe(1009);
  accepted = new Promise((resolve) => server.on("connection", (socket) => resolve(socket)));
  const wordy = await openWsClient((server.address() as AddressInfo).port);
  listen(await accepted);
  await wordy.until(() => wordy.heard.length === 1);
  wsSendText(wordy.session, wordy.sink, "x".repeat(1001));
  await ended(wordy);
  expect(wordy.heard.at(-1)).toEqual(["closed", 1009]);
});

test("a server that is torn away ends the connection as abnormal", async () => {
  const client = await openWsClient(await serve());
  (await accepted).terminate();
  await ended(client);
  expect(client.heard).toEqual([["opened", ""], ["closed", WsCode.abnormal]]);
});
