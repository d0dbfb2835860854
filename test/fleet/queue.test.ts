/** Shards handed out over a real redis-server: as consumers come, go and die, every shard is done and its result stored once. */
import { devicesIn } from "../../sim/fleet/fleet";
import type { Fleet } from "../../sim/fleet/fleet";
import { offeredFleet, offerFleet, resultsOf, shardsDone, withdrawFleet, workOn } from "../../sim/fleet/queue";
import type { Work } from "../../sim/fleet/queue";
import { connectRedis } from "../../sim/fleet/redis";
import type { Connected } from "../../sim/fleet/redis";
import type { ShardResult } from "../../sim/fleet/summary";
import { motet } from "../e2e/command";
import type { Event } from "../e2e/command";
import { startRedis } from "./redis-server";
import type { RedisServer } from "./redis-server";

const fleet: Fleet = { seed: "queue", devices: 4500, platform: "thethings", transport: "mqtt", everyMs: 30000, forMs: 60000 };
const times = { silentMs: 300, speakMs: 50, lookMs: 20 };
const forever = new AbortController().signal;

function resultOf(shard: number, change: Partial<ShardResult> = {}): ShardResult {
  const dropped = { full: 0, corrupt: 0, ram: 0, alien: 0, refused: 0 };
  const counts = { produced: 1, delivered: 1, duplicated: 0, lost: 0, waiting: 0, devices: devicesIn(fleet, shard), neverConnected: 0, undrained: 0, boots: 1, events: 1, dropped };
  return { shard, hash: String(shard).padStart(16, "0"), complete: true, counts, faults: {}, attempts: [], accepts: [], simMs: 1, drainMs: 1, busyMs: 1, memoryBytes: 1, flashBytes: 1, ...change };
}

let server: RedisServer;
let open: Connected[] = [];
let name = 0;

beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const { close } of open) await close();
  open = [];
  name += 1;
});
afterAll(() => server.stop());

/** A consumer with a connection of its own. */
async function consumer(run: Work["run"], signal = forever): Promise<Work> {
  const connected = await connectRedis(server.url);
  open.push(connected);
  return { redis: connected.redis, name: `test-${name}`, consumer: `consumer-${open.length}`, times, run, signal };
}

const done = (_: Fleet, shard: number): Promise<ShardResult> => Promise.resolve(resultOf(shard));

test("consumers share the shards of a fleet; offering it again changes nothing, another one is refused", async () => {
  const [one, two] = [await consumer(done), await consumer(done)];
  await offerFleet(one.redis, one.name, fleet);
  await offerFleet(two.redis, one.name, fleet);
  await expect(offerFleet(one.redis, one.name, { ...fleet, seed: "other" })).rejects.toThrow("Another fleet is on offer");
  expect(await offeredFleet(two.redis, one.name)).toEqual(fleet);
  const counts = await Promise.all([workOn(fleet, one), workOn(fleet, two)]);
  expect(counts[0] + counts[1]).toBe(5);
  expect(await resultsOf(one.redis, one.name, fleet)).toEqual([0, 1, 2, 3, 4].map((shard) => resultOf(shard)));
  await withdrawFleet(one.redis, one.name);
  expect(await offeredFleet(one.redis, one.name)).toBeUndefined();
  await expect(workOn(fleet, one)).rejects.toThrow("was withdrawn");
});

test("what a dead consumer had taken is done by another", async () => {
  let taken = -1;
  let gone: (() => void) | undefined;
  const isGone = new Promise<void>((resolve) => (gone = resolve));
  const hangs = await consumer((_, shard) => {
    taken = shard;
    gone!();
    return new Promise(() => undefined);
  });
  const ran: number[] = [];
  const lives = await consumer((_, shard) => {
    ran.push(shard);
    return Promise.resolve(resultOf(shard));
  });
  await offerFleet(lives.redis, lives.name, fleet);
  // Its machine is gone: no result, and no word that it still works.
  const speaking = jest.spyOn(globalThis, "setInterval").mockReturnValueOnce(undefined as never);
  void workOn(fleet, hangs);
  await isGone;
  speaking.mockRestore();
  expect(await workOn(fleet, lives)).toBe(5);
  expect(ran.slice().sort()).toEqual([0, 1, 2, 3, 4]);
  expect(ran.at(-1)).toBe(taken);
});

