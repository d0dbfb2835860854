import { createServer } from "node:http";
import type { Server } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { ignoreOtherUpgrades } from "./upgrade";

let server: Server;
const heard: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { upgrade, connection, "http2-settings": settings } = request.headers;
    let body = "";
    request.setEncoding("latin1").on("data", (text: string) => (body += text));
    request.on("end", () => response.end(JSON.stringify([request.method, request.url, request.headers["x-key"], upgrade, connection, settings, body]), "latin1"));
  });
  server.on("upgrade", (request, stream) => {
    if (request.headers.upgrade === "websocket") stream.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    heard.push(request.headers.upgrade!);
  });
  ignoreOtherUpgrades(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

/** What comes back until the server ends the connection. */
async function told(pieces: readonly string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (piece: string) => (text += piece));
  for (const piece of pieces) socket.write(piece, "latin1");
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const asking = "Host: a\r\nX-Key: caf\xe9\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n";
const closing = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

test("a request that asks for HTTP/2 in the clear is answered as if it had not, with its body, and so is the next (RFC 9110 7.8)", async () => {
  const answers = await told([`POST /things?n=1 HTTP/1.1\r\n${asking}Content-Length: 5\r\n\r\nhe`, `llo${closing}`]);
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(answers).toContain(JSON.stringify(["POST", "/things?n=1", "caf\xe9", null, null, null, "hello"]));
  expect(answers).toContain('["GET","/last"');
});

test("one that asks to close besides is closed", async () => {
  const answer = await told([`GET /one HTTP/1.1\r\n${asking.replace("Upgrade, ", "close, upgrade, ")}\r\n`]);
  expect(answer).toContain("Connection: close");
  expect(answer).toContain('["GET","/one"');
});

test("a WebSocket's handshake is left to who accepts it", async () => {
  expect(await told(["GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"])).toBe("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  expect(heard.at(-1)).toBe("websocket");
});
