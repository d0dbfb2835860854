/**
 * The shards of a fleet on a Redis Stream, for machines that come and go. Each shard is an entry that one consumer of a group takes;
 * it says again and again that it still works on it, and when it is silent for too long another takes the entry over. A result is
 * stored once; a second one can only be equal, because a shard's run is determined.
 */
import type { RedisClientType } from "@redis/client";
import { isFleet, isResult } from "./file";
import { fleetId, shardCount } from "./fleet";
import type { Fleet } from "./fleet";
import type { ShardResult } from "./summary";

/** The part of the client that is used here. */
export type Redis = Pick<RedisClientType, "get" | "hGetAll" | "hLen" | "hSetNX" | "hGet" | "xAck" | "xAutoClaim" | "xClaim" | "xReadGroup" | "watch" | "multi" | "del">;

export interface QueueTimes {
  /** A consumer that is silent for so long has lost its shard, ms. */
  readonly silentMs: number;
  /** How often it speaks: several times within `silentMs`. */
  readonly speakMs: number;
  /** How long one look for work waits, ms. */
  readonly lookMs: number;
}

export const queueTimes: QueueTimes = { silentMs: 60000, speakMs: 10000, lookMs: 2000 };

const GROUP = "workers";

/** A queue that cannot be used; `message` is one sentence. */
export class QueueError extends Error {}

interface Keys {
  readonly fleet: string;
  readonly shards: string;
  readonly results: string;
}

/** The keys of a queue; `name` is 1 to 64 of [A-Za-z0-9_-]. */
function keysOf(name: string): Keys {
  return { fleet: `motet:fleet:{${name}}:fleet`, shards: `motet:fleet:{${name}}:shards`, results: `motet:fleet:{${name}}:results` };
}

/** What a key holds; undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Puts a fleet on offer. Nothing changes when that very fleet is on offer already; another one under the name is refused. */
export async function offerFleet(redis: Redis, name: string, fleet: Fleet): Promise<void> {
  const keys = keysOf(name);
  await redis.watch(keys.fleet);
  const present = await offeredFleet(redis, name);
  if (present !== undefined) {
    if (fleetId(present) !== fleetId(fleet)) throw new QueueError(`Another fleet is on offer under the name "${name}": choose another --name, or withdraw it.`);
    return;
  }
  const all = redis.multi().set(keys.fleet, JSON.stringify(fleet)).del([keys.shards, keys.results]).xGroupCreate(keys.shards, GROUP, "0", { MKSTREAM: true });
  for (let shard = 0; shard < shardCount(fleet); shard += 1) all.xAdd(keys.shards, "*", { shard: String(shard) });
  await all.exec();
}

/** The fleet that is on offer under a name; undefined for none. */
export async function offeredFleet(redis: Redis, name: string): Promise<Fleet | undefined> {
  const text = await redis.get(keysOf(name).fleet);
  if (text === null) return undefined;
  const fleet = parsed(text);
  if (!isFleet(fleet)) throw new QueueError(`What is on offer under the name "${name}" is no fleet of this version: withdraw it, and offer it anew.`);
  return fleet;
}

/** Takes a fleet and all its results off the queue. */
export async function withdrawFleet(redis: Redis, name: string): Promise<void> {
  const { fleet, shards, results } = keysOf(name);
  await redis.del([fleet, shards, results]);
}

/** How many shards are done. */
export async function shardsDone(redis: Redis, name: string): Promise<number> {
  return redis.hLen(keysOf(name).results);
}

/** The results that are there, in the order of their shards. */
export async function resultsOf(redis: Redis, name: string, fleet: Fleet): Promise<ShardResult[]> {
  const results = Object.values(await redis.hGetAll(keysOf(name).results)).map(parsed);
  if (!results.every((result) => isResult(result, fleet))) throw new QueueError(`A result under the name "${name}" is damaged: withdraw the fleet, and offer it anew.`);
  return results.sort((a, b) => a.shard - b.shard);
}