test("one that works long and says so keeps its shard", async () => {
  const ran: string[] = [];
  let finish: (() => void) | undefined;
  const slow = await consumer(async (_, shard) => {
    ran.push(`slow ${shard}`);
    await new Promise<void>((resolve) => (finish = resolve));
    return resultOf(shard);
  });
  const idle = await consumer((_, shard) => {
    ran.push(`idle ${shard}`);
    return Promise.resolve(resultOf(shard));
  });
  const small: Fleet = { ...fleet, devices: 900 };
  await offerFleet(slow.redis, slow.name, small);
  const slowly = workOn(small, slow);
  while (finish === undefined) await shardsDone(idle.redis, idle.name);
  // The other looks for work so often that it would find a shard whose consumer was silent for long.
  let looks = 0;
  const look = idle.redis.xAutoClaim.bind(idle.redis);
  const watching = workOn(small, { ...idle, redis: Object.assign(Object.create(idle.redis) as Work["redis"], { xAutoClaim: ((...args: Parameters<typeof look>) => {
    looks += 1;
    if (looks * times.lookMs > 3 * times.silentMs) finish!();
    return look(...args);
  }) as typeof look }) });
  expect(await slowly).toBe(1);
  expect(await watching).toBe(0);
  expect(ran).toEqual(["slow 0"]);
});

test("one that is ended gives its shard back at once", async () => {
  const small: Fleet = { ...fleet, devices: 900 };
  const ended = new AbortController();
  const [one, two] = [await consumer((_, shard) => {
    ended.abort();
    return Promise.resolve(resultOf(shard, { complete: false }));
  }, ended.signal), await consumer(done)];
  await offerFleet(one.redis, one.name, small);
  const patient = { ...times, silentMs: 3600000 };
  expect(await workOn(small, { ...one, times: patient })).toBe(0);
  expect(await workOn(small, { ...two, times: patient })).toBe(1);
});

test("two machines that come to different ends of one shard are told apart", async () => {
  const [one, two] = [await consumer(done), await consumer((_, shard) => Promise.resolve(resultOf(shard, { hash: "f".repeat(16) })))];
  const small: Fleet = { ...fleet, devices: 900 };
  await offerFleet(one.redis, one.name, small);
  await one.redis.multi().xAdd(`motet:fleet:{${one.name}}:shards`, "*", { shard: "0" }).exec();
  let isFirst = true;
  const twice = workOn({ ...small, devices: 1900 }, { ...two, run: async (_, shard) => {
    if (isFirst) await workOn(small, one);
    isFirst = false;
    return two.run(small, shard);
  } });
  await expect(twice).rejects.toThrow("Shard 0 came out otherwise");
});

test("what is damaged in Redis is one sentence", async () => {
  const { redis, name: queue } = await consumer(done);
  await offerFleet(redis, queue, fleet);
  await redis.multi().hSet(`motet:fleet:{${queue}}:results`, "0", "{").exec();
  await expect(resultsOf(redis, queue, fleet)).rejects.toThrow("is damaged: withdraw the fleet");
  await redis.multi().set(`motet:fleet:{${queue}}:fleet`, "{").exec();
  await expect(offeredFleet(redis, queue)).rejects.toThrow("is no fleet of this version");
});

test("a fleet that is withdrawn ends whoever waits for it", async () => {
  const { redis } = await consumer(done);
  const offer = motet(["fleet", "offer", "--name", "brief", "--devices", "10", "--for", "1m", "--redis", server.url, "--json"]);
  await offer.until((event) => event.event === "progress");
  await withdrawFleet(redis, "brief");
  expect(await offer.ended).toBe(1);
  expect(offer.output()).toContain("withdrawn");
}, 60000);

test("what cannot be reached or is no address is one sentence, without a password", async () => {
  await expect(connectRedis("redis")).rejects.toThrow("is written redis://HOST:6379");
  const problem = await connectRedis("redis://:canary-password@127.0.0.1:1").catch((one: unknown) => String(one));
  expect(problem).toContain("127.0.0.1:1 cannot be reached");
  expect(problem).not.toContain("canary-password");
});

test("motet fleet offer and two motet fleet work, as processes, are the undivided run", async () => {
  const description = ["--devices", "1010", "--for", "1m", "--seed", "redis", "--json"];
  const end = async (args: readonly string[], environment = {}): Promise<Event> => {
    const command = motet(args, "", environment);
    const event = await command.until((one) => one.event === "end");
    expect(await command.ended).toBe(0);
    return event;
  };
  const offer = end(["fleet", "offer", ...description, "--redis", server.url]);
  const connected = await connectRedis(server.url);
  open.push(connected);
  while ((await offeredFleet(connected.redis, "fleet")) === undefined) continue;
  const workers = await Promise.all([0, 1].map(() => end(["fleet", "work", "--workers", "1", "--json"], { MOTET_REDIS: server.url })));
  expect(workers.reduce((sum, event) => sum + Number(event["shards"]), 0)).toBe(2);
  expect((await offer)["hash"]).toBe((await end(["fleet", ...description]))["hash"]);
  const refused = motet(["fleet", "work", "--redis", "redis://:canary@127.0.0.1:1"]);
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toContain("MOTET_REDIS");
  expect(refused.output()).not.toContain("canary");
}, 60000);
