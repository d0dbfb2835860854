/** Unit tests of the CoAP server, without sockets: the message layer, its times, and each limit at its value and above. */
import { generate, parse } from "coap-packet";
import type { ParsedPacket } from "coap-packet";
import { optionsOf } from "../../../test/interop/cloud-peers";
import { bench } from "../../../test/support/coap-server";

const uri = "b46563686f"; // Uri-Path "echo"

test.each([
  ["ping", "40 00 1234", ["70001234"]],
  ["empty NON", "50 00 1234", []],
  ["empty with a token", "41 00 1234 aa", ["70001234"]],
  ["empty with bytes after it", "40 00 1234 ff", ["70001234"]],
  ["version 2", "80 01 1234", []],
  ["version 0", "00 01 1234", []],
  ["three bytes", "40 01 12", []],
  ["nothing", "", []],
  ["token length 9", `49 01 1234 010203040506070809 ${uri}`, ["70001234"]],
  ["token length 15, NON", `5f 01 1234 ${uri}`, []],
  ["token cut off", "44 01 1234 0102", ["70001234"]],
  ["payload marker without payload", `40 01 1234 ${uri} ff`, ["70001234"]],
  ["payload marker without payload, NON", `50 01 1234 ${uri} ff`, []],
  ["option delta 15", "40 01 1234 f0", ["70001234"]],
  ["option length 15", "40 01 1234 bf", ["70001234"]],
  ["option cut off", "40 01 1234 b46563", ["70001234"]],
  ["option number above 65535", "40 01 1234 e0ffff e0ffff", ["70001234"]],
  ["reserved class 1", "40 21 1234", ["70001234"]],
  ["a response that nobody asked for", "40 45 1234 ff 78", ["70001234"]],
  ["the same, NON", "50 45 1234 ff 78", []],
  ["unknown ACK", "60 00 1234", []],
  ["unknown RST", "70 00 1234", []],
  ["a request in an ACK", `60 01 1234 ${uri}`, []],
])("message layer: %s", (_name, hex, expected) => {
  const { raw, requests } = bench();
  expect(raw(hex)).toEqual(expected);
  expect(requests).toHaveLength(0);
});

test.each([
  ["unknown critical option 9", [{ name: 9, value: Buffer.from([1]) }], "4.02"],
  ["unknown elective option 10", [{ name: 10, value: Buffer.from([1]) }], "2.04"],
  ["If-Match", [{ name: "If-Match", value: Buffer.from([1]) }], "4.02"],
  ["Uri-Host twice", [{ name: "Uri-Host", value: Buffer.from("a") }, { name: "Uri-Host", value: Buffer.from("b") }], "4.02"],
  ["Uri-Port of three bytes", [{ name: "Uri-Port", value: Buffer.alloc(3) }], "4.02"],
  ["Content-Format twice", [{ name: "Content-Format", value: Buffer.from([50]) }, { name: "Content-Format", value: Buffer.from([60]) }], "2.04"],
  ["Uri-Query that is not UTF-8", [{ name: "Uri-Query", value: Buffer.from([0xc3, 0x28]) }], "4.02"],
  ["Proxy-Uri", [{ name: "Proxy-Uri", value: Buffer.from("coap://x") }], "5.05"],
  ["Accept of another format", [{ name: "Accept", value: Buffer.from([60]) }], "4.06"],
  ["Accept JSON", [{ name: "Accept", value: Buffer.from([50]) }], "2.04"],
  ["block size exponent 7", [{ name: "Block2", value: Buffer.from([7]) }], "4.00"],
])("options: %s", (_name, options, code) => {
  const { ask, requests } = bench();
  expect(ask("POST", "echo", { options })?.code).toBe(code);
  expect(requests).toHaveLength(code === "2.04" ? 1 : 0);
  const non = ask("POST", "echo", { options, confirmable: false });
  expect(non?.code).toBe(code === "4.02" ? undefined : code);
});

test("a duplicate gets the same bytes and does nothing; after EXCHANGE_LIFETIME it is a new message", () => {
  const { host, ask, requests, sent } = bench();
  const more = { payload: "once", messageId: 77 };
  ask("POST", "echo", more);
  host.advance(246999);
  ask("POST", "echo", more);
  expect(requests).toHaveLength(1);
  expect(sent[1]).toEqual(sent[0]);
  ask("POST", "echo", more, "p 2");
  expect(requests).toHaveLength(2);
  host.advance(1);
  ask("POST", "echo", more);
  expect(requests).toHaveLength(3);
  const non = { ...more, messageId: 78, confirmable: false };
  ask("POST", "echo", non);
  expect(ask("POST", "echo", non)).toBeUndefined();
  expect(requests).toHaveLength(4);
});

