/** What an image takes, against budgets, and what a change of it costs. */
import { join } from "node:path";
import type { Image } from "../../../sim/engines/image";
import { loadBoard } from "../board";
import { moduleChanges } from "./difference";
import { estimateMemory } from "./estimate";
import { sizeReport } from "./report";

const root = join(__dirname, "..", "..", "..");
const board = loadBoard(root, "esp8266-espruino");

function image(app: string, more: Partial<Image> = {}): Image {
  const files = new Map([[".bootcde", "eval(1)"], ["00000001.app", app]]);
  return { board: board.id, runtime: "espruino", constants: board.constants, files, main: ".bootcde", maps: new Map(), modules: [], ...more };
}

const empty = estimateMemory(image("0"));

test.each([
  ["function f(){return 1}", 4],
  ["function f(a,b){return a}", 6],
  ["function fivec(param){return 1}", 7],
  ["const f=(a,b)=>a", 6],
  ["let a", 1],
  ["let a=5,b=-1023", 2 + 1],
  ["let a=1024", 2],
  ["let a=true", 2],
  ['let a="four"', 2],
  ['let a="twelve chars"', 3],
  ["let a=[1,2000]", 1 + 1 + 3],
  ["let a={b:1,cdefg:2}", 1 + 1 + 3],
  ["function f(){function inner(a,b){return a}return inner}", 4],
  ["f();a=1", 0],
])("%s takes %i variables", (code, variables) => {
  expect(estimateMemory(image(code)) - empty).toBe(variables);
});

test("a file that the first one does not name takes nothing", () => {
  const { files } = image("0");
  expect(estimateMemory(image("0", { files: new Map([...files, ["1.0", "(function(a){return a})"]]) }))).toBe(empty);
});

test("an app and its drivers take by their size, the framework does not", () => {
  const sizes = (path: string): number => estimateMemory(image("0", { modules: [{ path, bytes: 270 }] })) - empty;
  expect(["firmware/apps/weather-station.ts", "../../elsewhere/app.ts", "firmware/drivers/bme280.ts"].map(sizes)).toEqual([10, 10, 10]);
  expect(["firmware/agent/boot.ts", "../../../hal/espruino/tcp.ts", "(joints)", "../../entry.ts", "entry.ts"].map(sizes)).toEqual([0, 0, 0, 0, 0]);
});

test("a link over two WebSockets keeps two sessions", () => {
  const keeps = (path: string): number => estimateMemory(image("0", { modules: [{ path, bytes: 270 }] })) - empty;
  expect(["firmware/agent/link-ws.ts", "../../firmware/agent/link-ws.ts", "firmware/agent/link-ws-lines.ts", "firmware/agent/link-mqtt-ws.ts"].map(keeps)).toEqual([81, 81, 0, 0]);
});

describe("Lua", () => {
  const sizes = (id: string, source: string, modules: Image["modules"] = []): number => {
    const lua = loadBoard(root, id);
    return estimateMemory({ ...image(""), board: lua.id, constants: lua.constants, runtime: "lua", files: new Map([["init.lua", "f()"], ["0123abcd.lua", source]]), main: "init.lua", modules });
  };

  test.each([["esp8266-lua", 28, 20], ["esp32-lua", 20, 20]])("on %s a place for a variable takes %i bytes, and a function %i besides", (id, place, closure) => {
    const nothing = sizes(id, "local a=1");
    const of = (source: string): number => sizes(id, source) - nothing;
    expect(of("a=1")).toBe(place);
    expect(of("a=1 b=2")).toBe(2 * place);
    // Tables double.
    expect(of("a,b=1 c=2")).toBe(4 * place);
    expect(of("function f()a=1 local b=2 end")).toBe(2 * place + closure);
    expect(of("function f()return function()end end")).toBe(place + closure);
  });

  test("an app and its drivers take by their size", () => {
    const of = (path: string): number => sizes("esp8266-lua", "", [{ path, bytes: 1000 }]) - sizes("esp8266-lua", "");
    expect(of("firmware/apps/weather-station.ts")).toBeGreaterThan(0);
    expect(of("firmware/agent/boot.ts")).toBe(0);
  });
});

test("a report compares with both budgets, at the limit and one above", () => {
  const { flashBytes } = sizeReport(image("0"), board);
  const budgets = { flashBytes, memory: { ...board.budgets.memory, used: empty } };
  expect(sizeReport(image("0"), { ...board, budgets })).toMatchObject({ flashBytes, flashBudget: flashBytes, memory: { unit: "jsvars", used: empty, budget: empty }, excess: [] });
  const over = { flashBytes: flashBytes - 1, memory: { ...board.budgets.memory, used: empty - 1 } };
  expect(sizeReport(image("0"), { ...board, budgets: over }).excess).toEqual([
    `The device takes ${flashBytes} bytes of flash on esp8266-espruino, 1 more than its budget of ${flashBytes - 1}: see where they are with "motet size --by-module".`,
    `The device takes ${empty} variables of memory on esp8266-espruino, 1 more than its budget of ${empty - 1}: declare less, or take a board with more.`,
  ]);
});

test("modules stand largest first", () => {
  const modules = [{ path: "b", bytes: 1 }, { path: "c", bytes: 9 }, { path: "a", bytes: 1 }];
  expect(sizeReport(image("0", { modules }), board).modules.map(({ path }) => path)).toEqual(["c", "a", "b"]);
});

test("a change lists what differs, with what is new and what is gone", () => {
  const before = [{ path: "same", bytes: 5 }, { path: "gone", bytes: 7 }, { path: "less", bytes: 9 }];
  const after = [{ path: "same", bytes: 5 }, { path: "less", bytes: 6 }, { path: "new", bytes: 20 }];
  expect(moduleChanges(before, after)).toEqual([
    { path: "new", before: 0, after: 20 },
    { path: "gone", before: 7, after: 0 },
    { path: "less", before: 9, after: 6 },
  ]);
});
