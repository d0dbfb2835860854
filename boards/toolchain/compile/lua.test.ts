/** Whole builds for NodeMCU: what they refuse, what they leave out, how large they are, and where each byte comes from. */
import { join } from "node:path";
import type { Image } from "../../../sim/engines/image";
import { loadBoard } from "../board";
import { compileLua } from "./lua";
import { CompileError } from "./problem";

// Whole programs are checked and compiled, on machines that do other things besides.
jest.setTimeout(120000);
const root = join(__dirname, "..", "..", "..");

type Lua = "5.1" | "5.3";

function target(lua: Lua): { id: string; constants: ReturnType<typeof loadBoard>["constants"]; lua: Lua } {
  const { id, constants } = loadBoard(root, lua === "5.1" ? "esp8266-lua" : "esp32-lua");
  return { id, constants, lua };
}

const compile = (entry: string, lua: Lua = "5.1") => compileLua(root, entry.replace(/ROOT/g, root), target(lua));
const textOf = async (entry: string, lua: Lua = "5.1"): Promise<string> => (await compile(entry, lua)).files.get("init.lua")!;

/** The rules, with their lines, that a build is refused for. */
async function refusals(entry: string, lua: Lua = "5.1"): Promise<string[]> {
  const error: unknown = await compile(entry, lua).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CompileError)) throw new Error(`not refused: ${String(error)}`);
  return [...new Set(error.problems.map(({ file, line, rule }) => `${file}:${line} ${rule}`))];
}

const intrinsics = 'import { at, bxor, chr, idiv, sub, whole } from "ROOT/firmware/base/intrinsics";\n';
const device = (kind: "mqtt" | "coap"): string => `
import { bootThing } from "ROOT/firmware/agent/boot";
import { ${kind}Link } from "ROOT/firmware/agent/link-${kind}";
import { thethings${kind === "mqtt" ? "Mqtt" : "Coap"} } from "ROOT/firmware/platform/thethings/${kind}";
import type { Build } from "ROOT/firmware/agent/machine";
import { ports } from "ROOT/hal/nodemcu/index";
import { start } from "ROOT/hal/nodemcu/start";
const build: Build = { name: "station", version: "1.0.0", inMemory: false };
start(() => { bootThing(ports, ${kind}Link(thethings${kind === "mqtt" ? "Mqtt" : "Coap"}()), build, () => {}); });
`;

describe("intrinsics", () => {
  test("are Lua's own functions and operators", async () => {
    const entry = `${intrinsics}declare function print(this: void, a: unknown): void;
      export const run = (s: string, n: number): void => { print(chr(n)); print(at(s, n)); print(sub(s, n, s.length)); print(idiv(n, 3)); print(bxor(n, 9)); print(whole(n)); };
      run("abc", 1); run("b", 2);`;
    expect(await textOf(entry, "5.3")).toContain("function b(b,c)a(string.char(c))a(string.byte(b,c+1))a(string.sub(b,c+1))a(c//3)a(c~9)a(math.floor(c))end");
    const lua51 = await textOf(entry, "5.1");
    expect(lua51).toContain("b=math.floor");
    expect(lua51).toContain("a(b(d/3))a(bit.bxor(d,9))a(b(d))");
  });

  test("are known by their module: another function of that name is itself", async () => {
    const text = await textOf('declare function print(this: void, a: unknown): void;\nconst chr = (n: number): number => n + 1;\nprint(chr(1));\nprint(chr(2));');
    expect(text).not.toContain("string");
  });
});

