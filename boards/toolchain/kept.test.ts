import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadBoard } from "./board";
import type { DeviceImage } from "./compile/device";
import { lowerProgram } from "./lower/program";
import { builtDevice, builtProgram } from "./kept";

const repository = join(__dirname, "..", "..");
const board = loadBoard(repository, "linux-espruino");
let root: string;
let compiled: number;

const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
const kept = (): string => join(root, "node_modules", ".cache", "motet");

/** An app of two files, in a framework of one. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "motet-kept-"));
  for (const folder of ["firmware", "app"]) mkdirSync(join(root, folder));
  write("firmware/agent.ts", "agent");
  write("app/app.ts", "app");
  write("app/types.ts", "types");
  compiled = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A compiler that numbers what it makes; `meanwhile` happens while it works. */
const build = (changes: { version?: string; transport?: string } = {}, meanwhile: () => void = () => undefined): Promise<string> => {
  const choice = { app: join(root, "app/app.ts"), platform: "thethings", transport: "mqtt", name: "app", version: "1.0.0", ...changes };
  const compile = (): Promise<DeviceImage> => {
    const sources = new Map([[join(root, "app/app.ts"), "app"], [join(root, "app/types.ts"), "types"]]);
    compiled += 1;
    meanwhile();
    return Promise.resolve({ board: board.id, runtime: "espruino", constants: board.constants, files: new Map([["a", `\u00ff${compiled}`]]), main: "a", maps: new Map([["a", "{}"]]), modules: [], sources });
  };
  return builtDevice(root, choice, board, compile).then(({ files }) => files.get("a")!.slice(1));
};

test("the same is built once, and comes back whole", async () => {
  expect([await build(), await build(), await build({ version: "1.0.1" }), await build({ transport: "coap" }), await build()]).toEqual(["1", "1", "2", "3", "1"]);
});

test.each<[string, () => void]>([
  ["the app", () => write("app/app.ts", "other")],
  ["a file that it takes types of", () => write("app/types.ts", "other")],
  ["the framework", () => write("firmware/agent.ts", "other")],
  ["the files beside the app's", () => write("app/agent.d.ts", "new")],
  ["what was kept", () => readdirSync(kept()).forEach((name) => writeFileSync(join(kept(), name), "{"))],
  ["a file of the app, which is gone,", () => rmSync(join(root, "app/types.ts"))],
])("when %s changed, it is built anew", async (_what, change) => {
  await build();
  change();
  expect(await build()).toBe("2");
});

test("a program for this process is compiled once, and is no image", async () => {
  const choice = { app: join(root, "app/app.ts"), platform: "thethings", transport: "mqtt", name: "app", version: "1.0.0" };
  const run = async (): Promise<unknown> => {
    const program = await builtProgram(root, choice, () => {
      compiled += 1;
      return Promise.resolve({ script: `const program = { boot: () => ${compiled} };`, sources: new Map([[join(root, "app/app.ts"), "app"]]) });
    });
    return program.boot(undefined as never);
  };
  expect([await run(), await build(), await run()]).toEqual([1, "2", 1]);
  write("app/app.ts", "other");
  expect(await run()).toBe(3);
});

test("a test of the framework decides over nothing", async () => {
  await build();
  write("firmware/agent.test.ts", "new");
  expect(await build()).toBe("1");
});

test("what changed while it was built is not taken for what was built", async () => {
  await build({}, () => write("app/app.ts", "other"));
  expect(await build({}, () => write("firmware/agent.ts", "other"))).toBe("2");
  write("app/app.ts", "app");
  expect(await build()).toBe("3");
  write("firmware/agent.ts", "agent");
  expect(await build()).toBe("1");
});

test("where nothing can be kept, it is built each time", async () => {
  write("node_modules", "a file");
  expect([await build(), await build()]).toEqual(["1", "2"]);
});

test("the sources of an app are all that the compiler read of it, types too", () => {
  write("app/types.ts", "export interface Shape { readonly sides: number }");
  write("app/words.d.ts", "export declare const word: string;");
  write("app/app.ts", 'import type { Shape } from "./types";\nimport type { word } from "./words";\nexport const shape: Shape & { word?: typeof word } = { sides: 3 };');
  const { problems, sources } = lowerProgram(repository, [join(root, "app/app.ts")]);
  expect(problems).toEqual([]);
  expect([...sources.keys()].sort()).toEqual(["app.ts", "types.ts", "words.d.ts"].map((name) => join(root, "app", name)));
});
