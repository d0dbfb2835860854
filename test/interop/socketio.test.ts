/**
 * The realtime API with the socket.io clients of both generations, unchanged, over every transport, and with raw frames
 * of Engine.IO 3 and 4 over a bare WebSocket.
 */
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";
import { startThethings } from "../../sim/cloud/thethings/index";
import type { StartedThethings } from "../../sim/cloud/thethings/index";
import { crossed, statement } from "../conformance/statement";
import { call, manualHost, openSocket } from "../conformance/thethings-peer";
import type { ClientKind } from "../conformance/thethings-peer";

let cloud: StartedThethings;
let thingToken: string;
let session: string;

beforeAll(async () => {
  cloud = await startThethings({ machine: manualHost() });
  thingToken = cloud.model.createThing().thingToken;
  session = ((await call(cloud.ports.http, "/v2/register", { body: { email: "ann@example.org", password: "x" } })).json as { token: string }).token;
  await call(cloud.ports.http, "/v2/me/things", { session, body: { thingToken } });
  await write(0);
});
afterAll(() => cloud.close());

const topic = "/me/resources/temperature";

function write(value: number): Promise<unknown> {
  return call(cloud.ports.http, `/v2/things/${thingToken}`, { body: { values: [{ key: "temperature", value }] } });
}

const kinds: readonly ClientKind[] = ([2, 4] as const).flatMap((version) => [
  { version, transports: ["polling"] as const },
  { version, transports: ["websocket"] as const },
  { version, transports: ["polling", "websocket"] as const },
]);

for (const kind of kinds) {
  for (const secure of [false, true]) {
    const name = `socket.io-client ${kind.version}, ${kind.transports.join(" then ")}, ${secure ? "https" : "http"}`;
    statement("SIO-1 SIO-2 SIO-13", `authenticate, subscribe, receive, unsubscribe: ${name}`, async () => {
      const port = secure ? cloud.ports.https : cloud.ports.http;
      const socket = await openSocket(port, secure ? { ...kind, ca: readFileSync(cloud.ca) } : kind, [topic]);
      expect(await socket.ask("subscribe", { resource: topic })).toEqual({ status: "error", message: "Not authenticated" });
      expect(await socket.ask("authenticate", { sessionToken: session })).toEqual({ status: "success" });
      expect(await socket.ask("subscribe", { resource: topic })).toMatchObject({ status: "success" });
      for (const value of [21, 22, 23]) {
        await write(value);
        expect(await socket.next(topic)).toMatchObject([{ key: "temperature", value }]);
      }
      expect(await socket.ask("unsubscribe", { resource: topic })).toMatchObject({ status: "success" });
      await write(24);
      await socket.ask("unsubscribe", { resource: topic });
      expect(socket.untaken()).toEqual([]);
      socket.close();
    });
  }
}

/** A bare WebSocket to Engine.IO, frame by frame. */
async function openFrames(version: 3 | 4): Promise<{ send(frame: string): void; next(): Promise<string>; close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${cloud.ports.http}/socket.io/?EIO=${version}&transport=websocket`);
  const came: string[] = [];
  let wake = (): void => undefined;
  socket.on("message", (data: Buffer) => {
    crossed(data);
    came.push(data.toString("utf8"));
    wake();
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const next = async (): Promise<string> => {
    while (came.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return came.shift() ?? "";
  };
  return { send: (frame) => socket.send(frame), next, close: () => socket.terminate() };
}

/** Authenticates, subscribes, receives and leaves with bare frames, which are the same in both versions. */
async function talk({ send, next }: Awaited<ReturnType<typeof openFrames>>): Promise<void> {
  send(`42/v2,["authenticate",{"sessionToken":"${session}"}]`);
  expect(await next()).toBe('42/v2,["authenticate",{"status":"success"}]');
  send(`42/v2,["subscribe",{"resource":"${topic}"}]`);
  expect(await next()).toBe(`42/v2,["subscribe",{"status":"success","message":"subscribed","resource":"${topic}"}]`);
  await write(25);
  expect(await next()).toMatch(new RegExp(`^42/v2,\\["${topic}",\\[\\{"key":"temperature","value":25,"datetime":"[^"]+","thingId":"[^"]+"\\}\\]\\]$`));
  send(`42/v2,7["unsubscribe",{"resource":"${topic}"}]`);
  const answers = [await next(), await next()];
  expect(answers).toContain(`43/v2,7[{"status":"success","message":"unsubscribed","resource":"${topic}"}]`);
  send("41/v2,");
}

statement("SIO-2 SIO-15", "Engine.IO 4 frames: open, join, and the documented exchange", async () => {
  const frames = await openFrames(4);
  expect(await frames.next()).toMatch(/^0\{"sid":".*"pingInterval":25000,"pingTimeout":20000/);
  frames.send("40/v2,");
  expect(await frames.next()).toMatch(/^40\/v2,\{"sid":"[^"]+"\}$/);
  await talk(frames);
  frames.close();
});

statement("SIO-2 SIO-15", "Engine.IO 3 frames: the default namespace first, the client pings", async () => {
  const frames = await openFrames(3);
  expect(await frames.next()).toMatch(/^0\{"sid":".*"pingInterval":25000,"pingTimeout":20000/);
  expect(await frames.next()).toBe("40");
  frames.send("40/v2");
  expect(await frames.next()).toMatch(/^40\/v2,?$/);
  frames.send("2");
  expect(await frames.next()).toBe("3");
  await talk(frames);
  frames.close();
});

test("frames that mean nothing end their own connection at most", async () => {
  const hostile = ["", "9", "4", "45", "451-/v2,[\"authenticate\",{\"_placeholder\":true,\"num\":0}]", "42/v2,", "42/v2,{", '42/v2,["connect"]', '42/v2,["disconnect"]', "42/v2,[1]", "43/v2,9[]", "44/v2,{}", "4x", "40/v2,{", "\u0000", `42/v2,["subscribe",${"[".repeat(8000)}`];
  for (const frame of hostile) {
    for (const version of [3, 4] as const) {
      const frames = await openFrames(version);
      frames.send(version === 4 ? "40/v2," : "40/v2");
      frames.send(frame);
      await frames.next();
      frames.close();
    }
  }
  const socket = await openSocket(cloud.ports.http);
  expect(await socket.ask("authenticate", { sessionToken: session })).toEqual({ status: "success" });
  socket.close();
});