describe("what a build knows beforehand", () => {
  test("checks leave no trace", async () => {
    const entry = 'import { check } from "ROOT/firmware/base/check";\ndeclare function print(this: void, a: unknown): void;\nif (MOTET_CHECKED) check(1 > 2, "never");\nprint(MOTET_CHECKED ? 1 : 2);';
    expect(await textOf(entry)).toBe("print(2)\n");
  });

  test("a variable that nothing sets is nil", async () => {
    const entry = "let told: string | undefined;\nexport function set(text: string): void { told = text; }\nif (told === undefined) wifi.setmode(1, false);";
    expect(await textOf(entry)).toBe("wifi.setmode(1,false)\n");
  });

  test("constants of the board take branches for other boards with them", async () => {
    const entry = 'declare function print(this: void, a: unknown): void;\nif (BOARD.chip === "esp32") print("a"); else print("b");';
    expect(await textOf(entry, "5.1")).toBe('print"b"\n');
    expect(await textOf(entry, "5.3")).toBe('print"a"\n');
  });
});

describe("fields", () => {
  const entry = `declare function print(this: void, a: unknown): void;
    interface Inner { readonly millimetres: number; readonly another: number }
    interface Outer { readonly inner: Inner | undefined }
    const show = (outer: Outer): void => { if (outer.inner !== undefined) { print(outer.inner.millimetres); print(outer.inner.another); } };
    show({ inner: { millimetres: 1, another: 2 } }); show({ inner: undefined });`;
  test("of the program are short, and no two of one object are called alike", async () => {
    const text = await textOf(entry);
    expect(text).not.toMatch(/millimetres|another|inner/);
    expect(text).toContain("{a=1,b=2}");
  });

  test("that the engine declares, and names in strings, stay", async () => {
    const text = await textOf('wifi.sta.config({ ssid: "millimetres", pwd: "" });');
    expect(text).toBe('wifi.sta.config{ssid="millimetres",pwd=""}\n');
  });

  test("of a record that is read by computed keys stay", async () => {
    const text = await textOf('declare function print(this: void, a: unknown): void;\nconst table: Record<string, number> = { first: 1, second: 2 };\nexport const look = (key: string): void => print(table[key]);\nlook("first"); look("second");');
    expect(text).toContain("first=1,second=2");
  });
});

describe("a build is refused, with file, line and rule", () => {
  test.each([
    ["for a type error", "const a: number = 1;\nconst b: string = a;", ["entry.ts:2 TS2322"]],
    ["for what the device library lacks", "export const a = 1;\nDate.now();", ["entry.ts:2 TS2304"]],
    ["for what typescript-to-lua has no Lua for", "declare const n: number;\nexport const a = n & 3;\nwifi.setmode(a, false);", ["entry.ts:2 TSTL100027"]],
    ["for library code", 'declare function print(this: void, a: unknown): void;\nconst list = [1, 2];\nprint([...list, 3]);', ["entry.ts:3 library"]],
    ["for methods that were not lowered", 'declare function print(this: void, a: unknown): void;\nprint([1].map((n) => n + 1));', ["entry.ts:2 TS2339", "entry.ts:2 TS7006"]],
    ["for a function that would be handed its object", 'declare function print(this: void, a: unknown): void;\ninterface Sink { send(n: number): void }\nexport const use = (sink: Sink): void => sink.send(1);\nprint(use);', ["entry.ts:3 self"]],
    ["for a global that NodeMCU lacks", "declare const somewhere: number;\ndeclare function print(this: void, a: unknown): void;\nprint(somewhere);", ["entry.ts:3 global"]],
    ["for an intrinsic that is no call", `${intrinsics}declare function print(this: void, a: unknown): void;\nprint(chr);`, ["entry.ts:3 global"]],
    ["for a singleton whose literal has no type", 'import type { Build } from "ROOT/firmware/agent/machine";\ndeclare function print(this: void, a: unknown): void;\nconst say = (build: Build): void => print(build.name);\nconst build = { name: "a", version: "b", inMemory: false };\nsay(build);', ["entry.ts:3 singleton"]],
    ["for a singleton handed on as another type", 'import type { Build } from "ROOT/firmware/agent/machine";\ndeclare function print(this: void, a: unknown): void;\nconst say = (named: { readonly name: string }): void => print(named.name);\nconst build: Build = { name: "a", version: "b", inMemory: false };\nsay(build);', ["entry.ts:5 singleton"]],
  ])("%s", async (_what, entry, expected) => {
    expect(await refusals(entry)).toEqual(expected);
  });
});

