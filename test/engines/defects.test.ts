/**
 * The device image passes each row of the table of defects on every engine: in the virtual world, and, where the real
 * interpreter is named, there over real sockets.
 */
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { settings } from "../support/thethings-world";
import { defectRows, TOKEN } from "./defect-rows";
import type { Bench } from "./defect-rows";
import { engineNames, mainOf } from "./engines";
import type { EngineName } from "./engines";
import { startInterpreterBench } from "./interpreter-bench";
import { together } from "./interpreter-rig";
import { createEngineDevice, network, runUntil, serveTime, stopEngines } from "./rig";
import { ScriptedBroker } from "./scripted-broker";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
/** Virtual time within which every wait of a row ends. */
const LIMIT_MS = 600000;
/** Devices on the real interpreter at a time. */
const AT_ONCE = 4;

function listen(world: World, broker: ScriptedBroker): () => void {
  const listening = world.listenTcp(1883, (stream) => {
    const client = broker.accept({ send: (bytes) => stream.send(bytes), close: () => stream.close() });
    return { onBytes: (bytes) => client.receive(bytes), onEnded: () => client.ended() };
  });
  return () => listening.close();
}

async function worldBench(engine: EngineName, seed: number): Promise<Bench> {
  const main = await mainOf(engine, "test/engines/apps/probe.ts", "mqtt");
  const world = createWorld({ seed });
  const broker = new ScriptedBroker(TOKEN);
  let stop = listen(world, broker);
  serveTime(world);
  const device = createEngineDevice(world, main, settings({ ...network, host: SERVER_ADDRESS, timeHost: SERVER_ADDRESS, code: "", token: TOKEN }));
  const { machine } = device;
  return {
    broker,
    device,
    boots: () => machine.boots.length,
    until: async (done) => runUntil(world, device, done, LIMIT_MS),
    setPieces: (bytes) => (machine.conditions.tcpSegmentBytes = { min: bytes, max: bytes }),
    cut: () => [...machine.links].forEach((link) => link.cut()),
    freeze: () => [...machine.links].forEach((link) => link.freeze()),
    stop: async () => {
      stop();
      for (const link of machine.links) link.forget();
      broker.live.clear();
      return async () => {
        stop = listen(world, broker);
      };
    },
  };
}

jest.setTimeout(120000);
afterEach(stopEngines);

describe.each(engineNames)("on %s", (engine) => {
  test.each(defectRows.map((row, i) => [row.title, row, i] as const))("%s", async (_title, row, i) => {
    await row.run(await worldBench(engine, 910 + i));
  });
});

/** A row on the real interpreter, with a broker of its own. */
async function onInterpreter(run: (bench: Bench) => Promise<void>): Promise<void> {
  const { bench, close } = await startInterpreterBench();
  try {
    await run(bench);
  } finally {
    await close();
  }
}

describe("on espruino", () => {
  const answer = together(defectRows.map((row) => () => onInterpreter(row.run)), AT_ONCE);
  for (const [i, row] of defectRows.entries()) onEspruino(`[espruino] ${row.title}`, () => answer(i), 600000);
});
