/** Unit tests of block-wise transfer and of observations, without sockets. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parse } from "coap-packet";
import type { ParsedPacket } from "coap-packet";
import { statement } from "../../../test/conformance/statement";
import { manualHost } from "../../../test/conformance/thethings-peer";
import { coapRequest, optionsOf } from "../../../test/interop/cloud-peers";
import { bench } from "../../../test/support/coap-server";
import type { Bench } from "../../../test/support/coap-server";
import { createCoapServer } from "./server";
import type { CoapRequest, CoapService, Observation } from "./service";

function bits(num: number, more: boolean, szx: number): Buffer {
  const value = num * 16 + (more ? 8 : 0) + szx;
  return value < 256 ? Buffer.from([value]) : value < 65536 ? Buffer.from([value >> 8, value & 255]) : Buffer.from([value >> 16, (value >> 8) & 255, value & 255]);
}

const block = (name: "Block1" | "Block2", num: number, more: boolean, szx: number) => [{ name, value: bits(num, more, szx) }] as const;

/** Number, more and exponent of a block option of an answer. */
function blockOf(message: ParsedPacket | undefined, name: string): readonly [number, boolean, number] | undefined {
  const value = message === undefined ? undefined : optionsOf(message, name)[0];
  if (value === undefined) return undefined;
  const number = Number(`0x0${value.toString("hex")}`);
  return [number >> 4, (number & 8) !== 0, number & 7];
}

/** Bytes of buffers that are still referred to. */
function arrayBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  // What the first has found is taken off the count by the second.
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** A server whose platform remembers its requests for as long as they are observed, as a closure over one does. */
function observed(began: (observation: Observation) => void) {
  const host = manualHost();
  const sent: { bytes: Buffer; peer: string }[] = [];
  const held = new Set<CoapRequest>();
  const service: CoapService = {
    links: [],
    contentFormats: [],
    request: (request, respond) => {
      held.add(request);
      respond({ code: "2.05", payload: Buffer.from("now"), observer: { began, ended: () => void held.delete(request) } });
    },
  };
  return { host, sent, server: createCoapServer(host, service, (bytes, peer) => void sent.push({ bytes, peer })) };
}

/** Sends a body of `bytes` in blocks of 16; gives the codes that came. */
function upload(made: Bench, bytes: number, path = "echo"): (string | undefined)[] {
  const body = Buffer.alloc(bytes, "b");
  const codes: (string | undefined)[] = [];
  for (let at = 0; at < bytes; at += 16) {
    const more = at + 16 < bytes;
    const answer = made.ask("POST", path, { payload: body.subarray(at, at + 16), options: [...block("Block1", at / 16, more, 0)] });
    expect(blockOf(answer, "Block1")?.[0] ?? at / 16).toBe(at / 16);
    codes.push(answer?.code);
    if (answer?.code !== "2.31") break;
  }
  return codes;
}

test("Block1: a body comes together from its blocks and acts once", () => {
  const made = bench();
  expect(upload(made, 40)).toEqual(["2.31", "2.31", "2.04"]);
  expect(made.requests.map((one) => one.payload.length)).toEqual([40]);
  expect(made.server.counts.blockBytes).toBe(0);
});

test("Block1: a block that is missing, repeated or short is refused", () => {
  const { ask, requests } = bench();
  const send = (num: number, more: boolean, bytes: number, szx = 0): string | undefined =>
    ask("POST", "echo", { payload: Buffer.alloc(bytes), options: [...block("Block1", num, more, szx)] })?.code;
  expect(send(1, true, 16)).toBe("4.08");
  expect(send(0, true, 15)).toBe("4.00");
  expect([send(0, true, 16), send(2, true, 16)]).toEqual(["2.31", "4.08"]);
  expect(send(1, true, 16)).toBe("4.08");
  // A smaller exponent in the middle goes on where the larger ended.
  expect([send(0, true, 32, 1), send(2, false, 16, 0)]).toEqual(["2.31", "2.04"]);
  expect(requests).toHaveLength(1);
});