test("texts stand in place of files", async () => {
  const path = join(root, "firmware", "apps", "made-up.ts");
  const image = await compileLua(root, `import { shout } from ${JSON.stringify(path.replace(/\.ts$/, ""))};\nshout();`, target("5.1"), new Map([[path, "declare function print(this: void, a: unknown): void;\nexport function shout(): void { print(1); }"]]));
  expect(image.files.get("init.lua")).toContain("print(1)");
});

describe.each(["mqtt", "coap"] as const)("the %s device without an app", (kind) => {
  const first = new Map<Lua, Image>();
  test.each(["5.1", "5.3"] as const)("for Lua %s is small, and every byte of it has a module", async (lua) => {
    const image = await compile(device(kind), lua);
    first.set(lua, image);
    const text = image.files.get("init.lua")!;
    expect(text.length).toBeLessThan(kind === "mqtt" ? 42500 : 44300);
    expect(image.modules.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(text.length);
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    const paths = image.modules.map(({ path }) => path);
    expect(paths).toContain(`firmware/agent/link-${kind === "mqtt" ? "mqtt-driver" : kind}.ts`);
    // What only platforms have that are asked is not in the image of one that is not, however often it is looked up.
    for (const path of ["firmware/agent/link-mqtt-asks.ts", "firmware/agent/wanted.ts"]) expect(paths).not.toContain(path);
    expect(text).not.toContain("sink called back");
  });

  test("is the same each time", async () => {
    const before = first.get("5.1") ?? (await compile(device(kind)));
    expect(await textOf(device(kind))).toBe(before.files.get("init.lua"));
  });
});

describe("the source map", () => {
  /** Source and line, from 1, of a place in the text, from 0, by the map's own rules. */
  function lookUp(map: { sources: string[]; mappings: string }, line: number, column: number): string {
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const sums = [0, 0, 0, 0];
    let found = "";
    map.mappings.split(";").forEach((segments, i) => {
      sums[0] = 0;
      for (const segment of segments.split(",").filter((each) => each !== "")) {
        let value = 0;
        let shift = 1;
        let field = 0;
        for (const char of segment) {
          const digit = digits.indexOf(char);
          value += (digit % 32) * shift;
          shift *= 32;
          if (digit >= 32) continue;
          sums[field] = sums[field]! + (value % 2 === 1 ? -Math.floor(value / 2) : value / 2);
          [field, value, shift] = [field + 1, 0, 1];
        }
        if (i < line || (i === line && sums[0] <= column)) found = `${map.sources[sums[1]!]}:${sums[2]! + 1}`;
      }
    });
    return found;
  }

  test("leads from each statement to its line", async () => {
    const entry = 'import { formatIso } from "ROOT/firmware/base/date";\ndeclare function print(this: void, a: unknown): void;\n\nprint(formatIso({ sec: 1, ms: 2 }));\nprint("marker");\nprint(formatIso({ sec: 2, ms: 2 }));';
    const image = await compile(entry);
    const map = JSON.parse(image.maps.get("init.lua")!) as { version: number; sources: string[]; mappings: string };
    expect(map.version).toBe(3);
    expect(map.sources).toContain("firmware/base/date.ts");
    const lines = image.files.get("init.lua")!.split("\n");
    const at = (needle: string): string => {
      const line = lines.findIndex((each) => each.includes(needle));
      return lookUp(map, line, lines[line]!.indexOf(needle));
    };
    expect(at('"marker"')).toBe("entry.ts:5");
    expect(at('"T"')).toMatch(/^firmware\/base\/date\.ts:\d+$/);
  });
});
