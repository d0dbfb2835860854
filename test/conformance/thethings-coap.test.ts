/**
 * thethings.iO over CoAP: every statement CO-* that a cloud can show,
 * on real sockets. That CoAP and REST say the same is in thethings-parity.test.ts.
 */
import { join } from "node:path";
import type { ParsedPacket } from "coap-packet";
import { coapPeer, libcoapBinaries, openThethings, optionsOf, startPeer, until } from "../interop/cloud-peers";
import type { CoapPeer, Peer, PeersCloud, PeersCloudOptions } from "../interop/cloud-peers";
import { expectSilent } from "../support/canary";
import { manualHost } from "./thethings-peer";
import type { ManualHost } from "./thethings-peer";
import { statement } from "./statement";

let cloud: PeersCloud;
let closers: (() => Promise<unknown>)[] = [];
let coap: CoapPeer;

async function open(options: PeersCloudOptions = {}): Promise<void> {
  cloud = await openThethings(options);
  closers.push(() => cloud.close());
  coap = await another();
}

async function another(): Promise<CoapPeer> {
  const peer = await coapPeer(cloud.coap);
  closers.push(() => peer.close());
  return peer;
}

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const json = (message: ParsedPacket): unknown => JSON.parse(message.payload.toString());
const values = (...list: [string, unknown][]): string =>
  JSON.stringify({ values: list.map(([key, value]) => ({ key, value })) });
const ack = (message: ParsedPacket): Buffer => Buffer.from([0x60, 0, message.messageId >> 8, message.messageId & 255]);
const sequence = (message: ParsedPacket): number => Number(`0x0${optionsOf(message, "Observe")[0]?.toString("hex") ?? ""}`);

/** coap-cli of npm, unchanged. */
function coapCli(args: readonly string[]): Peer {
  const peer = startPeer(join(__dirname, "../../node_modules/.bin/coap"), "npm's coap-cli (npm ci)", args);
  closers.push(async () => peer.process.kill());
  return peer;
}

function libcoap(args: readonly string[]): Peer {
  const peer = startPeer("coap-client-notls", libcoapBinaries, args);
  closers.push(async () => peer.process.kill());
  return peer;
}

const url = (path: string): string => `coap://127.0.0.1:${cloud.coap}/${path}`;

statement("CO-4", "CoAP on the port that it is given, and no other difference than the base address", async () => {
  await open();
  const got = await startPeer("coap-client-notls", libcoapBinaries, ["-m", "post", "-t", "json", "-e", '{"activationCode":"x"}', url("v2/things")]).done;
  expect(got.output).toContain('{"status":"error","message":"Error creating thing"}');
});

statement("CO-5 CO-9 CO-10 CO-11", "a code by Thing Activate gives a token that is good at once; the code is used up", async () => {
  await open({ model: { activationCodes: ["code-1"] } });
  const body = { payload: '{"activationCode":"code-1"}' };
  const first = await coap.ask("POST", "v2/things", body);
  expect(first.code).toBe("2.01");
  const { status, thingToken } = json(first) as { status: string; thingToken: string };
  expect(status).toBe("created");
  expect((await coap.ask("POST", `v2/things/${thingToken}`, { payload: values(["a", 1]) })).code).toBe("2.01");
  const second = await coap.ask("POST", "v2/things", body);
  expect([second.code, json(second)]).toEqual(["4.00", { status: "error", message: "Error creating thing" }]);
});

statement("CO-7 CO-9 CO-15 CO-17", "coap-cli activates, writes and reads, unchanged", async () => {
  await open({ model: { activationCodes: ["code-1"] } });
  const created = await coapCli(["post", url("v2/things"), "-p", '{"activationCode":"code-1"}']).done;
  const token = /"thingToken":"([A-Za-z0-9_-]+)"/.exec(created.output)?.[1] as string;
  const wrote = await coapCli(["post", url(`v2/things/${token}`), "-p", '{"values":[{"key":"fun","value":"9000"}]}']).done;
  expect(wrote.output).toContain('{"status":"Success","message":"Created"}');
  const read = await coapCli(["get", url(`v2/things/${token}/resources/fun`)]).done;
  expect(read.output).toMatch(/\[\{"key":"fun","value":"9000","datetime":"[-\dT:.]+Z"\}\]/);
}, 20000);

statement("CO-13 CO-15 CO-16", "a write stores records for the thing of the token and answers Success, Created", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const answer = await coap.ask("POST", `v2/things/${thingToken}`, { payload: '{"values":[{"key":"fun","value":"9000"},{"key":"n","value":1}]}' });
  expect([answer.code, json(answer)]).toEqual(["2.01", { status: "Success", message: "Created" }]);
  expect(cloud.model.read(thingToken, "fun", [])).toMatchObject({ ok: true, elements: [{ key: "fun", value: "9000" }] });
  expect(cloud.model.read(thingToken, "n", [])).toMatchObject({ ok: true, elements: [{ key: "n", value: 1 }] });
});