test("bodyBytesMax, bodiesPerPeerMax, blockBytesMax, responseBytesMax: at the limit and one above", () => {
  const made = bench({ bodyBytesMax: 64, bodiesPerPeerMax: 2, blockBytesMax: 80, responseBytesMax: 50 });
  const { ask, server } = made;
  expect(upload(made, 64).at(-1)).toBe("5.00");
  expect(made.requests.at(-1)?.payload).toHaveLength(64);
  expect(upload(made, 65).at(-1)).toBe("4.13");
  expect(ask("POST", "echo", { payload: Buffer.alloc(65) })?.code).toBe("4.13");
  expect(ask("POST", "echo", { options: [{ name: "Size1", value: Buffer.from([65]) }] })?.code).toBe("4.13");
  expect([ask("GET", "size/50")?.code, ask("GET", "size/51")?.code]).toEqual(["2.05", "5.00"]);
  const begin = (path: string, peer: string): string | undefined =>
    ask("POST", path, { payload: Buffer.alloc(32), options: [...block("Block1", 0, true, 1)] }, peer)?.code;
  expect([begin("echo/1", "a 1"), begin("echo/2", "a 1"), begin("echo/3", "b 1")]).toEqual(["2.31", "2.31", "5.03"]);
  expect(server.counts.blockBytes).toBe(64);
  expect(begin("echo/2", "a 1")).toBe("2.31");
  const third = ask("POST", "echo/3", { payload: Buffer.alloc(16), options: [...block("Block1", 0, true, 0)] }, "a 1");
  expect([third?.code, server.counts.blockBytes]).toEqual(["2.31", 48]);
  made.host.advance(300000);
  expect(server.counts.blockBytes).toBe(0);
});

test("Block2: cut at 1024, or as the client asks, early or late, with one ETag", () => {
  const { ask, requests } = bench();
  const whole = ask("GET", "size/1024");
  expect([whole?.payload.length, blockOf(whole, "Block2")]).toEqual([1024, undefined]);
  const first = ask("GET", "size/1025");
  expect([first?.payload.length, blockOf(first, "Block2")]).toEqual([1024, [0, true, 6]]);
  const before = requests.length;
  const second = ask("GET", "size/1025", { options: [...block("Block2", 1, false, 6)] });
  expect([second?.payload.length, blockOf(second, "Block2")]).toEqual([1, [1, false, 6]]);
  expect(optionsOf(second as ParsedPacket, "ETag")).toEqual(optionsOf(first as ParsedPacket, "ETag"));
  // Later blocks are of what was kept: the platform is not asked again.
  expect(requests).toHaveLength(before);
  const late = ask("GET", "size/1025", { options: [...block("Block2", 8, false, 3)] });
  expect([late?.payload.length, blockOf(late, "Block2")]).toEqual([1, [8, false, 3]]);
  expect(ask("GET", "size/1025", { options: [...block("Block2", 2, false, 6)] })?.code).toBe("4.00");
  const early = ask("GET", "size/20", { options: [...block("Block2", 0, false, 0)] });
  expect([early?.payload.length, blockOf(early, "Block2")]).toEqual([16, [0, true, 0]]);
  const unkept = ask("GET", "size/40", { options: [...block("Block2", 2, false, 0)] }, "p 2");
  expect([unkept?.payload.length, blockOf(unkept, "Block2")]).toEqual([8, [2, false, 0]]);
});

test("a long POST answer is fetched block by block without acting again", () => {
  const { ask, requests } = bench();
  const first = ask("POST", "size/2000", { payload: "x" });
  expect(blockOf(first, "Block2")).toEqual([0, true, 6]);
  expect(ask("POST", "size/2000", { options: [...block("Block2", 1, false, 6)] })?.payload).toHaveLength(976);
  expect(requests).toHaveLength(1);
});

const observe = (made: Bench, more: object = {}, peer?: string): ParsedPacket | undefined => made.ask("GET", "obs", { observe: 0, ...more }, peer);
const latest = (made: Bench): ParsedPacket => parse(made.sent.at(-1)?.bytes as Buffer);
const hex = (id: number): string => id.toString(16).padStart(4, "0");
const note = (text: string) => ({ code: "2.05", payload: Buffer.from(text) });

statement("TD_COAP_OBS_11", "notifications: one confirmable in flight to an endpoint, over all its observations, in order", () => {
  const made = bench();
  observe(made, { token: "a" });
  observe(made, { token: "b" });
  const [a, b] = made.observations as [Observation, Observation];
  const before = made.sent.length;
  a.notify(note("1"), true);
  b.notify(note("2"), true);
  a.notify(note("3"), true);
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    expect(made.sent).toHaveLength(before + i + 1);
    seen.push(`${latest(made).token.toString()}${latest(made).payload.toString()}`);
    made.raw(`6000${hex(latest(made).messageId)}`);
  }
  expect(seen).toEqual(["a1", "b2", "a3"]);
  made.host.advance(200000);
  expect(made.sent).toHaveLength(before + 3);
});

test("waitingMax: the oldest that waits is dropped, and counted", () => {
  const made = bench({ waitingMax: 2 });
  observe(made);
  for (const text of ["1", "2", "3", "4"]) made.observations[0]?.notify(note(text), true);
  expect(made.host.events).toEqual([{ event: "coap-waiting-dropped" }]);
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    seen.push(latest(made).payload.toString());
    made.raw(`6000${hex(latest(made).messageId)}`);
  }
  expect(seen).toEqual(["1", "3", "4"]);
});

