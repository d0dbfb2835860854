/**
 * The model of the thethings.iO emulation by itself: activation, writes, timelines, fan-out.
 */
import fc from "fast-check";
import { endOfTimes, formatDate, parseDate } from "../../sim/cloud/thethings/dates";
import { createThethings } from "../../sim/cloud/thethings/model";
import type { Thethings, ThethingsOptions } from "../../sim/cloud/thethings/model";
import type { Element, ModelLimits } from "../../sim/cloud/thethings/types";
import { budget, seed } from "../support/budget";
import { dawn, manualHost } from "./thethings-peer";

jest.setTimeout(budget(5000, 120000));
const rest = { via: "rest" } as const;
function cloud(options: ThethingsOptions = {}): { model: Thethings; token: string; host: ReturnType<typeof manualHost> } {
  const host = manualHost();
  const model = createThethings(host, options);
  return { host, model, token: model.createThing().thingToken };
}

const read = (model: Thethings, token: string, key: string, params: Record<string, string> = {}): readonly Element[] => {
  const result = model.read(token, key, Object.entries(params));
  if (!result.ok) throw new Error(result.message);
  return result.elements;
};

const values = (...list: object[]): object => ({ values: list });
const failed = { ok: false, message: "Error creating thing" };

describe("activation", () => {
  test("A2: a code is spent once; its channel is answered again, any other refused", () => {
    const { model } = cloud({ activationCodes: ["code-1"] });
    const first = model.activate("code-1", "0.7231");
    expect(first).toEqual({ ok: true, thingToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
    expect(model.activate("code-1", "0.7231")).toEqual(first);
    for (const channel of ["0.7232", "", undefined]) expect(model.activate("code-1", channel)).toEqual(failed);
    expect(model.counts.things).toBe(2);
  });

  test("A2: without a channel there is no second answer, and unknown codes get none", () => {
    const { model } = cloud({ activationCodes: ["code-1"] });
    expect(model.activate("code-1").ok).toBe(true);
    for (const code of ["code-1", "code-2", "", "__proto__", undefined, 5, null, {}]) expect(model.activate(code)).toEqual(failed);
    expect(model.activate("code-1", "channel")).toEqual(failed);
  });

  test("A2: with multiUse a code makes a thing for every channel and every call without one", () => {
    const { model } = cloud({ activationCodes: ["code-1"], multiUse: true });
    const answers = [model.activate("code-1", "a"), model.activate("code-1", "b"), model.activate("code-1"), model.activate("code-1")];
    const tokens = answers.map((answer) => (answer.ok ? answer.thingToken : ""));
    expect(new Set(tokens).size).toBe(4);
    expect(model.activate("code-1", "b")).toEqual(answers[1]);
  });

  test("tokens are unique over a thousand things", () => {
    const { model } = cloud();
    const codes = model.createCodes(1000);
    const tokens = codes.map((code) => model.activate(code)).map((answer) => (answer.ok ? answer.thingToken : ""));
    expect(new Set([...tokens, ...codes]).size).toBe(2000);
  });

  test("limits: channels of 256 characters, codes, things", () => {
    const { model } = cloud({ activationCodes: ["a", "b", "c"], limits: { thingsMax: 2, codesMax: 5 } });
    expect(model.activate("a", "c".repeat(257))).toEqual(failed);
    expect(model.activate("a", "c".repeat(256)).ok).toBe(true);
    expect(model.activate("b")).toEqual({ ...failed, passing: true });
    expect(model.createCodes(2)).toHaveLength(2);
    expect(() => model.createCodes(1)).toThrow(/5 activation codes at most/);
    expect(() => model.createThing()).toThrow(/2 things at most/);
  });

  test("codes given as fixtures must fit a topic", () => {
    for (const code of ["", "a/b", "a+", "#", "ä", "c".repeat(129)]) expect(() => cloud({ activationCodes: [code] })).toThrow(/1 to 128/);
    expect(() => cloud({ activationCodes: ["c".repeat(128)] })).not.toThrow();
  });

  test("a removed thing is unknown at once, and its code and channel stay spent", () => {
    const { model } = cloud({ activationCodes: ["a"], multiUse: true });
    const answer = model.activate("a", "x");
    const token = answer.ok ? answer.thingToken : "";
    model.write(token, values({ key: "k", value: 1 }), rest);
    expect(model.counts.values).toBe(1);
    model.removeThing(model.thingId(token) ?? "");
    expect(model.hasThing(token)).toBe(false);
    expect(model.counts.values).toBe(0);
    expect(model.write(token, values({ key: "k", value: 1 }), rest)).toMatchObject({ reason: "unauthorized" });
    expect(model.watch(token, () => undefined)).toBeUndefined();
    expect(model.activate("a", "x")).toEqual(failed);
  });
});

describe("writes", () => {
  test.each([
    ["text", "5000"], ["number", -1.5e-7], ["true", true], ["false", false], ["array", [1, [2, "x"]]],
    ["object", { a: { b: null } }], ["empty text", ""], ["zero", 0], ["other scripts", "é漢😀\u0000"],
  ])("a value keeps its type: %s", (_name, value) => {
    const { model, token } = cloud();
    expect(model.write(token, Buffer.from(JSON.stringify(values({ key: "k", value }))), rest).ok).toBe(true);
    expect(read(model, token, "k")).toEqual([{ key: "k", value, datetime: formatDate(dawn) }]);
  });

  const key = (text: unknown): object => values({ key: text, value: 1 });
  const at = (datetime: unknown): object => values({ key: "k", value: 1, datetime });
  const geo = (place: unknown): object => values({ key: "k", value: 1, geo: place });
  let deep: unknown = 1;
  for (let n = 0; n < 17; n += 1) deep = [deep];
  test.each<[string, unknown]>([
    ["no JSON", "{"], ["nothing", ""], ["ill-formed UTF-8", Buffer.from([0x22, 0xc0, 0x80, 0x22])], ["JSON null", "null"], ["an array", []],
    ["no values", {}], ["values no list", { values: {} }], ["empty values", { values: [] }], ["null among values", { values: [null] }],
    ["text among values", { values: ["k"] }], ["no key", values({ value: 1 })], ["no value", values({ key: "k" })], ["null value", values({ key: "k", value: null })],
    ["empty key", key("")], ["blank in key", key("a b")], ["slash in key", key("a/b")], ["umlaut in key", key("ä")], ["hash in key", key("#")],
    ["number as key", key(5)], ["key too long", key("k".repeat(257))], ["a newline after the key", key("k\n")],
    ["no date", at("yesterday")], ["number as date", at(20150130153533)], ["null date", at(null)], ["no such day", at("20150230000000")],
    ["no such hour", at("2015-01-30T24:00:00Z")], ["before 1970", at("1969-12-31T23:59:59Z")], ["short date", at("2015013015")],
    ["lng for long", geo({ lat: 1, lng: 2 })], ["latitude beyond", geo({ lat: 90.1, long: 0 })], ["longitude beyond", geo({ lat: 0, long: -180.5 })],
    ["text in geo", geo({ lat: "1", long: 2 })], ["geo no object", geo([1, 2])], ["null geo", geo(null)],
    ["number beyond all", '{"values":[{"key":"k","value":1e999}]}'], ["the same, nested", '{"values":[{"key":"k","value":[1e999]}]}'],
    ["too deep", values({ key: "k", value: deep })],
    ["too long", values({ key: "k", value: "x".repeat(16383) })], ["too many", { values: Array(1001).fill({ key: "k", value: 1 }) }],
  ])("a write with %s is refused whole", (_name, body) => {
    const { model, token } = cloud();
    const good = { key: "good", value: 1 };
    const mixed = typeof body === "object" && body !== null && "values" in body && Array.isArray(body.values) && body.values.length > 0 && body.values.length < 1000;
    const heard: unknown[] = [];
    model.watch(token, (elements) => heard.push(elements));
    expect(model.write(token, mixed ? { values: [good, ...(body as { values: unknown[] }).values] } : body, rest)).toMatchObject({ ok: false, reason: "badRequest" });
    expect(model.counts.values).toBe(0);
    expect(heard).toEqual([]);
    expect(model.read(token, "good", [])).toMatchObject({ reason: "notFound" });
  });

  test("A14: keys of every admitted kind, up to 256 characters, case-sensitive", () => {
    const { model, token } = cloud();
    for (const name of ["azAZ09._-", ".", "-", "_", "__proto__", "constructor", "k".repeat(256), "K"]) {
      expect(model.write(token, values({ key: name, value: name }), rest).ok).toBe(true);
      expect(read(model, token, name)[0]?.value).toBe(name);
    }
    expect(model.read(token, "k", [])).toMatchObject({ reason: "notFound" });
  });

  test("limits: values in a write, characters and depth of a value, at the limit", () => {
    const { model, token } = cloud();
    let nested: unknown = 1;
    for (let n = 0; n < 16; n += 1) nested = [nested];
    expect(model.write(token, { values: Array(1000).fill({ key: "k", value: 1 }) }, rest).ok).toBe(true);
    expect(model.write(token, values({ key: "k", value: "x".repeat(16382) }, { key: "k", value: nested }), rest).ok).toBe(true);
  });

  test("limits: keys of one thing", () => {
    const { model, token } = cloud({ limits: { keysPerThingMax: 2 } });
    expect(model.write(token, values({ key: "a", value: 1 }, { key: "b", value: 1 }, { key: "a", value: 2 }), rest).ok).toBe(true);
    expect(model.write(token, values({ key: "a", value: 3 }, { key: "c", value: 1 }), rest)).toMatchObject({ reason: "badRequest" });
    expect(model.counts.values).toBe(3);
  });

  test("geo is kept, and only its two members", () => {
    const { model, token } = cloud();
    const place = { lat: -90, long: 180 };
    model.write(token, values({ key: "k", value: 1, geo: { ...place, more: 1 } }), rest);
    expect(read(model, token, "k")[0]?.geo).toEqual(place);
  });

  test.each([
    ["20150130153533", "2015-01-30T15:35:33.000Z"], ["20150130T153533", "2015-01-30T15:35:33.000Z"],
    ["2015-01-30T15:35:33.123Z", "2015-01-30T15:35:33.123Z"], ["2015-01-30T15:35:33", "2015-01-30T15:35:33.000Z"],
    ["2015-01-30T15:35:33.5+01:30", "2015-01-30T14:05:33.500Z"], ["2016-02-29", "2016-02-29T00:00:00.000Z"],
    ["19700101000000", "1970-01-01T00:00:00.000Z"], ["+275760-09-13T00:00:00Z", "+275760-09-13T00:00:00.000Z"],
  ])("a datetime may be written %s", (datetime, out) => {
    const { model, token } = cloud();
    expect(model.write(token, values({ key: "k", value: 1, datetime }), rest).ok).toBe(true);
    expect(read(model, token, "k")[0]?.datetime).toBe(out);
  });

  test("every moment goes out and comes in as itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: endOfTimes }), (time) => {
        expect(parseDate(formatDate(time))).toBe(time);
      }),
      { seed, numRuns: budget(500, 50000) },
    );
  });

  test("any body gives a result, never an exception", () => {
    const { model, token } = cloud();
    const bodies = fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 64 }), fc.jsonValue(), fc.record({ values: fc.array(fc.jsonValue()) }));
    fc.assert(
      fc.property(bodies, (body) => {
        expect(typeof model.write(token, body, rest).ok).toBe("boolean");
      }),
      { seed, numRuns: budget(500, 50000) },
    );
  });
});

