/**
 * The model with a journal behind it: restarts, kills at any byte, and a disk that refuses.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "../journal";
import { formatDate } from "./dates";
import { createThethings } from "./model";
import type { Entry } from "./state";
import type { Keeper } from "../keeper";
import type { Thethings, ThethingsOptions } from "./model";
import { dawn, manualHost } from "../../../test/conformance/thethings-peer";

const rest = { via: "rest" } as const;

function cloud(options: ThethingsOptions = {}): { model: Thethings; token: string; host: ReturnType<typeof manualHost> } {
  const host = manualHost();
  const model = createThethings(host, options);
  return { host, model, token: model.createThing().thingToken };
}

const failed = { ok: false, message: "Error creating thing" };
const values = (...list: object[]): object => ({ values: list });

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "thethings-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a snapshot at the limit of all values loses none of them", () => {
  const limits = { valuesMax: 5 };
  const kept: Entry[] = [];
  let snapshot: Entry[] = [];
  const { model, token, host } = cloud({ limits, keeper: { entries: [], append: (entry) => void kept.push(entry as Entry), settle: (dump) => (snapshot = [...dump()] as Entry[]) } });
  const other = model.createThing().thingToken;
  const numbered = (key: string, count: number): object => values(...Array.from({ length: count }, (_, value) => ({ key, value })));
  for (const [to, key, count] of [[token, "a", 1], [other, "k", 4], [token, "b", 1]] as const) expect(model.write(to, numbered(key, count), rest).ok).toBe(true);
  for (const entries of [kept, snapshot]) {
    const again = createThethings(host, { limits, keeper: { entries, append: () => undefined, settle: () => undefined } });
    expect(again.history(other, "k").map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect(again.counts.values).toBe(6);
  }
});

/** All that can be asked of a model from outside, for comparison. */
function portrait(model: Thethings, tokens: readonly string[], session: string): unknown {
  const user = model.apps.session(session);
  return {
    counts: model.counts,
    reads: tokens.map((token) => ["k", "j"].map((key) => model.read(token, key, [["limit", "100"]]))),
    again: model.activate("code-1", "channel"),
    things: user === undefined ? undefined : model.apps.things(user),
    resources: user === undefined ? undefined : model.apps.resources(user),
  };
}

function busyModel(keeper: Keeper): { model: Thethings; tokens: string[]; session: string } {
  const { model, token } = cloud({ activationCodes: ["code-1", "code-2"], keeper, limits: { timelineValuesMax: 50 } });
  const activated = model.activate("code-1", "channel");
  const tokens = [token, activated.ok ? activated.thingToken : ""];
  const registered = model.apps.register({ email: "a@b", password: "x" });
  const session = registered.ok ? registered.token : "";
  for (const one of tokens) model.apps.link(model.apps.session(session) ?? "", one);
  for (let n = 0; n < 60; n += 1) {
    model.write(tokens[n % 2] ?? "", values({ key: "k", value: n, datetime: formatDate(dawn - (n % 7) * 1000) }, { key: "j", value: [n], geo: { lat: n, long: n } }), rest);
  }
  model.removeThing(model.createThing().thingId);
  return { model, tokens, session };
}

test.each([["from the log", 1 << 20], ["from a snapshot and the log after it", 2000]])("a restart answers everything as before, %s", (_name, compactBytes) => {
  const journal = openJournal({ folder, name: "thethings", compactBytes });
  const { model, tokens, session } = busyModel(journal);
  const before = portrait(model, tokens, session);
  journal.close();
  const again = openJournal({ folder, name: "thethings" });
  const after = cloudOf(again);
  expect(portrait(after, tokens, session)).toEqual(before);
  again.close();
});

function cloudOf(keeper: Keeper): Thethings {
  return createThethings(manualHost(2), { activationCodes: ["code-1", "code-2"], keeper, limits: { timelineValuesMax: 50 } });
}

test("a cloud killed at any byte comes back whole: what was answered before the cut is there", () => {
  const journal = openJournal({ folder, name: "thethings" });
  const { model, token } = cloud({ keeper: journal });
  const path = join(folder, "thethings.journal");
  const ends: number[] = [readFileSync(path).length];
  for (let value = 0; value < 5; value += 1) {
    model.write(token, values({ key: "k", value }, { key: "k", value: -value }), rest);
    ends.push(readFileSync(path).length);
  }
  journal.close();
  const whole = readFileSync(path);
  for (let cut = ends[0] as number; cut <= whole.length; cut += 1) {
    writeFileSync(path, whole.subarray(0, cut));
    const keeper = openJournal({ folder, name: "thethings" });
    const writes = ends.filter((end) => end <= cut).length - 1;
    expect(cloudOf(keeper).counts).toMatchObject({ things: 1, values: 2 * writes });
    keeper.close();
  }
});

test("what cannot be kept is refused, changes nothing and reaches nobody", () => {
  let full = false;
  const keeper: Keeper = {
    entries: [],
    append: () => {
      if (full) throw new Error("ENOSPC");
    },
    settle: () => undefined,
  };
  const { model, token, host } = cloud({ keeper, activationCodes: ["code-1"] });
  const heard: unknown[] = [];
  model.watch(token, (elements) => heard.push(elements));
  full = true;
  expect(model.write(token, values({ key: "k", value: 1 }), rest)).toMatchObject({ ok: false, reason: "unavailable" });
  expect(model.activate("code-1", "channel")).toEqual({ ...failed, passing: true });
  expect(model.apps.register({ email: "a@b", password: "x" })).toMatchObject({ reason: "unavailable" });
  expect(heard).toEqual([]);
  expect(model.read(token, "k", [])).toMatchObject({ reason: "notFound" });
  full = false;
  expect(model.activate("code-1", "channel").ok).toBe(true);
  expect(host.events.map((event) => event.event)).toEqual(["state-not-written", "activation-not-stored", "state-not-written"]);
});

test("no session token and no password is in the state file", () => {
  const journal = openJournal({ folder, name: "thethings" });
  const { model } = cloud({ keeper: journal });
  const result = model.apps.register({ email: "a@b", password: "canary-password" });
  journal.close();
  const text = readFileSync(join(folder, "thethings.journal"), "utf8");
  expect(result.ok && text.includes(result.token)).toBe(false);
  expect(text).not.toContain("canary-password");
  expect(text).toContain("a@b");
});
