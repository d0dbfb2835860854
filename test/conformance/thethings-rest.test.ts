/**
 * REST of the thethings.iO emulation over real sockets: devices, apps, streams, errors, administration.
 */
import { formatDate } from "../../sim/cloud/thethings/dates";
import { statement } from "./statement";
import { call, dawn, openCloud, openStream } from "./thethings-peer";
import type { Answer, Call, Cloud, CloudOptions } from "./thethings-peer";

const adminToken = "canary-admin-token-0123456789";
let cloud: Cloud;

async function start(options: CloudOptions = {}): Promise<void> {
  await cloud.close();
  cloud = await openCloud(options);
}

beforeEach(async () => {
  cloud = await openCloud({ model: { activationCodes: ["code-1", "code-2"] }, rest: { adminToken } });
});
afterEach(() => cloud.close());

const get = (path: string, options: Call = {}): Promise<Answer> => call(cloud.port, path, options);
const post = (path: string, body: Call["body"], options: Call = {}): Promise<Answer> => call(cloud.port, path, { ...options, body: body ?? "" });
const write = (token: string, ...values: object[]): Promise<Answer> => post(`/v2/things/${token}`, { values });
const newThing = (): string => cloud.model.createThing().thingToken;
const error = (code: number, message: string = expect.any(String) as string): object => ({ status: code, json: { status: "error", code, message } });

async function register(body: object = {}): Promise<string> {
  const answer = await post("/v2/register", { email: "ann@example.org", password: "correct horse", app: "default", ...body });
  expect(answer.status).toBe(201);
  return (answer.json as { token: string }).token;
}

describe("devices", () => {
  statement("MQ-6 MQ-7", "REST activates a thing with a code, once, and gives it a token of its own", async () => {
    const first = await post("/v2/things", { activationCode: "code-1" });
    const second = await post("/v2/things/", { activationCode: "code-2", productId: "p" });
    for (const answer of [first, second]) {
      expect(answer).toMatchObject({ status: 201, json: { status: "created", thingToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as string } });
    }
    expect((first.json as { thingToken: string }).thingToken).not.toBe((second.json as { thingToken: string }).thingToken);
    for (const body of [{ activationCode: "code-1" }, { activationCode: "no-such" }, {}, [], null]) {
      expect(await post("/v2/things", body as object)).toMatchObject(error(400, body === null ? "Invalid JSON" : "Error creating thing"));
    }
  });

  statement("MQ-8", "a thing made by hand at the administration uses its token at once", async () => {
    const made = await post("/admin/things", "", { session: adminToken });
    const { thingToken, thingId } = made.json as { thingToken: string; thingId: string };
    expect(await write(thingToken, { key: "fun", value: "9000" })).toMatchObject({ status: 201 });
    expect(await get(`/admin/things/${thingId}`, { session: adminToken })).toMatchObject({ status: 200, json: { thingToken } });
  });

  test("A6: a write answers 201 with the documented text, whatever the content type and with or without '?'", async () => {
    const token = newThing();
    const body = '{"values":[{"key":"fun","value":"5000"}]}';
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", ""]) {
      const answer = await post(`/v2/things/${token}?`, body, type === "" ? {} : { headers: { "content-type": type } });
      expect(answer).toMatchObject({ status: 201, text: '{"status":"Success","message":"Created"}' });
    }
    const chunked = await post(`/v2/things/${token}/`, body, { headers: { "transfer-encoding": "chunked" } });
    expect(chunked.status).toBe(201);
  });

  test("A26: refused writes answer in one shape: 400 for the body, 401 for the token", async () => {
    const token = newThing();
    for (const body of ["", "{", "[]", '{"values":[]}', '{"values":[{"key":"a b","value":1}]}', Buffer.from([0xff])]) {
      expect(await post(`/v2/things/${token}`, body)).toMatchObject(error(400));
    }
    expect(await write("no-such-token", { key: "k", value: 1 })).toMatchObject(error(401, "Unknown thing token"));
    expect(cloud.model.counts.values).toBe(0);
  });

  test("A4, A5, A18: read takes limit, startDate and endDate, with a slash before '?' or without", async () => {
    const token = newThing();
    const at = (n: number): string => formatDate(dawn + n * 1000);
    await write(token, ...Array.from({ length: 120 }, (_, n) => ({ key: "k", value: n, datetime: at(n) })));
    const values = async (query: string): Promise<unknown> => ((await get(`/v2/things/${token}/resources/k${query}`)).json as { value: number }[]).map((one) => one.value);
    expect(await values("")).toEqual([119]);
    expect(await values("/?limit=3")).toEqual([119, 118, 117]);
    expect(await values("?limit=101")).toHaveLength(100);
    expect(await values(`?limit=9&startDate=${at(3)}&endDate=${at(6)}`)).toEqual([5, 4, 3]);
    expect(await values(`?limit=9&startDate=20260101000003&endDate=20260101T000005`)).toEqual([4, 3]);
    expect(await values(`?limit=1&endDate=+275760-09-13T00:00:00.000Z`)).toEqual([119]);
    for (const query of ["?limit=0", "?limit=x", "?startDate=1", "?endDate=tomorrow", "?limit=1&limit=2"]) {
      expect(await get(`/v2/things/${token}/resources/k${query}`)).toMatchObject(error(400));
    }
    expect(await get(`/v2/things/${token}/resources/other`)).toMatchObject(error(404));
    expect(await get(`/v2/things/nobody/resources/k`)).toMatchObject(error(401));
  });

  test("read answers elements as they were written, geo included", async () => {
    const token = newThing();
    await write(token, { key: "fun", value: { a: [true] }, datetime: "20150130153533", geo: { lat: 41.4121132, long: 2.2199454 } });
    const { text } = await get(`/v2/things/${token}/resources/fun`);
    expect(text).toBe('[{"key":"fun","value":{"a":[true]},"datetime":"2015-01-30T15:35:33.000Z","geo":{"lat":41.4121132,"long":2.2199454}}]');
  });

  test("the server's clock: an array that ends in the date, as text or in seconds", async () => {
    const token = newThing();
    cloud.host.advance(1999);
    expect((await get(`/v2/utils/date?thingToken=${token}`)).text).toMatch(/"value":"2026-01-01T00:00:01.999Z"\}\]$/);
    expect((await get(`/v2/utils/date?thingToken=${token}&format=unix_timestamp`)).text).toMatch(/"value":1767225601\}\]$/);
    expect(await get(`/v2/utils/date?thingToken=${token}&format=other`)).toMatchObject(error(400));
    expect(await get("/v2/utils/date")).toMatchObject(error(401));
  });
});