statement("CO-14", "key characters are alphanumerics, dot, hyphen and underscore", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const codeOf = async (key: string): Promise<string> =>
    (await coap.ask("POST", `v2/things/${thingToken}`, { payload: values([key, 1]) })).code;
  for (const key of ["a", "A.b-c_9", "x".repeat(256)]) expect(await codeOf(key)).toBe("2.01");
  for (const key of ["", " ", "a/b", "\u00e9", "a+", "x".repeat(257)]) expect(await codeOf(key)).toBe("4.00");
});

statement("CO-17 CO-18", "read answers an array of key, value and datetime, newest first", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const payload = JSON.stringify({ values: ["20150130153533", "20150129000000"].map((datetime) => ({ key: "fun", value: "9000", datetime })) });
  await coap.ask("POST", `v2/things/${thingToken}`, { payload });
  const answer = await coap.ask("GET", `v2/things/${thingToken}/resources/fun`, { query: ["limit=10"] });
  expect(json(answer)).toEqual([
    { key: "fun", value: "9000", datetime: "2015-01-30T15:35:33.000Z" },
    { key: "fun", value: "9000", datetime: "2015-01-29T00:00:00.000Z" },
  ]);
});

/** All blocks of a GET, put together. */
async function getAll(path: string, query: readonly string[], szx = 6): Promise<string> {
  const parts: Buffer[] = [];
  for (let num = 0; ; num++) {
    const answer = await coap.ask("GET", path, { query, options: [{ name: "Block2", value: Buffer.from([(num >> 4) & 255, ((num & 15) << 4) | szx]) }] });
    expect(answer.code).toBe("2.05");
    parts.push(answer.payload);
    const block = Number(`0x${optionsOf(answer, "Block2")[0]?.toString("hex") ?? "0"}`);
    if ((block & 8) === 0) return Buffer.concat(parts).toString();
  }
}

statement("CO-19 CO-20 CO-21", "limit up to 100, in blocks; dates default to everything, start inclusive, end exclusive", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const path = `v2/things/${thingToken}/resources/k`;
  const at = (i: number): string => new Date(Date.UTC(1970, 0, 1 + i)).toISOString();
  const list = Array.from({ length: 130 }, (_, i) => ({ key: "k", value: i, datetime: at(i) }));
  cloud.model.write(thingToken, { values: [...list, { key: "k", value: "end", datetime: "+275760-09-13T00:00:00.000Z" }] }, { via: "rest" });
  const read = async (...query: string[]): Promise<unknown[]> =>
    (JSON.parse(await getAll(path, query)) as { value: unknown }[]).map((one) => one.value);
  expect(await read("limit=100")).toHaveLength(100);
  expect(await read("limit=101")).toHaveLength(100);
  expect(await read()).toEqual(["end"]);
  expect(await read("limit=3", `endDate=${at(2)}`)).toEqual([1, 0]);
  expect(await read("limit=2", `startDate=${at(2)}`, `endDate=${at(4)}`)).toEqual([3, 2]);
});

statement("CO-22", "without the observe bit nothing is registered", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const answer = await coap.ask("GET", `v2/things/${thingToken}`);
  expect([answer.code, json(answer)]).toEqual(["4.00", { status: "error", message: "Observe option required" }]);
  const unknown = await coap.ask("GET", "v2/things/unknown", { observe: 0 });
  expect([unknown.code, optionsOf(unknown, "Observe")]).toEqual(["4.01", []]);
  expect(cloud.coapServer.counts.observations).toBe(0);
  expect((await coap.ask("POST", `v2/things/${thingToken}`, { payload: values(["a", 1]) })).ack).toBe(true);
});

async function observe(host?: ManualHost): Promise<{ thingToken: string; answer: ParsedPacket }> {
  await open(host === undefined ? {} : { host });
  const { thingToken } = cloud.model.createThing();
  const answer = await coap.ask("GET", `v2/things/${thingToken}`, { observe: 0, token: "watch", query: ["keepAlive=1000"] });
  expect([answer.code, json(answer)]).toEqual(["2.05", { status: "success", message: "subscribed" }]);
  expect(optionsOf(answer, "Observe")).toHaveLength(1);
  return { thingToken, answer };
}

statement("CO-22 CO-24", "each write yields a confirmable notification with key, value and datetime, in order", async () => {
  const { thingToken, answer } = await observe();
  let before = sequence(answer);
  for (let i = 0; i < 5; i++) cloud.model.write(thingToken, { values: [{ key: "fun", value: i }] }, { via: "rest" });
  for (let i = 0; i < 5; i++) {
    const notification = await coap.inbox.next();
    expect(notification).toMatchObject({ confirmable: true, code: "2.05", token: Buffer.from("watch") });
    expect(json(notification)).toMatchObject([{ key: "fun", value: i, datetime: expect.stringMatching(/Z$/) }]);
    expect(sequence(notification)).toBe(before + 1);
    before = sequence(notification);
    // One in flight: the next comes once this one is acknowledged.
    expect(coap.inbox.untaken).toHaveLength(0);
    coap.send(ack(notification));
  }
});

