/** Each rule of the scan, on the smallest Lua that breaks it, beside what must pass. */
import { scanLua } from "./scan";

const place = { module: "firmware/x.ts", line: 6, column: 2 };

function rules(lua: "5.1" | "5.3", text: string): string[] {
  return scanLua({ text, marks: [{ offset: 0, at: place }] }, lua, "init.lua").map(({ rule }) => rule);
}

test.each([
  ["5.1", 'print(("a"):byte(1))x=math.floor(3/2)function f(a)return bit.bxor(a,1)end f(string.char(1))'],
  ["5.3", 'x=7//2 y=x~1 z=string.byte("a")for _,v in ipairs({x})do print(v)end local t={os=1}print(t.os)'],
  ["5.1", "local os={}print(os.time)"],
] as const)("Lua %s passes: %s", (lua, text) => {
  expect(rules(lua, text)).toEqual([]);
});

test.each([
  ["global", "5.1", "print(JSON)"],
  ["global", "5.1", "os.time()"],
  ["global", "5.3", "print(bit.bxor(1,2))"],
  ["global", "5.1", "sodium.random.buf(1)"],
  ["global", "5.1", "print({a=Date})"],
  ["shadow", "5.1", "function tmr()end tmr()"],
  ["member", "5.1", "print(math.fmod(1,2))"],
  ["member", "5.1", "print(table.unpack({}))"],
  ["member", "5.3", "print(string.pack('b',1))"],
  ["library", "5.1", "print(__TS__ArrayMap({}))"],
  ["goto", "5.1", "while true do goto continue ::continue:: end"],
  ["operator", "5.1", "print(7//2)"],
  ["operator", "5.1", "print(1~2)"],
  ["operator", "5.1", "print(1&2)"],
  ["operator", "5.1", "print(~1)"],
  ["integer", "5.1", "print(2147483648)"],
  ["integer", "5.3", "print(0x80000000)"],
  ["float", "5.3", "print(1e3)"],
  ["syntax", "5.1", "local = 1"],
] as const)("%s is refused in Lua %s: %s", (rule, lua, text) => {
  expect([...new Set(rules(lua, text))]).toEqual([rule]);
});

const range = (count: number): number[] => Array.from({ length: count }, (_each, i) => i);

test("a function may have 200 variables", () => {
  const locals = (count: number): string => `function f()${range(count).map((i) => `local v${i}=1 `).join("")}end f()`;
  expect(rules("5.1", locals(200))).toEqual([]);
  expect(rules("5.1", locals(201))).toEqual(["locals"]);
});

test("a function of Lua 5.1 may use 60 variables of those around it, of Lua 5.3 255", () => {
  const taken = (count: number): string => {
    const names = range(count).map((i) => `v${i}`);
    const half = (from: number, to: number): string => (from < to ? `local ${names.slice(from, to).join(",")} ` : "");
    // Declared in two functions, because one may not have more than 200.
    return `function f()${half(0, 150)}local function g()${half(150, count)}local function h()return ${names.join("+")} end h()end g()end f()`;
  };
  expect(rules("5.1", taken(60))).toEqual([]);
  expect(rules("5.1", taken(61))).toContain("upvalues");
  expect(rules("5.3", taken(255))).toEqual([]);
  expect(rules("5.3", taken(256))).toContain("upvalues");
});

test("2147483647 is the largest integer", () => {
  expect(rules("5.1", "print(2147483647)")).toEqual([]);
});

test("a problem names the TypeScript line, and says what to do", () => {
  const marks = [{ offset: 0, at: place }, { offset: 6, at: { module: "firmware/y.ts", line: 0, column: 4 } }];
  const [problem, ...more] = scanLua({ text: "print(Date)", marks }, "5.1", "init.lua");
  expect(more).toEqual([]);
  expect(problem).toEqual({ file: "firmware/y.ts", line: 1, column: 5, rule: "global", message: expect.stringContaining("use a port") as string });
});