describe("streams", () => {
  test("A11: 'subscribed', an array for each write, {} each keepAlive: one JSON text in each chunk", async () => {
    const token = newThing();
    const stream = await openStream(cloud.port, `/v2/things/${token}?keepAlive=5000`);
    expect(stream.head).toMatch(/^HTTP\/1.1 200 /);
    expect(await stream.next()).toBe('{"status":"success","message":"subscribed"}');
    await Promise.all([write(token, { key: "a", value: 1 }, { key: "b", value: "2" }), write(token, { key: "c", value: "x".repeat(16000) })]);
    const chunks = [await stream.next(), await stream.next()].map((text) => JSON.parse(text ?? "") as { key: string }[]);
    expect(chunks.map((elements) => elements.map((one) => one.key)).sort()).toEqual([["a", "b"], ["c"]]);
    cloud.host.advance(4999);
    await write(token, { key: "d", value: 1 });
    expect(await stream.next()).toContain('"d"');
    cloud.host.advance(1);
    expect(await stream.next()).toBe("{}");
    cloud.host.advance(15000);
    for (let n = 0; n < 3; n += 1) expect(await stream.next()).toBe("{}");
    await stream.close();
  });

  test("keepAlive is 60000 ms unless asked for; 100 and a day are the bounds", async () => {
    const token = newThing();
    const stream = await openStream(cloud.port, `/v2/things/${token}`);
    await stream.next();
    cloud.host.advance(59999);
    await write(token, { key: "k", value: 1 });
    expect(await stream.next()).not.toBe("{}");
    cloud.host.advance(1);
    expect(await stream.next()).toBe("{}");
    await stream.close();
    for (const bad of ["99", "86400001", "-5", "x", "", "1e4"]) expect(await get(`/v2/things/${token}?keepAlive=${bad}`)).toMatchObject(error(400));
    for (const good of ["100", "86400000"]) await (await openStream(cloud.port, `/v2/things/${token}?keepAlive=${good}`)).close();
    expect(await get("/v2/things/nobody")).toMatchObject(error(401));
  });

  test("a stream that was left holds no timer; one too many is refused", async () => {
    await start({ rest: { limits: { streamsMax: 2 } } });
    const token = newThing();
    const path = `/v2/things/${token}`;
    const [one, two] = [await openStream(cloud.port, path), await openStream(cloud.port, path)];
    for (const stream of [one, two]) await stream.next();
    expect(await get(path)).toMatchObject(error(503));
    expect(cloud.host.timers()).toBe(2);
    await one.close();
    await two.close();
    cloud.model.write(token, { values: [{ key: "k", value: 1 }] }, { via: "mqtt" });
    // The server hears of it on a later turn; each round trip gives it some.
    while (cloud.host.timers() > 0) await get("/v2");
    expect(cloud.model.counts.watchers).toBe(0);
    expect(await openStream(cloud.port, path).then((stream) => stream.next())).toContain("subscribed");
  });

  test("a reader that does not read is cut off", async () => {
    await start({ rest: { limits: { unreadBytesMax: 100000 } } });
    const token = newThing();
    const stream = await openStream(cloud.port, `/v2/things/${token}`);
    await stream.next();
    // All in one turn: nothing can be taken in between.
    for (let n = 0; n < 1000 && cloud.host.timers() > 0; n += 1) cloud.model.write(token, { values: [{ key: "k", value: "x".repeat(16000) }] }, { via: "mqtt" });
    let last: string | undefined = "";
    let count = 0;
    while ((last = await stream.next()) !== undefined) count += last.length;
    expect(count).toBeLessThan(200000);
  });
});

