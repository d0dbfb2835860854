/**
 * The app's side of the model: accounts, sessions, links, and what an app sees.
 */
import { createThethings } from "./model";
import type { Thethings, ThethingsOptions } from "./model";
import { manualHost } from "../../../test/conformance/thethings-peer";

const rest = { via: "rest" } as const;

function cloud(options: ThethingsOptions = {}): { model: Thethings; token: string; host: ReturnType<typeof manualHost> } {
  const host = manualHost();
  const model = createThethings(host, options);
  return { host, model, token: model.createThing().thingToken };
}

const values = (...list: object[]): object => ({ values: list });

const account = { email: "Ann@example.org", password: "correct horse" };
function user(model: Thethings, body: object = account): string {
  const result = model.apps.register(body);
  if (!result.ok) throw new Error(result.message);
  return model.apps.session(result.token) ?? "";
}

test("register logs in; login needs the password; the email's case does not count", () => {
  const { model } = cloud();
  const id = user(model);
  expect(model.apps.register({ ...account, email: "ann@EXAMPLE.org" })).toMatchObject({ reason: "badRequest" });
  const login = model.apps.login({ ...account, email: "ann@example.org" });
  expect(login.ok && model.apps.session(login.token)).toBe(id);
  for (const body of [{ ...account, password: "wrong" }, { ...account, email: "bob@example.org" }]) {
    expect(model.apps.login(body)).toMatchObject({ reason: "unauthorized" });
  }
  for (const token of ["", "x", undefined, null, 5, {}]) expect(model.apps.session(token)).toBeUndefined();
});

test.each([{}, null, [], "x", { email: "a@b" }, { email: "ab", password: "x" }, { email: "a@b", password: "" }, { email: "a@b", password: 5 }, { ...account, app: "no such" }, { email: `${"a".repeat(253)}@b`, password: "x" }, { email: "a@b", password: "x".repeat(257) }])(
  "credentials that are none are a bad request: %j",
  (body) => {
    expect(cloud().model.apps.register(body)).toMatchObject({ ok: false, reason: "badRequest" });
  },
);

test("a session ends with its time, and the oldest gives way when there are too many", () => {
  const { model, host } = cloud({ limits: { sessionsPerUserMax: 2, sessionMs: 1000 } });
  const token = (result: ReturnType<typeof model.apps.login>): string => (result.ok ? result.token : "");
  const first = token(model.apps.register(account));
  const second = token(model.apps.login(account));
  expect(model.apps.session(first)).toBeDefined();
  const third = token(model.apps.login(account));
  expect([first, second, third].map((one) => model.apps.session(one) !== undefined)).toEqual([false, true, true]);
  host.advance(999);
  expect(model.apps.session(third)).toBeDefined();
  host.advance(1);
  expect(model.apps.session(third)).toBeUndefined();
});

test("A28: an app sees chosen resources of linked things, and nothing else", () => {
  const { model, token } = cloud({ apps: [{ id: "all", resources: "all" }, { id: "some", resources: ["light", "later"] }] });
  const [ann, bob] = [user(model), user(model, { ...account, app: "some" })];
  model.write(token, values({ key: "light", value: 1 }, { key: "heat", value: 2 }), rest);
  const nothing = { ok: false, reason: "notFound" };
  const id = model.thingId(token) ?? "";
  const quiet = (): void => undefined;
  expect(model.apps.read(ann, "light", undefined, [])).toMatchObject(nothing);
  expect(model.apps.write(ann, "light", id, values({ value: 1 }))).toMatchObject(nothing);
  expect(model.apps.watch(bob, "later", quiet)).toMatchObject(nothing);
  expect(model.apps.watchThing(ann, token, quiet)).toMatchObject(nothing);
  for (const one of [ann, bob]) expect(model.apps.link(one, token)).toEqual({ ok: true, thingId: id });
  expect(model.apps.link(ann, token)).toEqual({ ok: true, thingId: id });
  expect(model.apps.link(ann, "no such")).toMatchObject(nothing);
  expect(model.apps.things(ann)).toEqual([{ thingId: id, resources: ["light", "heat"] }]);
  expect(model.apps.resources(bob)).toEqual([{ name: "light", things: [id] }]);
  expect(model.apps.read(bob, "heat", undefined, [])).toMatchObject(nothing);
  expect(model.apps.write(bob, "heat", id, values({ value: 1 }))).toMatchObject(nothing);
  expect(model.apps.write(ann, "bad key", id, values({ value: 1 }))).toMatchObject(nothing);
  expect(model.apps.watch(bob, "later", quiet).ok).toBe(true);
  expect(model.apps.watch(ann, "later", quiet)).toMatchObject(nothing);
  expect(model.apps.watch(ann, "heat", quiet).ok).toBe(true);
  expect(model.apps.watchThing(ann, token, quiet).ok).toBe(true);
});

test("A27: values of several things come merged, newest first, each with its thing id", () => {
  const { model, token } = cloud();
  const other = model.createThing();
  const ann = user(model);
  for (const one of [token, other.thingToken]) model.apps.link(ann, one);
  model.write(token, values({ key: "k", value: 1, datetime: "20200101000001" }, { key: "k", value: 3, datetime: "20200101000003" }), rest);
  model.write(other.thingToken, values({ key: "k", value: 2, datetime: "20200101000002" }), rest);
  const all = model.apps.read(ann, "k", undefined, [["limit", "2"]]);
  expect(all.ok && all.elements.map((one) => [one.value, one.thingId])).toEqual([[3, model.thingId(token)], [2, other.thingId]]);
  const one = model.apps.read(ann, "k", other.thingId, []);
  expect(one.ok && one.elements).toEqual([{ key: "k", value: 2, datetime: "2020-01-01T00:00:02.000Z" }]);
});

test("an app's write has the resource as its key, and reaches the device", () => {
  const { model, token } = cloud();
  const ann = user(model);
  const { thingId } = model.apps.link(ann, token) as { thingId: string };
  const heard: unknown[] = [];
  model.watch(token, (elements, origin) => heard.push(elements[0]?.key, elements[0]?.value, origin.via));
  expect(model.apps.write(ann, "fan", thingId, values({ value: true })).ok).toBe(true);
  expect(model.apps.write(ann, "fan", thingId, values({ key: "fan", value: false })).ok).toBe(true);
  expect(model.apps.write(ann, "fan", thingId, values({ key: "door", value: true }))).toMatchObject({ reason: "badRequest" });
  expect(heard).toEqual(["fan", true, "app", "fan", false, "app"]);
});

test("limits: users and links", () => {
  const { model, token } = cloud({ limits: { usersMax: 1, linksPerUserMax: 1 } });
  const ann = user(model);
  expect(model.apps.register({ email: "b@b", password: "x" })).toMatchObject({ reason: "unavailable" });
  expect(model.apps.link(ann, token).ok).toBe(true);
  const other = model.createThing();
  expect(model.apps.link(ann, other.thingToken)).toMatchObject({ reason: "badRequest" });
  model.removeThing(model.thingId(token) ?? "");
  expect(model.apps.link(ann, other.thingToken).ok).toBe(true);
});