test("a late answer comes separately, confirmable, retransmitted with the same bytes and given up", () => {
  const { host, ask, sent, raw } = bench();
  expect(ask("GET", "late", { messageId: 9 })).toBeUndefined();
  host.advance(250);
  expect(sent.map((one) => one.bytes.toString("hex"))).toEqual(["60000009"]);
  expect(ask("GET", "late", { messageId: 9 })).toMatchObject({ ack: true, code: "0.00" });
  host.advance(2750);
  const first = parse(sent[2]?.bytes as Buffer);
  expect(first).toMatchObject({ confirmable: true, code: "2.05", token: Buffer.from("tok"), payload: Buffer.from("late") });
  const times: number[] = [];
  for (let ms = 0; ms < 120000; ms += 10) {
    const before = sent.length;
    host.advance(10);
    if (sent.length > before) times.push(ms + 10);
  }
  expect(times).toHaveLength(4);
  expect(times[0]).toBeGreaterThanOrEqual(2000);
  expect(times[0]).toBeLessThanOrEqual(3010);
  expect((times[1] as number) / (times[0] as number)).toBeCloseTo(3, 1);
  expect(new Set(sent.slice(2).map((one) => one.bytes.toString("hex"))).size).toBe(1);
  ask("GET", "late", { messageId: 10 });
  host.advance(3000);
  const again = parse(sent.at(-1)?.bytes as Buffer).messageId;
  raw(`6000${again.toString(16).padStart(4, "0")}`);
  const settled = sent.length;
  host.advance(120000);
  expect(sent).toHaveLength(settled);
});

test("a platform that throws is answered with 5.00", () => {
  const { ask, host } = bench();
  expect(ask("GET", "broken")?.code).toBe("5.00");
  expect(host.events).toContainEqual({ event: "coap-service-failed" });
});

test("/.well-known/core lists what is here, filtered", () => {
  const { ask } = bench();
  const list = (...query: string[]): string | undefined => ask("GET", ".well-known/core", { query })?.payload.toString();
  expect(list()).toBe('</obs>;rt="a b";obs,</echo>;rt="c";ct="50"');
  expect(list("rt=b")).toBe('</obs>;rt="a b";obs');
  expect(list("href=/e*")).toBe('</echo>;rt="c";ct="50"');
  expect(list("obs")).toBe('</obs>;rt="a b";obs');
  expect(list("rt=none")).toBe("");
});

test("exchangesPerPeerMax and exchangesMax: a flood forgets its own oldest, never another's", () => {
  const { ask, requests, server } = bench({ exchangesPerPeerMax: 3, exchangesMax: 5 });
  ask("POST", "echo", { messageId: 1 }, "other 1");
  for (let id = 1; id <= 4; id++) ask("POST", "echo", { messageId: id });
  expect(server.counts.exchanges).toBe(4);
  const before = requests.length;
  ask("POST", "echo", { messageId: 2 });
  ask("POST", "echo", { messageId: 1 }, "other 1");
  expect(requests).toHaveLength(before);
  ask("POST", "echo", { messageId: 1 });
  expect(requests).toHaveLength(before + 1);
  ask("POST", "echo", { messageId: 1 }, "third 1");
  expect(server.counts.exchanges).toBe(5);
  expect(ask("POST", "echo", { messageId: 1 }, "fourth 1")).toBeUndefined();
  ask("POST", "echo", { messageId: 2 }, "other 1");
  expect(server.counts.exchanges).toBe(5);
});

test("peersMax: the one silent longest makes room, unless it observes; the idle are forgotten in time", () => {
  const { ask, server, host } = bench({ peersMax: 2 });
  ask("GET", "obs", { observe: 0 }, "watcher 1");
  ask("GET", "echo", {}, "two 1");
  ask("GET", "echo", {}, "three 1");
  expect(server.counts).toMatchObject({ peers: 2, observations: 1 });
  ask("GET", "obs", { observe: 0 }, "three 1");
  expect(ask("GET", "echo", {}, "four 1")).toBeUndefined();
  ask("GET", "obs", { observe: 1 }, "watcher 1");
  ask("GET", "obs", { observe: 1 }, "three 1");
  host.advance(400000);
  expect(server.counts).toEqual({ peers: 0, exchanges: 0, observations: 0, blockBytes: 0 });
  expect(host.timers()).toBe(0);
});

test("peersMax: many silent observers do not keep a new endpoint out while others are idle", () => {
  const { ask, server } = bench({ peersMax: 310 });
  for (let i = 0; i < 300; i += 1) ask("GET", "obs", { observe: 0 }, `watcher ${i}`);
  for (let i = 0; i < 10; i += 1) ask("GET", "echo", {}, `idle ${i}`);
  // It asks anew as a client does whose request was lost: five transmissions in all (RFC 7252 section 4.8).
  const answers = Array.from({ length: 5 }, () => ask("GET", "echo", {}, "new 1"));
  expect(answers.some((answer) => answer !== undefined)).toBe(true);
  expect(server.counts).toMatchObject({ peers: 310, observations: 300 });
});

test("datagramsPerSecMax: the rest of the second is lost", () => {
  const { ask, host } = bench({ datagramsPerSecMax: 2 });
  expect([ask("GET", "echo"), ask("GET", "echo"), ask("GET", "echo")].map((one) => one !== undefined)).toEqual([true, true, false]);
  host.advance(1000);
  expect(ask("GET", "echo")).toBeDefined();
});

test("uriOptionsMax: at the limit and one above", () => {
  const { ask } = bench({ uriOptionsMax: 3 });
  expect(ask("GET", "echo/a", { query: ["b"] })?.code).toBe("2.04");
  expect(ask("GET", "echo/a", { query: ["b", "c"] })?.code).toBe("4.00");
});

test("an unread body of any bytes comes back as it was", () => {
  const { ask } = bench();
  const payload = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  expect(ask("POST", "echo", { payload })?.payload).toEqual(payload);
  expect(optionsOf(ask("POST", "echo", { payload }) as ParsedPacket, "Block2")).toEqual([]);
  expect(generate({ code: "0.00", confirmable: true, messageId: 1 })).toHaveLength(4);
});