interface Task {
  readonly id: string;
  readonly shard: number;
}

export interface Work {
  readonly redis: Redis;
  readonly name: string;
  /** Unique among all consumers that ever were. */
  readonly consumer: string;
  readonly times?: QueueTimes;
  /** Runs a shard; an incomplete result gives the shard back. */
  readonly run: (fleet: Fleet, shard: number) => Promise<ShardResult>;
  readonly signal: AbortSignal;
  readonly onDone?: (result: ShardResult) => void;
}

/** Works on a fleet until all its shards are done, or the signal comes; answers how many this consumer did. */
export async function workOn(fleet: Fleet, work: Work): Promise<number> {
  try {
    return await workOff(fleet, work);
  } catch (problem) {
    const isThere = await offeredFleet(work.redis, work.name).then((offered) => offered !== undefined, () => true);
    throw isThere ? problem : new QueueError(`The fleet "${work.name}" was withdrawn.`);
  }
}

async function workOff(fleet: Fleet, work: Work): Promise<number> {
  const { redis, name, run, signal, onDone } = work;
  let done = 0;
  while (!signal.aborted && (await shardsDone(redis, name)) < shardCount(fleet)) {
    const task = await take(work);
    if (task === undefined) continue;
    const result = await whileSpeaking(work, task, () => run(fleet, task.shard));
    if (!result.complete) {
      await giveBack(work, task);
      continue;
    }
    await store(work, task, result);
    done += 1;
    onDone?.(result);
  }
  return done;
}

/** An entry as the client gives it. */
type Entry = { readonly id: string; readonly message: Readonly<Record<string, string>> } | null | undefined;

function taskOf(entry: Entry): Task | undefined {
  return entry === null || entry === undefined ? undefined : { id: entry.id, shard: Number(entry.message["shard"]) };
}

/** What a consumer left that is silent, or else a new shard; undefined when there is nothing for a while. */
async function take({ redis, name, consumer, times = queueTimes }: Work): Promise<Task | undefined> {
  const { shards } = keysOf(name);
  const claimed = await redis.xAutoClaim(shards, GROUP, consumer, times.silentMs, "0", { COUNT: 1 });
  const left = taskOf(claimed.messages[0]);
  if (left !== undefined) return left;
  const read = (await redis.xReadGroup(GROUP, consumer, { key: shards, id: ">" }, { COUNT: 1, BLOCK: times.lookMs })) as { messages: Entry[] }[] | null;
  return taskOf(read?.[0]?.messages[0]);
}

/** Says again and again that the shard is being worked on. */
async function whileSpeaking<T>({ redis, name, consumer, times = queueTimes }: Work, { id }: Task, run: () => Promise<T>): Promise<T> {
  let trouble: unknown;
  const speak = (): void => {
    redis.xClaim(keysOf(name).shards, GROUP, consumer, 0, id, { IDLE: 0 }).catch((problem: unknown) => (trouble = problem));
  };
  const speaking = setInterval(speak, times.speakMs);
  try {
    const result = await run();
    if (trouble !== undefined) throw trouble;
    return result;
  } finally {
    clearInterval(speaking);
  }
}

/** The next one that looks takes it at once. */
async function giveBack({ redis, name, consumer, times = queueTimes }: Work, { id }: Task): Promise<void> {
  await redis.xClaim(keysOf(name).shards, GROUP, consumer, 0, id, { IDLE: times.silentMs });
}

async function store({ redis, name }: Work, { id, shard }: Task, result: ShardResult): Promise<void> {
  const { shards, results } = keysOf(name);
  const isFirst = (await redis.hSetNX(results, String(shard), JSON.stringify(result))) === 1;
  await redis.xAck(shards, GROUP, id);
  if (isFirst) return;
  const stored = JSON.parse((await redis.hGet(results, String(shard))) ?? "{}") as Partial<ShardResult>;
  if (stored.hash !== result.hash) throw new QueueError(`Shard ${shard} came out otherwise on another machine: the versions of motet differ; use one version everywhere.`);
}
