/**
 * The shared HTTP server against peers that mean it ill: every limit at its value and one above, and bytes that are no
 * HTTP. After each, the server still answers.
 */
import { connect } from "node:net";
import { call, manualHost } from "../../../test/conformance/thethings-peer";
import type { ManualHost } from "../../../test/conformance/thethings-peer";
import { budget, generator, seed } from "../../../test/support/budget";
import type { HttpLimits } from "./limits";
import { portError } from "./ports";
import { newHttpServer } from "./server";
import type { HttpServer } from "./server";

jest.setTimeout(budget(5000, 120000));
let server: HttpServer;
let host: ManualHost;
let port: number;

async function start(limits: Partial<HttpLimits> = {}): Promise<void> {
  host = manualHost();
  server = newHttpServer(host, { limits, errorBody: (code, message) => ({ code, message }) });
  server.app.post("/echo", (request, reply) => reply.send({ bytes: (request.body as Buffer | undefined)?.length ?? 0 }));
  server.app.get("/secret", (request, reply) => server.fail(request, reply, 401, "no"));
  server.app.get("/broken", () => {
    throw new Error("canary in the error");
  });
  server.app.get<{ Params: { part: string } }>("/part/:part", (request, reply) => reply.send({ part: request.params.part }));
  port = await server.listen("127.0.0.1", 0);
}

afterEach(() => server.close());

