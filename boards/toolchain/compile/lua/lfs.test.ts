/** The files of a NodeMCU image: what starts the program, on a firmware with a full store, an empty one, and none. */
import { spawnSync } from "node:child_process";
import type { Image } from "../../../../sim/engines/image";
import { LFS_STEPS, PROGRAM, forFlashStore } from "./lfs";

const plain = {
  board: "esp8266-lua",
  runtime: "lua",
  files: new Map([["init.lua", 'print("the program")\n']]),
  main: "init.lua",
  maps: new Map([["init.lua", '{"version":3,"file":"init.lua","sources":[]}']]),
  modules: [{ path: "a.ts", bytes: 21 }],
} as unknown as Image;
const image = forFlashStore(plain);

/** What the loader prints on a firmware that begins with `node`. */
function boot(lua: string, node: string): string {
  const { stdout, status } = spawnSync(lua, ["-"], { input: `${node}\n${image.files.get("init.lua")!}`, encoding: "latin1" });
  expect(status).toBe(0);
  return stdout;
}

test("the program is the file that is compiled, with its map, and every byte has its module", () => {
  expect([...image.files.keys()]).toEqual(["init.lua", PROGRAM]);
  expect(image.files.get(PROGRAM)).toBe('print("the program")\n');
  expect(JSON.parse(image.maps.get(PROGRAM)!)).toMatchObject({ file: PROGRAM });
  expect(image.modules.reduce((sum, { bytes }) => sum + bytes, 0)).toBe([...image.files.values()].join("").length);
});

test.each(["lua5.1", "lua5.3"])("%s: a full store runs, an empty one is filled, and a failure is told", (lua) => {
  const reload = 'reload=function(name) print("reload", name) return why end';
  expect(boot(lua, `node={LFS={get=function(name) if name=="motet" then return function() print("from the store") end end end,${reload}}}`)).toBe("from the store\n");
  expect(boot(lua, `why="no such file" node={LFS={get=function() end,${reload}}}`)).toBe("reload\tmotet.img\nmotet: no such file\n");
  expect(boot(lua, `node={LFS={get=function() end,${reload}}}`)).toBe("reload\tmotet.img\nmotet: this firmware has no LFS\n");
  expect(boot(lua, "node={}")).toBe("motet: this firmware has no LFS\n");
});

test("the steps name the files", () => {
  expect(LFS_STEPS.join("\n")).toContain(`motet.img ${PROGRAM}`);
  expect(LFS_STEPS.join("\n")).toContain("init.lua");
});
