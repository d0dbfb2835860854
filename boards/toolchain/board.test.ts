/** Every board that is there fits its schema; one that does not is refused in one sentence. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BoardError, boardIds, loadBoard } from "./board";
import { mismatch } from "./schema";

const root = join(__dirname, "..", "..");
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "motet-boards-"));
  mkdirSync(join(copy, "boards"));
  cpSync(join(root, "boards", "board.schema.json"), join(copy, "boards", "board.schema.json"));
});

afterAll(() => rmSync(copy, { recursive: true }));

/** A copy of a board with one fact changed. */
function changed(change: (board: Record<string, Record<string, unknown>>) => void, id = "esp32-espruino"): () => unknown {
  return () => {
    const board = JSON.parse(readFileSync(join(root, "boards", id, "board.json"), "utf8")) as Record<string, Record<string, unknown>>;
    change(board);
    mkdirSync(join(copy, "boards", id), { recursive: true });
    writeFileSync(join(copy, "boards", id, "board.json"), JSON.stringify(board));
    return loadBoard(copy, id);
  };
}

test("all boards load", () => {
  const ids = boardIds(root);
  expect(ids).toEqual(["esp32-espruino", "esp32-lua", "esp32c3-espruino", "esp32s3-espruino", "esp8266-d1mini-espruino", "esp8266-espruino", "esp8266-lua", "linux-espruino"]);
  for (const id of ids) expect(loadBoard(root, id).id).toBe(id);
});

test("what the sources say of the boards", () => {
  const esp32 = loadBoard(root, "esp32-espruino").constants;
  expect([esp32.flash, esp32.recordsAddress, esp32.recordsBlocks + esp32.logBlocks]).toEqual(["raw", 0x310000, 16]);
  const esp8266 = loadBoard(root, "esp8266-espruino");
  expect([esp8266.constants.recordsAddress, esp8266.constants.udpBytesMax, esp8266.constants.tlsLevel, esp8266.constants.watchdog]).toEqual([0x200000, 268, 0, false]);
  expect(esp8266.budgets.memory.total).toBe(1600);
  expect([loadBoard(root, "esp32-lua").lua, loadBoard(root, "esp8266-lua").lua]).toEqual(["5.3", "5.1"]);
});

test("an absent board says which there are", () => {
  expect(() => loadBoard(root, "esp33-espruino")).toThrow(new BoardError('There is no board "esp33-espruino": choose esp32-espruino, esp32-lua, esp32c3-espruino, esp32s3-espruino, esp8266-d1mini-espruino, esp8266-espruino, esp8266-lua or linux-espruino.'));
  expect(() => loadBoard(root, "../boards/esp32-lua")).toThrow(/There is no board/);
});

test.each<[string, () => unknown, RegExp]>([
  ["a missing fact", changed((board) => delete board["constants"]!["chip"]), /it\.constants has no "chip"/],
  ["a stray fact", changed((board) => (board["constants"]!["pins"] = 4)), /it\.constants has "pins", which nothing reads/],
  ["a fact of another type", changed((board) => (board["constants"]!["radio"] = 1)), /it\.constants\.radio is integer, not boolean/],
  ["a number below its limit", changed((board) => (board["constants"]!["recordsBlocks"] = 1)), /recordsBlocks is below 2/],
  ["a number above its limit", changed((board) => (board["constants"]!["udpBytesMax"] = 1473)), /udpBytesMax is above 1472/],
  ["an unknown choice", changed((board) => (board["constants"]!["flash"] = "disk")), /flash is "disk", not one of raw, files/],
  ["another board's id", changed((board) => Object.assign(board, { id: "esp8266-espruino" })), /its id is "esp8266-espruino"/],
  ["an id without its chip", changed((board) => Object.assign(board, { chip: "esp32s3" })), /its id does not begin with its chip, "esp32s3-", and end with its runtime/],
  ["two chips", changed((board) => (board["constants"]!["chip"] = "linux")), /chip differs/],
  ["Lua without a dialect", changed((board) => delete board["lua"], "esp32-lua"), /"lua" if it runs Lua/],
  ["another runtime's unit", changed((board) => ((board["budgets"]!["memory"] as Record<string, unknown>)["unit"] = "bytes")), /jsvars on Espruino/],
  ["a budget above what there is", changed((board) => ((board["budgets"]!["memory"] as Record<string, unknown>)["used"] = 2001)), /above budgets\.memory\.total/],
  ["areas that overlap", changed((board) => (board["constants"]!["logAddress"] = 0x313000)), /the areas overlap/],
  ["an area inside a block", changed((board) => (board["constants"]!["logAddress"] = 0x314010)), /does not begin at an erase block/],
  ["an area in Storage", changed((board) => (board["constants"]!["logAddress"] = 0x320000)), /the area "log" lies in what is taken by Storage/],
  ["the trap that the runtime offers", changed((board) => Object.assign(board["constants"]!, { recordsAddress: 0xe000 })), /the area "records" lies in what is taken by NVS/],
  ["an area behind the flash", changed((board) => (board["constants"]!["logAddress"] = 0x400000)), /the area "log" ends behind the flash/],
  ["a pin that does not hold", changed((board) => (board["constants"]!["i2cSda"] = "D34")), /SDA of its bus is at pin D34/],
  ["files at an address", changed((board) => (board["constants"]!["logAddress"] = 4096), "linux-espruino"), /have the address 0/],
])("%s is refused", (_name, load, sentence) => {
  expect(load).toThrow(BoardError);
  expect(load).toThrow(sentence);
});

test("a file that is no JSON", () => {
  mkdirSync(join(copy, "boards", "esp8266-lua"));
  writeFileSync(join(copy, "boards", "esp8266-lua", "board.json"), "{");
  expect(() => loadBoard(copy, "esp8266-lua")).toThrow(/boards\/esp8266-lua\/board\.json cannot be read as JSON/);
});

test("a schema with a keyword that is not checked is a mistake", () => {
  expect(() => mismatch({ oneOf: [] }, 1, "it")).toThrow('"oneOf", which is not checked');
});