describe("reads", () => {
  /** The timeline as a list that is sorted and searched in the simplest way. */
  function oracle(written: readonly number[], limit: number, start: number, end: number): readonly number[] {
    const order = written.map((at, index) => ({ at, index })).filter(({ at }) => at >= start && at < end);
    order.sort((a, b) => b.at - a.at || b.index - a.index);
    return order.slice(0, limit).map(({ index }) => index);
  }

  test("A4, A5: newest first within [startDate, endDate), in any order of writing, equal times by acceptance", () => {
    const time = fc.integer({ min: 0, max: 20 }).map((n) => dawn + n * 1000);
    fc.assert(
      fc.property(fc.array(time, { maxLength: 40 }), fc.integer({ min: 1, max: 120 }), time, time, (times, limit, start, end) => {
        const { model, token } = cloud();
        model.write(token, values({ key: "k", value: -1, datetime: "19700101000000" }), rest);
        times.forEach((at, value) => model.write(token, values({ key: "k", value, datetime: formatDate(at) }), rest));
        const params = { limit: String(limit), startDate: formatDate(start), endDate: formatDate(end) };
        expect(read(model, token, "k", params).map((one) => one.value)).toEqual(oracle(times, Math.min(100, limit), start, end));
      }),
      { seed, numRuns: budget(100, 5000) },
    );
  });

  test("A4: without limit one value; over 100 gives 100; 100 gives 100", () => {
    const { model, token } = cloud();
    model.write(token, { values: Array.from({ length: 150 }, (_, value) => ({ key: "k", value })) }, rest);
    expect(read(model, token, "k")).toHaveLength(1);
    for (const [limit, count] of [["1", 1], ["99", 99], ["100", 100], ["101", 100], ["999999999999999999999", 100]] as const) {
      expect(read(model, token, "k", { limit })).toHaveLength(count);
    }
  });

  test.each([["limit", "0"], ["limit", "-1"], ["limit", "ten"], ["limit", ""], ["limit", "1.5"], ["startDate", "1"], ["startDate", ""], ["endDate", "1420070400000"]])(
    "A18: %s=%s is refused",
    (name, text) => {
      const { model, token } = cloud();
      model.write(token, values({ key: "k", value: 1 }), rest);
      expect(model.read(token, "k", [[name, text]])).toMatchObject({ ok: false, reason: "badRequest" });
    },
  );

  test("a parameter twice is refused, an unknown one passed over", () => {
    const { model, token } = cloud();
    model.write(token, values({ key: "k", value: 1 }), rest);
    expect(model.read(token, "k", [["limit", "1"], ["limit", "2"]])).toMatchObject({ reason: "badRequest" });
    expect(read(model, token, "k", { colour: "red" })).toHaveLength(1);
  });

  test("a key never written is not found; an empty range is an empty array", () => {
    const { model, token } = cloud();
    model.write(token, values({ key: "k", value: 1 }), rest);
    expect(model.read(token, "j", [])).toMatchObject({ ok: false, reason: "notFound" });
    expect(read(model, token, "k", { endDate: "20000101000000" })).toEqual([]);
  });

  test("limits: a timeline keeps its newest values, the cloud its total", () => {
    const check = (limits: Partial<ModelLimits>, kept: readonly number[], total: number): void => {
      const { model, token } = cloud({ limits });
      for (const value of [3, 1, 4, 2, 5]) model.write(token, values({ key: "k", value, datetime: formatDate(dawn + value) }), rest);
      model.write(token, values({ key: "other", value: 0 }), rest);
      expect(read(model, token, "k", { limit: "100" }).map((one) => one.value)).toEqual(kept);
      expect(model.counts.values).toBe(total);
    };
    check({ timelineValuesMax: 5 }, [5, 4, 3, 2, 1], 6);
    check({ timelineValuesMax: 3 }, [5, 4, 3], 4);
    check({ valuesMax: 4 }, [5, 4, 3, 2], 5);
  });
});

