/** `motet cloud thingsboard` as a person runs it: ready on its ports, kept over restarts, and clear about mistakes. */
import { call } from "../conformance/thethings-peer";
import { motet, scratch } from "./command";
import type { Event, Running } from "./command";

// Child processes on a busy machine.
jest.setTimeout(60000);

async function started(args: readonly string[]): Promise<{ run: Running; ready: Event & { readonly http: number } }> {
  const run = motet(["cloud", "thingsboard", "--json", ...args]);
  return { run, ready: (await run.until(({ event }) => event === "ready")) as Event & { http: number } };
}

test("a device provisions itself with a code, and what it told is there after a restart", async () => {
  const folder = scratch();
  const args = ["--state", folder.path, "--activation-codes", "key:secret", "--users", "ann@example.org:pass:word"];
  const first = await started(args);
  expect(first.ready).toMatchObject({ platform: "thingsboard", http: expect.any(Number) as number, mqtt: expect.any(Number) as number, coap: expect.any(Number) as number });
  const asked = { deviceName: "one", provisionDeviceKey: "key", provisionDeviceSecret: "secret", token: "its-own-token" };
  expect((await call(first.ready.http, "/api/v1/provision", { body: asked })).json).toMatchObject({ status: "SUCCESS", credentialsValue: "its-own-token" });
  expect((await call(first.ready.http, "/api/v1/its-own-token/telemetry", { body: { t: 21.5 } })).status).toBe(200);
  expect(await first.run.stop()).toBe(0);
  const second = await started(args);
  const { token } = (await call(second.ready.http, "/api/auth/login", { body: { username: "ann@example.org", password: "pass:word" } })).json as { token: string };
  const headers = { "x-authorization": `Bearer ${token}` };
  const { id } = (await call(second.ready.http, "/api/tenant/devices?deviceName=one", { headers })).json as { id: { id: string } };
  expect((await call(second.ready.http, `/api/plugins/telemetry/DEVICE/${id.id}/values/timeseries?keys=t`, { headers })).json).toMatchObject({ t: [{ value: "21.5" }] });
  expect(await second.run.stop()).toBe(0);
  for (const run of [first.run, second.run]) for (const secret of ["its-own-token", "secret", "pass:word", token]) expect(run.output()).not.toContain(secret);
  folder.remove();
});

test.each<[string, string[], RegExp]>([
  ["an unknown platform", ["cloud", "nowhere"], /There is no local "nowhere": the platforms are thethings, evrythng, thingsboard\./],
  ["a platform that is a word of the language", ["cloud", "constructor"], /There is no local "constructor"/],
  ["a code without its secret", ["cloud", "thingsboard", "--activation-codes", "key"], /Each of --activation-codes is written key:secret/],
  ["a user without a password", ["cloud", "thingsboard", "--users", "ann@example.org"], /Each of --users is written email:password/],
  ["the known login where others can reach it", ["cloud", "thingsboard", "--host", "0.0.0.0"], /name your own users with --users email:password/],
])("%s", async (_name, args, sentence) => {
  const run = motet(args);
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(sentence);
});