describe("apps", () => {
  test("whether the service can be reached: 401 in the documented words", async () => {
    for (const path of ["/v2/", "/v2"]) {
      expect(await get(path)).toMatchObject({ status: 401, text: '{"status":"error","code":401,"message":"Invalid session token"}' });
    }
    expect(await get("/v2/", { session: await register() })).toMatchObject({ status: 200 });
  });

  test("web apps of any origin get in: REST, streams and socket.io, with their Authorization header", async () => {
    const asked = await call(cloud.port, "/v2/me/things", { method: "OPTIONS", headers: { origin: "http://a", "access-control-request-method": "POST", "access-control-request-headers": "authorization" } });
    expect(asked).toMatchObject({ status: 204, headers: { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization, content-type", "access-control-allow-methods": "GET, POST" } });
    expect((await get("/v2/", { headers: { origin: "http://a" } })).headers["access-control-allow-origin"]).toBe("*");
    expect((await get("/socket.io/?EIO=4&transport=polling", { headers: { origin: "http://a" } })).headers["access-control-allow-origin"]).toBe("*");
    const stream = await openStream(cloud.port, `/v2/things/${newThing()}`);
    expect(stream.head).toContain("access-control-allow-origin: *");
    await stream.close();
  });

  statement("SIO-7", "register and login give a session token; the header carries it raw", async () => {
    const first = await register();
    const login = await post("/v2/login", { email: "ann@example.org", password: "correct horse", app: "default" });
    const second = (login.json as { token: string }).token;
    expect(login.status).toBe(200);
    expect(second).not.toBe(first);
    for (const session of [first, second]) expect(await get("/v2/me/things", { session })).toMatchObject({ status: 200, json: [] });
    for (const session of [`Bearer ${first}`, "", "x"]) expect(await get("/v2/me/things", { session })).toMatchObject(error(401, "Invalid session token"));
    expect(await post("/v2/login", { email: "ann@example.org", password: "wrong", app: "default" })).toMatchObject(error(401));
    expect(await post("/v2/register", { email: "ann@example.org", password: "x" })).toMatchObject(error(400));
    expect(await post("/v2/register", "{")).toMatchObject(error(400));
  });

  test("refused codes and tokens, and logins, are counted: an address has so many in a row", async () => {
    await start({ rest: { limits: { refusalsBurst: 2 } } });
    for (const code of [400, 400, 429]) expect(await post("/v2/things", { activationCode: "guess" })).toMatchObject(error(code));
    await start({ rest: { limits: { refusalsBurst: 3 } } });
    const session = await register();
    for (const code of [404, 404, 429]) expect(await post("/v2/me/things", { thingToken: "guess" }, { session })).toMatchObject(error(code));
    await start({ rest: { limits: { refusalsBurst: 2 } } });
    const login = (): Promise<Answer> => post("/v2/login", { email: "ann@example.org", password: "correct horse" });
    await register();
    expect(await login()).toMatchObject({ status: 200 });
    expect(await login()).toMatchObject(error(429));
  });

  statement("SIO-6", "an app logs in, links a thing, reads and writes, all through REST", async () => {
    const session = await register();
    const token = newThing();
    const linked = await post("/v2/me/things", { thingToken: token }, { session });
    const { thingId } = linked.json as { thingId: string };
    expect(linked.json).toEqual({ status: "success", message: "linked", thingId: cloud.model.thingId(token) });
    await write(token, { key: "temperature", value: 21 });
    expect((await get("/v2/me/things", { session })).json).toEqual([{ thingId, resources: ["temperature"] }]);
    expect((await get("/v2/me/resources", { session })).json).toEqual([{ name: "temperature", things: [thingId] }]);
    expect((await get("/v2/me/resources/temperature", { session })).json).toEqual([{ key: "temperature", value: 21, datetime: formatDate(dawn), thingId }]);
    expect((await get(`/v2/me/resources/temperature/${thingId}?limit=5`, { session })).json).toEqual([{ key: "temperature", value: 21, datetime: formatDate(dawn) }]);
    const stream = await openStream(cloud.port, `/v2/things/${token}`);
    await stream.next();
    expect(await post(`/v2/me/resources/fan/${thingId}`, { values: [{ value: true }] }, { session })).toMatchObject({ status: 201, text: '{"status":"Success","message":"Created"}' });
    expect(JSON.parse((await stream.next()) ?? "")).toEqual([{ key: "fan", value: true, datetime: formatDate(dawn) }]);
    await stream.close();
  });

  test("A28: what is not linked or not chosen is not found, and asks for a session first", async () => {
    await start({ model: { apps: [{ id: "shop", resources: ["light"] }] } });
    const session = await register({ app: "shop" });
    const token = newThing();
    const thingId = cloud.model.thingId(token) ?? "";
    await write(token, { key: "light", value: 1 }, { key: "heat", value: 2 });
    const light = `/v2/me/resources/light/${thingId}`;
    for (const path of ["/v2/me/resources/light", light]) expect(await get(path, { session })).toMatchObject(error(404));
    expect(await post(light, { values: [{ value: 1 }] }, { session })).toMatchObject(error(404));
    for (const body of [{ thingToken: "nobody" }, {}]) expect(await post("/v2/me/things", body, { session })).toMatchObject(error(404));
    await post("/v2/me/things", { thingToken: token }, { session });
    expect((await get(light, { session })).status).toBe(200);
    expect(await get("/v2/me/resources/heat", { session })).toMatchObject(error(404));
    expect(await get("/v2/me/resources/light?limit=0", { session })).toMatchObject(error(400));
    expect(await post(light, { values: [{ key: "heat", value: 1 }] }, { session })).toMatchObject(error(400));
    for (const path of ["/v2/me/things", "/v2/me/resources", light]) expect(await get(path)).toMatchObject(error(401));
    expect(await post(light, { values: [{ value: 1 }] })).toMatchObject(error(401));
  });
});

describe("administration", () => {
  test("codes come from a route that asks for the administrator's token", async () => {
    const asked = await post("/admin/activation-codes", { count: 3 }, { session: adminToken });
    const { activationCodes } = asked.json as { activationCodes: string[] };
    expect(asked.status).toBe(201);
    expect(new Set(activationCodes).size).toBe(3);
    expect((await post("/v2/things", { activationCode: activationCodes[0] })).status).toBe(201);
    for (const count of [0, 1001, 1.5, "3", undefined]) expect(await post("/admin/activation-codes", { count }, { session: adminToken })).toMatchObject(error(400));
    for (const session of ["", "wrong", `${adminToken}x`]) expect(await post("/admin/activation-codes", { count: 1 }, { session })).toMatchObject(error(401));
  });

  test("a thing can be taken away; its token is refused from then on", async () => {
    const { thingToken, thingId } = cloud.model.createThing();
    const path = `/admin/things/${thingId}`;
    expect((await get(path)).status).toBe(401);
    expect((await call(cloud.port, path, { method: "DELETE", session: adminToken })).status).toBe(200);
    expect(await write(thingToken, { key: "k", value: 1 })).toMatchObject(error(401));
    for (const method of ["GET", "DELETE"]) expect(await call(cloud.port, path, { method, session: adminToken })).toMatchObject(error(404));
  });

  test("without a token there is no administration; a short one is refused at the start", async () => {
    await start();
    expect(await post("/admin/things", "", { session: "" })).toMatchObject(error(404));
    await expect(openCloud({ rest: { adminToken: "short" } })).rejects.toThrow(/16 characters/);
  });
});

statement("SEC-5 SIO-12", "no token, code, password or session is in a log or an error", async () => {
  const session = await register({ password: "canary-password" });
  const secrets = ["code-1", session, "canary-password", adminToken, newThing(), "canary-unknown"];
  const texts: string[] = [];
  for (const secret of secrets) {
    for (const path of [`/v2/things/${secret}`, `/v2/things/${secret}/resources/${secret}`, `/v2/me/resources/${secret}/${secret}`, `/${secret}`, `/v2/things/${secret}%`, `/v2/things/${secret}?keepAlive=${secret}`]) {
      const stream = path === `/v2/things/${secret}` && cloud.model.hasThing(secret);
      if (!stream) texts.push((await get(path, { session: secret })).text);
      texts.push((await post(path, `{"${secret}`, { session: secret })).text);
    }
    texts.push((await post("/v2/things", { activationCode: `${secret}-` })).text);
    texts.push((await post("/v2/login", { email: `${secret}@x`, password: secret, app: secret })).text);
    texts.push((await post("/v2/me/things", { thingToken: secret }, { session: "x" })).text);
  }
  const said = texts.join() + JSON.stringify(cloud.host.events);
  for (const secret of secrets) expect(said).not.toContain(secret);
});
