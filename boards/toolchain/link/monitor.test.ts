/** What a monitor tells of a console: records, other lines, and its way back to a board that was away. */
import { startMonitor } from "./monitor";
import type { Monitor } from "./monitor";
import { LinkError } from "./transport";
import type { Timer, Transport } from "./transport";

let told: string[];
let due: (() => void)[];
let opened: Transport[];
let isAway: boolean;

const timer: Timer = {
  after: (_ms, run) => {
    due.push(run);
    return () => (due = due.filter((each) => each !== run));
  },
};

function open(): Promise<Transport> {
  if (isAway) return Promise.reject(new LinkError("port", "away"));
  const transport: Transport = { write: () => told.push("written"), close: () => told.push("closed"), onData: undefined, onClose: undefined };
  opened.push(transport);
  return Promise.resolve(transport);
}

function start(): Promise<Monitor> {
  return startMonitor(open, { find: () => undefined }, { record: ({ event, number, text }) => told.push(`record ${event} ${number} ${text}`), line: (text) => told.push(`line ${text}`), unmapped: (hash) => told.push(`unmapped ${hash}`), connected: () => told.push("connected"), lost: () => told.push("lost") }, timer);
}

/** Lets what waits for its time happen. */
async function pass(): Promise<void> {
  for (const run of due.splice(0)) run();
  await new Promise(setImmediate);
}

beforeEach(() => {
  [told, due, opened, isAway] = [[], [], [], false];
});

test("records are told from what else is printed, in pieces of any size, and nothing is typed", async () => {
  await start();
  for (const piece of ["\r\u001b[Jmotet boot 1 \"stat", 'ion/1\\u0021"\r\n>', "Uncaught Error: no\r\n", "motet cut 1\r\n"]) opened[0]!.onData!(piece);
  expect(told).toEqual(["connected", "record boot 1 station/1!", "line Uncaught Error: no", "line motet cut 1"]);
});

test("a board that restarts is looked for until it is back", async () => {
  const monitor = await start();
  isAway = true;
  opened[0]!.onClose!();
  await pass();
  await pass();
  isAway = false;
  await pass();
  opened[1]!.onData!("back\r\n");
  expect(told).toEqual(["connected", "lost", "connected", "line back"]);
  monitor.stop();
  monitor.stop();
  await monitor.ended;
  expect([told.at(-1), opened[1]!.onData, due]).toEqual(["closed", undefined, []]);
});

test("one that is stopped while it looks comes to nothing", async () => {
  const monitor = await start();
  opened[0]!.onClose!();
  monitor.stop();
  await pass();
  expect([told, opened.length]).toEqual([["connected", "lost"], 1]);
  await monitor.ended;
});

test("a console that cannot be opened at first is a mistake", async () => {
  isAway = true;
  await expect(start()).rejects.toMatchObject({ fault: "port" });
});
