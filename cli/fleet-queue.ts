/** `motet fleet offer`, `work` and `withdraw`: a fleet whose shards are handed out over Redis to machines that come and go. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { shardCount } from "../sim/fleet/fleet";
import type { Fleet } from "../sim/fleet/fleet";
import { offeredFleet, offerFleet, resultsOf, shardsDone, withdrawFleet, workOn } from "../sim/fleet/queue";
import { connectRedis } from "../sim/fleet/redis";
import { summarise } from "../sim/fleet/summary";
import { createPool } from "../sim/fleet/workers";
import { endedByUser } from "./context";
import type { Context } from "./context";
import { conclude, fleetOf, progressOf, withFleetOptions, workerScript, workersOption } from "./fleet-options";
import type { FleetChoice } from "./fleet-options";
import { outFile } from "./fleet-output";

interface QueueOptions {
  readonly redis?: string;
  readonly name: string;
  readonly json?: boolean;
}

/** Where the address of Redis is looked for when it is not given: it may hold a password. */
const VARIABLE = "MOTET_REDIS";
/** Between two looks at how far the fleet is, ms. */
const LOOK_EVERY_MS = 500;

function parseName(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(text)) throw new InvalidArgumentError("A name is 1 to 64 of A-Z a-z 0-9 _ -.");
  return text;
}

/** The address of Redis. Throws one sentence. */
function addressOf({ redis }: QueueOptions): string {
  if (redis !== undefined && /\/\/[^/]*@/.test(redis)) throw new Error(`Passwords are not taken from the command line: put the whole address into the environment variable ${VARIABLE}.`);
  const address = redis ?? process.env[VARIABLE];
  if (address === undefined) throw new Error(`Say where Redis is: --redis redis://HOST:6379, or the environment variable ${VARIABLE}.`);
  return address;
}

async function offer(context: Context, options: FleetChoice & QueueOptions & { readonly out?: string }): Promise<void> {
  const fleet = fleetOf(options);
  const write = outFile(options.out);
  const { redis, close } = await connectRedis(addressOf(options));
  try {
    const began = performance.now();
    const signal = endedByUser();
    const tell = progressOf(context, options, fleet.forMs * shardCount(fleet));
    await offerFleet(redis, options.name, fleet);
    for (let done = -1; done < shardCount(fleet) && !signal.aborted; ) {
      // Withdrawn, it would never be done.
      if ((await offeredFleet(redis, options.name)) === undefined) throw new Error(`The fleet "${options.name}" was withdrawn.`);
      done = await shardsDone(redis, options.name);
      tell(done * fleet.forMs);
      if (done < shardCount(fleet)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    context.output.progress("");
    const results = await resultsOf(redis, options.name, fleet);
    write({ fleet, results });
    conclude(context, fleet, summarise(results), performance.now() - began);
    if (signal.aborted) process.exitCode = 130;
  } finally {
    await close();
  }
}

async function offered(address: string, name: string): Promise<Fleet> {
  const { redis, close } = await connectRedis(address);
  try {
    const fleet = await offeredFleet(redis, name);
    if (fleet === undefined) throw new Error(`No fleet is on offer under the name "${name}": run motet fleet offer first.`);
    return fleet;
  } finally {
    await close();
  }
}

async function work(context: Context, options: QueueOptions & { readonly workers: number }): Promise<void> {
  const { name, workers } = options;
  const address = addressOf(options);
  const fleet = await offered(address, name);
  const signal = endedByUser();
  const pool = createPool(fleet, { workers, script: workerScript(context), signal });
  // A connection each: one that waits for work would keep the others waiting.
  const member = async (): Promise<number> => {
    const { redis, close } = await connectRedis(address);
    try {
      const consumer = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
      return await workOn(fleet, {
        redis,
        name,
        consumer,
        signal,
        run: (_, shard) => pool.run(shard),
        onDone: ({ shard, hash }) => context.output.event({ event: "shard", shard, hash }),
      });
    } finally {
      await close();
    }
  };
  try {
    const done = await Promise.all(Array.from({ length: workers }, member));
    context.output.event({ event: "end", shards: done.reduce((sum, count) => sum + count, 0) });
  } finally {
    await pool.close();
  }
}

async function withdraw(context: Context, options: QueueOptions): Promise<void> {
  const { redis, close } = await connectRedis(addressOf(options));
  try {
    await withdrawFleet(redis, options.name);
    context.output.event({ event: "withdrawn", name: options.name });
  } finally {
    await close();
  }
}

function withQueueOptions(command: Command): Command {
  return command.option("--redis <url>", `redis://HOST:PORT; with a password only in the environment variable ${VARIABLE}`).option("--name <name>", "of the fleet on offer", parseName, "fleet");
}

export function addQueue(fleet: Command, context: Context): void {
  withQueueOptions(withFleetOptions(fleet.command("offer").description("put a fleet on offer over Redis, and wait for what comes of it")))
    .option("--out <file>", "write what came of it")
    .action((options: FleetChoice & QueueOptions) => offer(context, options));
  withQueueOptions(fleet.command("work").description("work on the fleet that is on offer, until it is done"))
    .option(...workersOption)
    .option("--json", "print one event per line as JSON")
    .action((options: QueueOptions & { readonly workers: number }) => work(context, options));
  withQueueOptions(fleet.command("withdraw").description("take a fleet and its results off Redis"))
    .option("--json", "print one event per line as JSON")
    .action((options: QueueOptions) => withdraw(context, options));
}