test("observationsPerPeerMax and observationsMax: one more is answered without Observe", () => {
  const made = bench({ observationsPerPeerMax: 2, observationsMax: 3 });
  const has = (token: string, peer: string): boolean => optionsOf(observe(made, { token }, peer) as ParsedPacket, "Observe").length === 1;
  expect([has("a", "p 1"), has("b", "p 1"), has("c", "p 1")]).toEqual([true, true, false]);
  expect([has("a", "p 2"), has("a", "p 3")]).toEqual([true, false]);
  expect(made.observations).toHaveLength(3);
  // The same token again takes the place of the one before, and its numbers go on.
  const again = observe(made, { token: "a" });
  expect(optionsOf(again as ParsedPacket, "Observe")).toEqual([Buffer.from([1])]);
  expect(made.ends).toEqual(["replaced"]);
});

statement("TD_COAP_OBS_05 TD_COAP_OBS_06 TD_COAP_OBS_12", "how an observation ends: RST to CON and to NON, Observe 1, silence, an error, the platform", () => {
  const made = bench();
  const end = (): number => made.server.counts.observations;
  observe(made);
  made.observations[0]?.notify(note("con"), true);
  made.raw(`7000${hex(latest(made).messageId)}`);
  observe(made);
  made.observations[1]?.notify(note("non"), false);
  expect(latest(made)).toMatchObject({ confirmable: false, payload: Buffer.from("non") });
  made.raw(`7000${hex(latest(made).messageId)}`, "other 1");
  expect(end()).toBe(1);
  made.raw(`7000${hex(latest(made).messageId)}`);
  observe(made);
  made.ask("GET", "obs", { observe: 1, token: "no" });
  expect(end()).toBe(1);
  made.ask("GET", "obs", { observe: 1 });
  observe(made);
  made.observations[3]?.notify(note("deaf"), true);
  made.host.advance(93000);
  observe(made);
  made.observations[4]?.notify({ code: "4.04" }, false);
  expect([latest(made).code, latest(made).confirmable, optionsOf(latest(made), "Observe")]).toEqual(["4.04", true, []]);
  observe(made);
  made.observations[5]?.end();
  expect([end(), made.ends]).toEqual([0, ["reset", "reset", "cancelled", "timeout", "error"]]);
  for (const one of made.observations) one.notify(note("after"), true);
  expect(latest(made).payload.toString()).not.toBe("after");
});

statement("OBS-07", "a day without a confirmable notification makes the next one confirmable", () => {
  const made = bench();
  observe(made);
  made.host.advance(24 * 3600 * 1000 - 1);
  made.observations[0]?.notify(note("non"), false);
  expect(latest(made).confirmable).toBe(false);
  made.host.advance(1);
  made.observations[0]?.notify(note("con"), false);
  expect(latest(made).confirmable).toBe(true);
});

test("a long notification begins with block 0; the rest is had by a plain GET with another token", () => {
  const made = bench();
  observe(made, { token: "o", options: [...block("Block2", 0, false, 2)] });
  made.observations[0]?.notify({ code: "2.05", payload: Buffer.alloc(100, "n") }, true);
  expect([blockOf(latest(made), "Block2"), optionsOf(latest(made), "Observe")]).toEqual([[0, true, 2], [Buffer.from([1])]]);
  const rest = made.ask("GET", "obs", { token: "r", options: [...block("Block2", 1, false, 2)] });
  expect([rest?.payload.toString(), blockOf(rest, "Block2")]).toEqual(["n".repeat(36), [1, false, 2]]);
});

test("closing the server ends every observation", () => {
  const made = bench();
  observe(made);
  made.observations[0]?.notify(note("1"), true);
  made.server.close();
  const sent = made.sent.length;
  made.host.advance(100000);
  expect([made.ends, made.sent.length]).toEqual([["closed"], sent]);
});

test("an observation keeps nothing of the datagram that it came in", () => {
  const begun: Observation[] = [];
  const { server, host, sent } = observed((observation) => begun.push(observation));
  const datagram = (token: string): Buffer => Buffer.concat([coapRequest("GET", "obs", { observe: 0, token }, 1), Buffer.alloc(60000, 0xff)]);
  const before = arrayBytes();
  for (let peer = 0; peer < 100; peer += 1) server.receive(datagram(`tok${peer}`), `peer ${peer}`);
  expect(server.counts.observations).toBe(100);
  expect(arrayBytes() - before).toBeLessThan(1_000_000);
  sent.length = 0;
  begun[7]?.notify({ code: "2.05", payload: Buffer.from("news") }, false);
  expect(sent.map(({ bytes }) => [parse(bytes).token.toString(), parse(bytes).payload.toString()])).toEqual([["tok7", "news"]]);
  server.close();
  expect(host.timers()).toBe(1);
});
