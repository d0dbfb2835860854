/** Ports as the kernel tells them, in a tree that is made up. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boardIds, loadBoard } from "../board";
import { boardsAt, linuxPorts } from "./ports";

const root = join(__dirname, "..", "..", "..");
let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), "motet-ports-"));
  mkdirSync(join(tree, "dev"));
  mkdirSync(join(tree, "tty", "tty0"), { recursive: true });
});

afterEach(() => rmSync(tree, { recursive: true }));

/** A terminal of a bridge, as far below it as the kernel puts it. */
function bridge(name: string, vid: string, pid: string): void {
  const usb = join(tree, "usb", name);
  mkdirSync(join(usb, "1-1:1.0", name), { recursive: true });
  for (const [fact, value] of [["idVendor", vid], ["idProduct", pid], ["product", "USB bridge"]] as const) writeFileSync(join(usb, fact), `${value}\n`);
  mkdirSync(join(tree, "tty", name));
  symlinkSync(join(usb, "1-1:1.0", name), join(tree, "tty", name, "device"));
  writeFileSync(join(tree, "dev", name), "");
}

test("bridges are named, and the boards that have such ones", () => {
  bridge("ttyUSB10", "1a86", "7523");
  bridge("ttyUSB2", "10c4", "ea60");
  chmodSync(join(tree, "dev", "ttyUSB2"), 0o600);
  const ports = linuxPorts(join(tree, "tty"), join(tree, "dev"));
  expect(ports).toEqual([
    { path: join(tree, "dev", "ttyUSB2"), vid: "10c4", pid: "ea60", product: "USB bridge", mayOpen: true },
    { path: join(tree, "dev", "ttyUSB10"), vid: "1a86", pid: "7523", product: "USB bridge", mayOpen: true },
  ]);
  const boards = boardIds(root).map((id) => loadBoard(root, id));
  expect(boardsAt(ports[1]!, boards).map(({ id }) => id)).toEqual(["esp32-espruino", "esp32-lua", "esp8266-d1mini-espruino", "esp8266-espruino", "esp8266-lua"]);
  expect(boardsAt({ path: "", mayOpen: true }, boards)).toEqual([]);
});

test("a port without a bridge, and one that is gone again", () => {
  mkdirSync(join(tree, "tty", "ttyACM0"));
  expect(linuxPorts(join(tree, "tty"), join(tree, "dev"))).toEqual([{ path: join(tree, "dev", "ttyACM0"), mayOpen: false }]);
});

test("a computer without such a tree has no ports", () => {
  expect(linuxPorts(join(tree, "nothing"), join(tree, "dev"))).toEqual([]);
});
