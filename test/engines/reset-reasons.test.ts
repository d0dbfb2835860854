/** Why a board booted, as its own API tells it and as its adapter understands that: every reason on every board that tells any. */
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { compileLua } from "../../boards/toolchain/compile/lua";
import { ResetReason } from "../../hal/ports/system";
import { startLua } from "../../sim/engines/lua/engine";
import { createWorld } from "../../sim/world/world";
import { portCalls, portsEntry } from "../support/port-calls";
import { adapterOf } from "./espruino-adapter";

const root = join(__dirname, "..", "..");
const unknown = ResetReason.unknown;
const powerOn = ResetReason.powerOn;
const deepSleep = ResetReason.deepSleep;
/** Those that all boards tell which tell any but a wake. */
const common = [ResetReason.software, ResetReason.watchdog, deepSleep, ResetReason.crash] as const;
const reasons = [unknown, powerOn, ...common, ResetReason.brownOut] as const;

/** What the adapter of an Espruino board makes of each reason that the machine had. */
async function toldBy(id: string): Promise<ResetReason[]> {
  const boot = adapterOf(id);
  const told: ResetReason[] = [];
  for (const reason of reasons) {
    const { ports, espruino } = await boot({}, reason);
    told.push(ports.system.resetReason());
    espruino.stop();
  }
  return told;
}

test("esp8266-espruino tells all but a dip of the supply, which is a reset pin to it", async () => {
  expect(await toldBy("esp8266-espruino")).toEqual([powerOn, powerOn, ...common, powerOn]);
});

test("esp32-espruino tells a wake from sleep and nothing else", async () => {
  expect(await toldBy("esp32-espruino")).toEqual(reasons.map((reason) => (reason === deepSleep ? deepSleep : powerOn)));
});

test.each([
  ["esp8266-lua", "5.1", [powerOn, powerOn, ...common, powerOn]],
  ["esp32-lua", "5.3", reasons],
] as const)("%s", async (id, version, expected) => {
  const { constants } = loadBoard(root, id);
  const image = await compileLua(root, portsEntry(root, "nodemcu"), { id, constants, lua: version });
  const world = createWorld({ seed: 2 });
  const machine = world.createDevice({ bootMs: 0, tlsLevel: constants.tlsLevel });
  const failures: string[] = [];
  const calls = portCalls((name, values) => boot.call(name, values));
  const boot = startLua(version, root, image, machine.ports, { console: () => undefined, failed: (message) => failures.push(message) }, calls);
  expect(world.runUntil(calls.isServed, 1000)).toBe(true);
  const told = reasons.map((reason) => {
    Object.assign(machine.ports.system, { resetReason: () => reason });
    return calls.ports.system.resetReason();
  });
  expect(told).toEqual(expected);
  boot.stop();
  expect(failures).toEqual([]);
});
