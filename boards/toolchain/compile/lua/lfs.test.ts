/** The files of a NodeMCU image: what starts the program, on a firmware with a full store, an empty one, and none. */
import { spawnSync } from "node:child_process";
import type { Image } from "../../../../sim/engines/image";
import { LOADER, readSelector, selectorText, SEQUENCE_MAX, STILL_FILE } from "./boot";
import { forFlashStore, luaBuildOf, storeSteps } from "./lfs";

const plain = {
  board: "esp8266-lua",
  runtime: "lua",
  files: new Map([["init.lua", 'print("the program")\n']]),
  main: "init.lua",
  maps: new Map([["init.lua", '{"version":3,"file":"init.lua","sources":[]}']]),
  modules: [{ path: "a.ts", bytes: 21 }],
} as unknown as Image;
const image = forFlashStore(plain);
const { hash } = luaBuildOf(image)!;
const other = "1111bbbb";

interface Firmware {
  /** Files of the board. */
  readonly files?: Readonly<Record<string, string>>;
  /** What is in the store; undefined for a firmware without one. */
  readonly store?: readonly string[] | undefined;
  /** Why the store cannot be filled. */
  readonly why?: string;
  readonly chip?: "esp32" | "esp8266";
  /** Its file system takes no file away. */
  readonly isWorn?: boolean;
}

/** What the loader prints on a firmware. */
function boot(lua: string, { files = { "motet.a": image.files.get("motet.a")! }, store, why = "", chip = "esp32", isWorn = false }: Firmware): string {
  const contents = Object.entries(files).map(([name, text]) => `["${name}"]="${text}",`).join("");
  const modules = (store ?? []).map((name) => `["${name}"]=function() print("runs ${name}") end,`).join("");
  const firmware = `
    local files, modules = {${contents}}, {${modules}}
    local function open(name) local text = files[name] return text and { read = function(_, n) return text:sub(1, n) end, close = function() end } end
    if ${chip === "esp32"} then io, file = { open = open }, {} else io, file = nil, { open = open } end
    function file.remove(name) if not ${isWorn} then files[name] = nil end end
    tmr = { create = function() return { alarm = function(_, ms, mode) print("restarts after " .. ms .. " " .. mode) end } end }
    node = { LFS = ${store === undefined ? "nil" : `{ get = function(name) return modules[name] end, reload = function(name) print("fills " .. name) return "${why}" end }`} }
  `;
  const { stdout, stderr, status } = spawnSync(lua, ["-"], { input: `${firmware}\n${LOADER}`, encoding: "latin1" });
  expect([stderr, status]).toEqual(["", 0]);
  return stdout;
}

test("the program is the file that is compiled, under its hash, with its map, and every byte has its module", () => {
  expect([...image.files.keys()]).toEqual(["init.lua", "motet.a", `${hash}.lua`]);
  expect(image.files.get(`${hash}.lua`)).toBe('print("the program")\n');
  expect(JSON.parse(image.maps.get(`${hash}.lua`)!)).toMatchObject({ file: `${hash}.lua` });
  expect(image.modules.reduce((sum, { bytes }) => sum + bytes, 0)).toBe([...image.files.values()].join("").length);
});

describe.each(["lua5.1", "lua5.3"])("%s", (lua) => {
  test.each(["esp32", "esp8266"] as const)("on an %s a full store runs, an empty one is filled, and a failure is told", (chip) => {
    expect(boot(lua, { chip, store: [hash] })).toBe(`runs ${hash}\n`);
    expect(boot(lua, { chip, store: [], why: "no such file" })).toBe(`fills ${hash}.img\nmotet: no such file\n`);
    expect(boot(lua, { chip })).toBe("motet: this firmware has no LFS\n");
    expect(boot(lua, { chip, files: {}, store: [] })).toBe("motet: no app\n");
  });

  test("told to stand still, it starts nothing once, and not for ever: a file that cannot be taken away does not keep the app from booting", () => {
    const files = { "motet.a": image.files.get("motet.a")!, [STILL_FILE]: "" };
    for (const chip of ["esp32", "esp8266"] as const) {
      expect(boot(lua, { chip, files, store: [hash] })).toBe("restarts after 300000 0\nmotet: stands still\n");
      expect(boot(lua, { chip, files, store: [hash], isWorn: true })).toBe(`runs ${hash}\n`);
    }
  });

  test("the newer of two whole records counts, wherever it stands", () => {
    const [older, newer] = [selectorText({ hash, sequence: 9 }), selectorText({ hash: other, sequence: 10 })];
    expect(boot(lua, { files: { "motet.a": older, "motet.b": newer }, store: [hash, other] })).toBe(`runs ${other}\n`);
    expect(boot(lua, { files: { "motet.a": newer, "motet.b": older }, store: [hash] })).toBe(`fills ${other}.img\nmotet: \nruns ${hash}\n`);
  });

  test("a record that was cut short, or changed by a bit, counts for nothing", () => {
    const [older, newer] = [selectorText({ hash, sequence: 1 }), selectorText({ hash: other, sequence: SEQUENCE_MAX })];
    for (let length = 0; length < newer.length; length += 1) {
      const cut = newer.slice(0, length);
      expect(readSelector(cut)).toBeUndefined();
      expect(boot(lua, { files: { "motet.a": older, "motet.b": cut }, store: [hash, other] })).toBe(`runs ${hash}\n`);
    }
    expect(boot(lua, { files: { "motet.a": older, "motet.b": newer.replace("1111", "1113") }, store: [hash, other] })).toBe(`runs ${hash}\n`);
    expect(readSelector(newer.replace("1111", "1113"))).toBeUndefined();
    expect(readSelector(newer)).toEqual({ hash: other, sequence: SEQUENCE_MAX });
  });
});

test("the steps name the files", () => {
  expect(storeSteps(image).join("\n")).toContain(`luac.cross -f -o ${hash}.img ${hash}.lua\nput ${hash}.img, init.lua and at last motet.a`);
});
