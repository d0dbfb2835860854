/**
 * thethings.iO over CoAP and over REST: the same methods and paths, with the same meaning, case by case.
 */
import type { ParsedPacket } from "coap-packet";
import { coapPeer, openThethings, optionsOf } from "../interop/cloud-peers";
import type { CoapAsk, CoapPeer, PeersCloud } from "../interop/cloud-peers";
import { statement } from "./statement";
import { call } from "./thethings-peer";

let cloud: PeersCloud;
let coap: CoapPeer;

beforeEach(async () => {
  cloud = await openThethings();
  coap = await coapPeer(cloud.coap);
});
afterEach(async () => {
  await coap.close();
  await cloud.close();
});

const json = (message: ParsedPacket): unknown => JSON.parse(message.payload.toString());
const values = (...list: [string, unknown][]): string =>
  JSON.stringify({ values: list.map(([key, value]) => ({ key, value })) });

interface Case {
  readonly title: string;
  readonly path: string;
  readonly query?: readonly string[];
  readonly body?: string;
  readonly coap: string;
  readonly rest: number;
}

const parity: readonly Case[] = [
  { title: "activate", path: "v2/things", body: '{"activationCode":"CODE"}', coap: "2.01", rest: 201 },
  { title: "activate, trailing slash", path: "v2/things/", body: '{"activationCode":"CODE"}', coap: "2.01", rest: 201 },
  { title: "activate, unknown code", path: "v2/things", body: '{"activationCode":"none"}', coap: "4.00", rest: 400 },
  { title: "activate, no code", path: "v2/things", body: "{}", coap: "4.00", rest: 400 },
  { title: "write", path: "v2/things/TOKEN", body: values(["fun", "1"]), coap: "2.01", rest: 201 },
  { title: "write, bad key", path: "v2/things/TOKEN", body: values(["a b", 1]), coap: "4.00", rest: 400 },
  { title: "write, no values", path: "v2/things/TOKEN", body: '{"values":[]}', coap: "4.00", rest: 400 },
  { title: "write, bad JSON", path: "v2/things/TOKEN", body: "{", coap: "4.00", rest: 400 },
  { title: "write, unknown token", path: "v2/things/unknown", body: values(["fun", 1]), coap: "4.01", rest: 401 },
  { title: "read", path: "v2/things/TOKEN/resources/old", coap: "2.05", rest: 200 },
  { title: "read, trailing slash", path: "v2/things/TOKEN/resources/old/", coap: "2.05", rest: 200 },
  { title: "read, limit", path: "v2/things/TOKEN/resources/old", query: ["limit=2"], coap: "2.05", rest: 200 },
  { title: "read, limit 0", path: "v2/things/TOKEN/resources/old", query: ["limit=0"], coap: "4.00", rest: 400 },
  { title: "read, dates", path: "v2/things/TOKEN/resources/old", query: ["startDate=20150101000000", "endDate=20150301000000"], coap: "2.05", rest: 200 },
  { title: "read, bad date", path: "v2/things/TOKEN/resources/old", query: ["startDate=yesterday"], coap: "4.00", rest: 400 },
  { title: "read, unknown key", path: "v2/things/TOKEN/resources/none", coap: "4.04", rest: 404 },
  { title: "read, unknown token", path: "v2/things/unknown/resources/old", coap: "4.01", rest: 401 },
];

async function bothAnswers(one: Case): Promise<readonly [ParsedPacket, { status: number; json: unknown }]> {
  const { thingToken } = cloud.model.createThing();
  for (const day of ["01", "02", "03"]) {
    const value = { key: "old", value: day, datetime: `201502${day}000000` };
    cloud.model.write(thingToken, { values: [value] }, { via: "rest" });
  }
  const fill = (text: string): string => text.replace("TOKEN", thingToken).replace("CODE", cloud.model.createCodes(1)[0] as string);
  const more: CoapAsk = { query: one.query ?? [], ...(one.body === undefined ? {} : { payload: fill(one.body) }) };
  const overCoap = await coap.ask(one.body === undefined ? "GET" : "POST", fill(one.path), more);
  const path = `/${fill(one.path)}${one.query === undefined ? "" : `?${one.query.join("&")}`}`;
  const overRest = await call(cloud.rest, path, one.body === undefined ? {} : { body: fill(one.body), headers: { "content-type": "application/json" } });
  return [overCoap, overRest];
}

describe("the same methods and paths as REST, with the same meaning", () => {
  for (const one of parity) {
    statement("CO-3", one.title, async () => {
      const [overCoap, overRest] = await bothAnswers(one);
      expect([overCoap.code, overRest.status]).toEqual([one.coap, one.rest]);
      expect(optionsOf(overCoap, "Content-Format")).toEqual([Buffer.from([50])]);
      // REST repeats its code in an error body; every activation has a token of its own.
      const plain = (body: unknown): unknown => {
        if (Array.isArray(body)) return body;
        const fields = Object.entries(body as object).filter(([name]) => name !== "code");
        return fields.map(([name, value]) => [name, name === "thingToken" ? typeof value : (value as unknown)]);
      };
      expect(plain(json(overCoap))).toEqual(plain(overRest.json));
    });
  }
});