/** Sends bytes and gives all that came back until the server closed. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    let text = "";
    socket.on("data", (part) => (text += part.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
  });
}

const alive = async (): Promise<void> => expect((await call(port, "/echo", { body: "abc" })).json).toEqual({ bytes: 3 });

test("a body at the limit is taken, one byte more answers 413", async () => {
  await start({ bodyBytesMax: 1000 });
  expect((await call(port, "/echo", { body: "x".repeat(1000) })).json).toEqual({ bytes: 1000 });
  expect(await call(port, "/echo", { body: "x".repeat(1001) })).toMatchObject({ status: 413, json: { code: 413 } });
  expect(await call(port, "/echo", { body: "x".repeat(1001), headers: { "transfer-encoding": "chunked" } })).toMatchObject({ status: 413 });
  await alive();
});

test("a part of a path at the limit is taken, one character more answers 414", async () => {
  await start({ pathPartCharsMax: 20 });
  expect((await call(port, `/part/${"x".repeat(20)}`)).status).toBe(200);
  expect(await call(port, `/part/${"x".repeat(21)}`)).toMatchObject({ status: 414, json: { code: 414 } });
});

test("an address has its requests in a row, then 429 until time has passed", async () => {
  await start({ requestsBurst: 3, requestsPerSec: 1 });
  const status = async (): Promise<number> => (await call(port, "/part/x")).status;
  expect([await status(), await status(), await status(), await status()]).toEqual([200, 200, 200, 429]);
  host.advance(1000);
  expect([await status(), await status()]).toEqual([200, 429]);
});

test("refused secrets have a smaller budget, and end everything of the address", async () => {
  await start({ refusalsBurst: 2, refusalsPerSec: 1 });
  const status = async (path: string): Promise<number> => (await call(port, path)).status;
  expect([await status("/secret"), await status("/part/x"), await status("/secret"), await status("/secret"), await status("/part/x")]).toEqual([401, 200, 401, 429, 429]);
  host.advance(1000);
  expect(await status("/part/x")).toBe(200);
});

test("one connection too many is closed unread", async () => {
  await start({ connectionsMax: 2 });
  const held = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
  for (const socket of held) await new Promise((resolve) => socket.once("connect", resolve));
  // Their request is answered, so the server has them.
  for (const socket of held) {
    socket.write("GET /part/x HTTP/1.1\r\nHost: x\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
  }
  expect(await raw("GET /part/x HTTP/1.1\r\nHost: x\r\n\r\n")).toBe("");
  for (const socket of held) await new Promise<void>((resolve) => socket.once("close", () => resolve()).destroy());
});

test("a request that does not end is answered 408 and cut", async () => {
  await start({ requestMs: 50 });
  const socket = connect(port, "127.0.0.1", () => socket.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"));
  const text = await new Promise<string>((resolve) => {
    let came = "";
    socket.on("data", (part) => (came += part.toString("latin1")));
    socket.on("close", () => resolve(came));
  });
  expect(text).toMatch(/^HTTP\/1.1 408 .*\{"code":408,"message":"The request took too long"\}$/s);
  await alive();
});

test("an idle connection is closed", async () => {
  await start({ idleMs: 20 });
  const socket = connect(port, "127.0.0.1", () => socket.write("GET /part/x HTTP/1.1\r\nHost: x\r\n\r\n"));
  const text = await new Promise<string>((resolve) => {
    let came = "";
    socket.on("data", (part) => (came += part.toString("latin1")));
    socket.on("close", () => resolve(came));
  });
  expect(text).toMatch(/^HTTP\/1.1 200 /);
});

test.each(["/part/%", "/part/%zz", "/part/%ff", "/%00", "/..%2f..%2fetc%2fpasswd", "//", "/part/x?%", "/part/a%2fb", "/*", `/${"a/".repeat(5000)}`])(
  "a hostile path is answered and hurts nothing: %s",
  async (path) => {
    await start();
    const { status } = await call(port, path);
    expect([200, 400, 404]).toContain(status);
    await alive();
  },
);

test("an error of ours is a 500 that tells nothing", async () => {
  await start();
  expect(await call(port, "/broken")).toMatchObject({ status: 500, text: '{"code":500,"message":"Internal error"}' });
  expect(host.events).toEqual([{ event: "http-failed" }]);
});

test.each(["\u0000\u0001", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", `GET / HTTP/1.1\r\nX: ${"y".repeat(20000)}\r\n\r\n`, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc", "\u0016\u0003\u0001\u0002\u0000\u0001"])(
  "bytes that are no HTTP end their own connection only: %j",
  async (bytes) => {
    await start();
    expect(await raw(bytes)).not.toMatch(/ 200 /);
    await alive();
  },
);

test.each([
  ["an unknown version", "GET / HTTP/9.9\r\n\r\n", 400, "Bad request"],
  ["two lengths", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "Bad request"],
  ["too long a header", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(20000)}\r\n\r\n`, 431, "The header is too large"],
])("what is no request is answered in the platform's own words: %s", async (_name, bytes, code, message) => {
  await start();
  const [head, body] = (await raw(bytes)).split("\r\n\r\n") as [string, string];
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${code} .*\r\nconnection: close`, "is"));
  expect(JSON.parse(body)).toEqual({ code, message });
});

test("random bytes and cut requests never end the server", async () => {
  await start();
  const draw = generator(seed);
  const whole = Buffer.from('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc');
  for (let run = 0; run < budget(100, 5000); run += 1) {
    const bytes = Buffer.from(whole);
    for (let n = draw(6); n > 0; n -= 1) bytes[draw(bytes.length)] = draw(256);
    await raw(bytes.subarray(0, draw(bytes.length + 1)));
  }
  await alive();
});

test("a port in use is named with the option that chooses another", async () => {
  await start();
  const second = newHttpServer(host, { errorBody: () => ({}) });
  const error: unknown = await second.listen("127.0.0.1", port).catch((reason: unknown) => reason);
  expect(portError(error, "http", "127.0.0.1", port).message).toBe(
    `The http port ${port} on 127.0.0.1 is in use: stop what uses it, or choose another with --http (0 takes a free one).`,
  );
  expect(portError({ code: "EACCES" }, "coap", "::1", 80).message).toMatch(/reserved for the administrator: choose another with --coap/);
  expect(portError({ code: "EADDRNOTAVAIL" }, "coap", "10.9.9.9", 80).message).toMatch(/10.9.9.9 is not one of this machine/);
  expect(portError(new Error("x"), "coap", "::1", 80).message).toMatch(/cannot be opened \(unknown\)/);
  await second.close();
});
