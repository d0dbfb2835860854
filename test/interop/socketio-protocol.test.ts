/**
 * What the protocol suites of Engine.IO (revision 4) and Socket.IO (revision 5) ask of a server, asked of the thethings.iO emulation:
 * our own tests of their cases, with the realtime API's events in place of their echo. One case differs on purpose: the
 * suites refuse an address without a version, which to a server that also takes Engine.IO 3 (A22) means just that.
 */
import { WebSocket } from "ws";
import { crossed } from "../conformance/statement";
import { call, openCloud } from "../conformance/thethings-peer";
import type { Cloud, CloudOptions } from "../conformance/thethings-peer";

const PING_INTERVAL_MS = 150;
/** So long that a busy machine answers in time. */
const PING_TIMEOUT_MS = 4000;
/** For clients that do not answer at all. */
const impatient = { pingIntervalMs: 50, pingTimeoutMs: 50 };

let cloud: Cloud;
const sockets: WebSocket[] = [];

async function start(limits: CloudOptions["socketio"] = {}): Promise<void> {
  cloud = await openCloud({ socketio: { pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: PING_TIMEOUT_MS, ...limits } });
}

beforeEach(() => start());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await cloud.close();
});

async function http(query: string, method = "GET", body?: string): Promise<{ status: number; text: string }> {
  const { status, text } = await call(cloud.port, `/socket.io/?${query}`, { method, ...(body === undefined ? {} : { body }) });
  return { status, text };
}

const polling = (sid: string): string => `EIO=4&transport=polling&sid=${sid}`;

async function openPolling(): Promise<string> {
  const { text } = await http("EIO=4&transport=polling");
  return (JSON.parse(text.slice(1)) as { sid: string }).sid;
}

interface Frames {
  send(data: string | Buffer): void;
  /** The next message; undefined when the connection is closed. Pings of the server are answered, and told only if asked for. */
  next(pings?: boolean): Promise<string | undefined>;
  closed(): Promise<void>;
}