describe("fan-out", () => {
  test("A25: every watcher hears every accepted write, in order, with where it came from", () => {
    const { model, token } = cloud();
    const heard: unknown[] = [];
    const stop = model.watch(token, (elements, origin) => heard.push([1, elements[0]?.value, elements.length, origin.via]));
    model.watch(token, (elements) => heard.push([2, elements[0]?.value]));
    model.write(token, values({ key: "k", value: "a" }, { key: "j", value: "b" }), { via: "mqtt", qos: 1 });
    stop?.();
    stop?.();
    model.write(token, values({ key: "k", value: "c" }), rest);
    expect(heard).toEqual([[1, "a", 2, "mqtt"], [2, "a"], [2, "c"]]);
  });

  test("a listener that writes keeps the order for all; one that throws is reported and hurts no other", () => {
    const { model, token, host } = cloud();
    const heard: unknown[] = [];
    model.watch(token, ([one]) => {
      heard.push(`begin ${String(one?.value)}`);
      if (one?.value === 1) model.write(token, values({ key: "k", value: 2 }), rest);
      heard.push(`end ${String(one?.value)}`);
      throw new Error(token);
    });
    model.watch(token, ([one]) => heard.push(one?.value));
    expect(model.write(token, values({ key: "k", value: 1 }), rest).ok).toBe(true);
    expect(heard).toEqual(["begin 1", "end 1", 1, "begin 2", "end 2", 2]);
    expect(host.events).toEqual([{ event: "watcher-failed" }, { event: "watcher-failed" }]);
  });

  test("a listener that was taken away while others are told hears nothing more", () => {
    const { model, token } = cloud();
    const heard: string[] = [];
    const stops: (undefined | (() => void))[] = [];
    model.watch(token, () => stops[0]?.());
    stops.push(model.watch(token, () => heard.push("second")));
    model.write(token, values({ key: "k", value: 1 }), rest);
    expect(heard).toEqual([]);
    expect(model.counts.watchers).toBe(1);
  });
});
