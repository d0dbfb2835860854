/** An app is put on a board with NodeMCU over its Lua console: whole or not at all, whatever happens to the cable and to the power. */
import { boardIds, loadBoard } from "../../boards/toolchain/board";
import { STILL_FILE } from "../../boards/toolchain/compile/lua/boot";
import { flashLua } from "../../boards/toolchain/link/lua-flash";
import type { LuaFlashed } from "../../boards/toolchain/link/lua-flash";
import type { LinkError } from "../../boards/toolchain/link/transport";
import { root } from "./desk-board";
import { luaAppImage } from "./lua-app";
import { LuaDeskBoard } from "./lua-desk-board";
import { overLuaConsole } from "./over-console";

const boards = boardIds(root).map((id) => loadBoard(root, id));
const quiet = { step: () => undefined, bytes: () => undefined };
const older = "0000aaaa";
const newer = "1111bbbb";
jest.setTimeout(120000);
let board: LuaDeskBoard;
let port = 0;

async function plug(id = "esp32-lua", hasStore = true): Promise<void> {
  board = new LuaDeskBoard(id, { hasStore });
  port = await board.cable.listen();
  board.boot();
}

afterEach(() => board.close());

const flash = (image: ReturnType<typeof luaAppImage>, id = board.board.id): Promise<LuaFlashed> => overLuaConsole(port, (link) => flashLua(link, image, loadBoard(root, id), boards, quiet));
const appLines = (): string => board.lines.filter((line) => line.startsWith("app ")).join();

/** Which app boots after the power was away; a store that has to be filled restarts the board once more. */
async function booted(): Promise<string> {
  board.boot();
  while (appLines() === "" && board.files.has("motet.a")) await new Promise(setImmediate);
  return appLines();
}

test.each(["esp8266-lua", "esp32-lua"])("%s: the first app boots and says so, another takes its place, and two are all that stays", async (id) => {
  await plug(id);
  expect(await flash(luaAppImage(older, 3000))).toMatchObject({ hash: older, unchanged: false, boot: older, hello: { chip: board.board.chip, lua: board.board.lua } });
  for (const hash of [newer, "2222cccc"]) expect(await flash(luaAppImage(hash, 300))).toMatchObject({ hash, boot: hash });
  expect(await booted()).toBe("app 2222cccc");
  expect([...board.files.keys()].sort()).toEqual([`${newer}.img`, "2222cccc.img", "init.lua", "motet.a", "motet.b"].sort());
  expect(await flash(luaAppImage("2222cccc", 300))).toMatchObject({ unchanged: true, sentBytes: 0, boot: "2222cccc" });
});

test("the cable pulled at every line: the old app boots or the new one, never a mix, and the next try goes on where it ended", async () => {
  await plug();
  await flash(luaAppImage(older));
  const [files, store] = [new Map(board.files), new Map(board.store)];
  const before = board.cable.bytesReceived;
  await flash(luaAppImage(newer, 3000));
  const total = board.cable.bytesReceived - before;
  const outcomes = new Set<string>();
  for (let bytes = 0; bytes < total; bytes += 173) {
    for (const [kept, now] of [[files, board.files], [store, board.store]] as const) {
      now.clear();
      for (const [name, text] of kept) now.set(name, text);
    }
    board.boot();
    board.cable.bytesToPull = bytes;
    expect(["lost", "nothing heard"]).toContain(await flash(luaAppImage(newer, 3000)).then(({ boot }) => boot ?? "nothing heard", ({ fault }: LinkError) => fault));
    const after = await booted();
    outcomes.add(after);
    expect([`app ${older}`, `app ${newer}`]).toContain(after);
    if (bytes % 4 !== 0) continue;
    const there = board.files.get(`${newer}.img`)?.length ?? 0;
    const { sentBytes } = await flash(luaAppImage(newer, 3000));
    expect(sentBytes).toBe(luaAppImage(newer, 3000).bytes.length - there);
    expect(await booted()).toBe(`app ${newer}`);
  }
  expect(outcomes.size).toBe(2);
});

test("power that fails while the store is filled, or before, costs nothing", async () => {
  await plug();
  await flash(luaAppImage(older));
  board.store.clear();
  expect(await booted()).toBe(`app ${older}`);
});

test("somebody else's program boots until the app is whole", async () => {
  await plug();
  board.files.set("init.lua", 'print("app of somebody else")');
  board.boot();
  board.cable.bytesToPull = 2000;
  await expect(flash(luaAppImage(older, 3000))).rejects.toMatchObject({ fault: "lost" });
  board.boot();
  expect(appLines()).toBe("app of somebody else");
  await flash(luaAppImage(older, 3000));
  expect(await booted()).toBe(`app ${older}`);
});

test("a file that was spoilt on its way is told, and the old app boots", async () => {
  await plug();
  await flash(luaAppImage(older));
  board.corrupts = true;
  await expect(flash(luaAppImage(newer, 300))).rejects.toMatchObject({ fault: "verify", message: expect.stringMatching(/is not on the board as it was sent/) });
  board.corrupts = false;
  expect(await booted()).toBe(`app ${older}`);
});

test("an image that the store does not take is told, and the app before boots", async () => {
  await plug();
  await flash(luaAppImage(older));
  const bad = { hash: newer, bytes: "no image" };
  await expect(flash(bad)).rejects.toMatchObject({ fault: "storage", message: expect.stringMatching(/could not take the app into its Lua Flash Store \(LFS image 1111bbbb\.img is corrupt\), and goes on with the one before/) });
  expect(appLines()).toBe(`app ${older}`);
});

test.each<[string, (lua: LuaDeskBoard) => void, string, RegExp, LinkError["fault"]]>([
  ["another chip", () => undefined, "esp8266-lua", /^The board says that it is an esp32 with Lua 5\.3, and esp8266-lua is an esp8266 with Lua 5\.1: take --board esp32-lua\.$/, "board"],
  ["a full file system", (lua) => void lua.files.set("other", "x".repeat(130000)), "esp32-lua", /file system has \d+ bytes for an app besides the third that stays free, and the app needs \d+: erase files/, "storage"],
])("%s is refused in one sentence, before anything is written", async (_name, prepare, id, sentence, fault) => {
  await plug();
  prepare(board);
  await expect(flash(luaAppImage(older, 6000), id)).rejects.toMatchObject({ message: expect.stringMatching(sentence), fault });
  expect([...board.files.keys()].filter((name) => /^(0000|motet)/.test(name))).toEqual([]);
});

test("a firmware without a Lua Flash Store is refused in one sentence, before anything is written", async () => {
  await plug("esp8266-lua", false);
  await expect(flash(luaAppImage(older))).rejects.toMatchObject({ fault: "board", message: "The board's firmware has no Lua Flash Store, which the app runs from: build one with it (docs/ENGINES.md), and write it with --runtime." });
  expect(board.files.size).toBe(0);
});

test("a board that was to stand still takes an app and boots it", async () => {
  await plug();
  board.files.set(STILL_FILE, "");
  expect(await flash(luaAppImage(older))).toMatchObject({ boot: older });
});

test("a hundred uploads in a row, none fails", async () => {
  await plug();
  for (let turn = 0; turn < 100; turn += 1) {
    const hash = turn.toString(16).padStart(8, "0");
    expect(await flash(luaAppImage(hash, 300))).toMatchObject({ hash, boot: hash });
  }
});