statement("CO-22 CO-24", "keep-alives come at their time; Observe 1, a reset and a deaf client each end it", async () => {
  const host = manualHost();
  const { thingToken } = await observe(host);
  const count = (): number => cloud.coapServer.counts.observations;
  host.advance(1000);
  const alive = await coap.inbox.next();
  expect(json(alive)).toEqual({});
  coap.send(ack(alive));
  const ended = await coap.ask("GET", `v2/things/${thingToken}`, { observe: 1, token: "watch" });
  expect([ended.code, optionsOf(ended, "Observe"), count()]).toEqual(["2.05", [], 0]);

  await coap.ask("GET", `v2/things/${thingToken}`, { observe: 0, token: "again" });
  cloud.model.write(thingToken, { values: [{ key: "a", value: 1 }] }, { via: "rest" });
  const unwanted = await coap.inbox.next();
  coap.send(Buffer.from([0x70, 0, unwanted.messageId >> 8, unwanted.messageId & 255]));
  await coap.ask("GET", "v2/none");
  expect(count()).toBe(0);

  await coap.ask("GET", `v2/things/${thingToken}`, { observe: 0, token: "deaf" });
  cloud.model.write(thingToken, { values: [{ key: "a", value: 2 }] }, { via: "rest" });
  const first = await coap.inbox.next();
  host.advance(100000);
  for (let i = 0; i < 4; i++) expect((await coap.inbox.next()).messageId).toBe(first.messageId);
  expect(count()).toBe(0);
});

statement("CO-23", "coap-cli with -o and libcoap with -s observe, unchanged", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const cli = coapCli(["get", url(`v2/things/${thingToken}`), "-o"]);
  for (let line = await cli.line(); !line.includes("subscribed"); ) line = await cli.line();
  const write = (value: string): unknown => cloud.model.write(thingToken, { values: [{ key: "fun", value }] }, { via: "rest" });
  write("9000");
  expect(await cli.line()).toMatch(/\[\{"key":"fun","value":"9000","datetime":"[^"]+Z"\}\]/);
  const lib = libcoap(["-s", "1", url(`v2/things/${thingToken}`)]);
  await until(() => cloud.coapServer.counts.observations === 2);
  write("9001");
  const { output } = await lib.done;
  expect(output).toContain('"subscribed"');
  expect(output).toContain('"value":"9001"');
  // libcoap leaves by GET with Observe 1, and does not wait for the answer.
  await until(() => cloud.coapServer.counts.observations === 1);
}, 20000);

statement("CO-3 CO-13", "paths as real clients write them: empty last segment, query inside the path, Uri-Port, NON", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const payload = values(["fun", 1]);
  for (const path of [`v2/things/${thingToken}`, `v2/things/${thingToken}/`, `v2/things/${thingToken}?`]) {
    expect((await coap.ask("POST", path, { payload, options: [{ name: "Uri-Port", value: Buffer.from([0x16, 0x33]) }] })).code).toBe("2.01");
  }
  const inside = await coap.ask("GET", `v2/things/${thingToken}/resources/fun?limit=15&startDate=20150101000000`);
  expect(json(inside)).toHaveLength(3);
  const non = await coap.ask("POST", `v2/things/${thingToken}`, { payload, confirmable: false });
  expect(non).toMatchObject({ confirmable: false, ack: false, code: "2.01" });
  expect((await coap.ask("DELETE", `v2/things/${thingToken}`)).code).toBe("4.05");
  expect((await coap.ask("POST", `v2/things/${thingToken}`, { payload, options: [{ name: "Content-Format", value: Buffer.from([60]) }] })).code).toBe("4.15");
});

statement("SEC-5", "no token, code or payload is in any event of the cloud", async () => {
  await open({ model: { activationCodes: ["canary-code"] } });
  const created = await coap.ask("POST", "v2/things", { payload: '{"activationCode":"canary-code"}' });
  const { thingToken } = json(created) as { thingToken: string };
  await coap.ask("POST", "v2/things", { payload: '{"activationCode":"canary-code"}' });
  await coap.ask("POST", `v2/things/${thingToken}`, { payload: "canary-payload" });
  await coap.ask("GET", "v2/things/canary-token", { observe: 0, query: ["canary=1"] });
  expect(cloud.events.length).toBeGreaterThan(1);
  expectSilent(JSON.stringify(cloud.events), [thingToken, "canary-code", "canary-payload", "canary-token", "canary=1"]);
});