async function openFrames(query = "EIO=4&transport=websocket"): Promise<Frames> {
  const socket = new WebSocket(`ws://127.0.0.1:${cloud.port}/socket.io/?${query}`);
  sockets.push(socket);
  const came: string[] = [];
  let ended = false;
  let wake = (): void => undefined;
  socket.on("message", (data: Buffer) => {
    crossed(data);
    came.push(data.toString("utf8"));
    wake();
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) =>
    socket.on("close", () => {
      ended = true;
      wake();
      resolve();
    }),
  );
  const next = async (pings = false): Promise<string | undefined> => {
    for (;;) {
      const text = came.shift();
      if (text === "2" && !pings) socket.send("3");
      else if (text !== undefined || ended) return text;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  await new Promise<void>((resolve) => socket.once("open", resolve).once("close", resolve));
  return { send: (data) => socket.send(data), next, closed: () => closed };
}

/** A connection whose first packet was read. */
async function opened(): Promise<Frames> {
  const frames = await openFrames();
  expect(await frames.next()).toMatch(/^0\{/);
  return frames;
}

/** A connection that has joined /v2. */
async function joined(): Promise<Frames> {
  const frames = await opened();
  frames.send("40/v2,");
  expect(await frames.next()).toMatch(/^40\/v2,\{"sid":"[^"]+"\}$/);
  return frames;
}

const isHandshake = (upgrades: readonly string[]): unknown => ({ sid: expect.any(String), upgrades, pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS, maxPayload: 16384 });

describe("Engine.IO", () => {
  test("a session opens by polling", async () => {
    const { status, text } = await http("EIO=4&transport=polling");
    expect([status, text[0], JSON.parse(text.slice(1))]).toEqual([200, "0", isHandshake(["websocket"])]);
  });

  test("a session opens by WebSocket", async () => {
    const text = (await (await openFrames()).next())!;
    expect([text[0], JSON.parse(text.slice(1))]).toEqual(["0", isHandshake([])]);
  });

  test("no version in the address is Engine.IO 3, and an unknown transport is refused", async () => {
    expect((await http("transport=polling")).status).toBe(200);
    for (const query of ["EIO=4", "EIO=4&transport=abc"]) {
      expect((await http(query)).status).toBe(400);
      expect(await (await openFrames(query)).next()).toBeUndefined();
    }
  });

  test("a session is opened by GET alone", async () => {
    for (const method of ["POST", "PUT"]) expect((await http("EIO=4&transport=polling", method)).status).toBe(400);
  });

  test("packets by polling: one, several, with bytes among them", async () => {
    const sid = await openPolling();
    expect(await http(polling(sid), "POST", "40/v2,")).toEqual({ status: 200, text: "ok" });
    expect((await http(polling(sid))).text).toMatch(/^40\/v2,\{"sid":/);
    expect((await http(polling(sid), "POST", '42/v2,["unsubscribe",1]\x1e42/v2,["unsubscribe",2]\x1e42/v2,["subscribe"]')).text).toBe("ok");
    const answers = (await http(polling(sid))).text.split("\x1e");
    expect(answers.map((answer) => answer.slice(0, 17))).toEqual(['42/v2,["unsubscri', '42/v2,["unsubscri', '42/v2,["subscribe']);
    expect((await http(polling(sid), "POST", '451-/v2,["authenticate",{"_placeholder":true,"num":0}]\x1ebAQIDBA==')).text).toBe("ok");
    expect((await http(polling(sid))).text).toBe('42/v2,["authenticate",{"status":"error","message":"Invalid session token"}]');
  });

  test("a body that is no packet ends the session", async () => {
    const sid = await openPolling();
    // With a poll that waits, the server has somewhere to say so at once.
    const poll = http(polling(sid));
    await http(polling(sid), "POST", "abc").catch(() => undefined);
    expect(["1", '{"code":1,"message":"Session ID unknown"}']).toContain((await poll).text);
    expect((await http(polling(sid))).status).toBe(400);
  });

  test("two polls at once end the session", async () => {
    const sid = await openPolling();
    const answers = await Promise.all([http(polling(sid)), http(`${polling(sid)}&t=b`)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, expect.any(Number)]);
    expect(Math.max(...answers.map(({ status }) => status))).toBeGreaterThanOrEqual(400);
    expect(answers.find(({ status }) => status === 200)!.text).toBe("1");
    expect((await http(polling(sid))).status).toBe(400);
  });

  test("heartbeats, by polling and by WebSocket", async () => {
    const sid = await openPolling();
    for (let i = 0; i < 3; i += 1) {
      expect(await http(polling(sid))).toEqual({ status: 200, text: "2" });
      expect((await http(polling(sid), "POST", "3")).status).toBe(200);
    }
    const frames = await joined();
    for (let i = 0; i < 3; i += 1) {
      expect(await frames.next(true)).toBe("2");
      frames.send("3");
    }
  });

  test("without answers to its Pings a session ends, by polling and by WebSocket", async () => {
    await cloud.close();
    await start(impatient);
    const sid = await openPolling();
    let polls = 0;
    while ((await http(polling(sid))).status === 200) polls += 1;
    expect(polls).toBeLessThanOrEqual(2);
    const frames = await openFrames();
    let came: string | undefined = "";
    while (came !== undefined) came = await frames.next(true);
  });

  test("a session is closed by its client: a Close packet by polling, the WebSocket itself", async () => {
    const sid = await openPolling();
    const [poll] = await Promise.all([http(polling(sid)), http(polling(sid), "POST", "1")]);
    expect(poll).toEqual({ status: 200, text: "6" });
    expect((await http(polling(sid))).status).toBe(400);
    // Over a WebSocket the server passes over the packet; the suite's case ends when the heartbeat is missed.
    await cloud.close();
    await start(impatient);
    const frames = await opened();
    frames.send("1");
    await frames.closed();
  });

  test("text that is no packet ends a WebSocket", async () => {
    const frames = await opened();
    frames.send("abc");
    await frames.closed();
  });

  test("a polling session moves to a WebSocket; polling and a second WebSocket of it are refused then", async () => {
    await cloud.close();
    await start({ pingIntervalMs: 25000 });
    const sid = await openPolling();
    const frames = await openFrames(`EIO=4&transport=websocket&sid=${sid}`);
    frames.send("2probe");
    expect(await frames.next()).toBe("3probe");
    // The poll that waits is let go by a packet that says nothing.
    expect((await http(polling(sid))).text).toBe("6");
    frames.send("5");
    expect((await http(polling(sid))).status).toBe(400);
    expect(await (await openFrames(`EIO=4&transport=websocket&sid=${sid}`)).next()).toBeUndefined();
    frames.send("40/v2,");
    expect(await frames.next()).toMatch(/^40\/v2,/);
  });
});

describe("Socket.IO", () => {
  test("the main namespace, the API's, and one that is not there, each with and without a payload", async () => {
    for (const [text, answer] of [["40", /^40\{"sid":"[^"]+"\}$/], ['40{"token":"1"}', /^40\{"sid":/], ["40/v2,", /^40\/v2,\{"sid":/], ['40/v2,{"token":"1"}', /^40\/v2,\{"sid":/], ["40/random", /^44\/random,\{"message":"Invalid namespace"\}$/]] as const) {
      const frames = await opened();
      frames.send(text);
      expect(await frames.next()).toMatch(answer);
    }
  });

  test("a client that joins nothing is disconnected", async () => {
    await cloud.close();
    await start({ joinMs: 50 });
    const frames = await opened();
    expect(await frames.next()).toBeUndefined();
  });

  test("leaving one namespace leaves the connection and the other", async () => {
    const frames = await joined();
    frames.send("40");
    expect(await frames.next()).toMatch(/^40\{"sid":/);
    frames.send("41");
    frames.send('42/v2,["unsubscribe",{}]');
    expect(await frames.next()).toBe('42/v2,["unsubscribe",{"status":"error","message":"Not subscribed"}]');
    frames.send("41/v2,");
    expect(await frames.next(true)).toBe("2");
  });

  test("events with and without acknowledgement, with and without bytes", async () => {
    const refused = '{"status":"error","message":"Invalid session token"}';
    const frames = await joined();
    frames.send('42/v2,["authenticate",1,"2",{"3":[true]}]');
    expect(await frames.next()).toBe(`42/v2,["authenticate",${refused}]`);
    frames.send('42/v2,456["authenticate",{}]');
    expect([await frames.next(), await frames.next()]).toEqual([`42/v2,["authenticate",${refused}]`, `43/v2,456[${refused}]`]);
    frames.send('451-/v2,789["authenticate",{"_placeholder":true,"num":0}]');
    frames.send(Buffer.from([1, 2, 3]));
    expect([await frames.next(), await frames.next()]).toEqual([`42/v2,["authenticate",${refused}]`, `43/v2,789[${refused}]`]);
  });

  test("packets of the wrong form end the connection", async () => {
    for (const text of ["4abc", "42/v2,{}", '42/v2,abc["authenticate"]', "47/v2,"]) {
      const frames = await joined();
      frames.send(text);
      expect([text, await frames.next()]).toEqual([text, undefined]);
    }
  });
});
