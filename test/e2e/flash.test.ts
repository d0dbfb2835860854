/** A person's way from an app to a board: which ports there are, and the command that writes. The board is an emulation. */
import { imageOf } from "../boards/app-image";
import { DeskBoard } from "../boards/desk-board";
import { motet } from "./command";

const TIMEOUT_MS = 120000;
let board: DeskBoard;
let port = "";

beforeEach(async () => {
  board = new DeskBoard();
  port = `tcp://127.0.0.1:${await board.cable.listen()}`;
  board.boot();
});

afterEach(() => board.close());

test("the weather station is built, written and started, and a second time there is nothing to write", async () => {
  const run = motet(["flash", "--board", "esp32-espruino", "--port", port, "--json"]);
  expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
  const flashed = run.events.at(-1)!;
  expect(flashed).toMatchObject({ event: "flashed", board: "esp32-espruino", port, unchanged: false, booted: true, boot: expect.stringMatching(/^weather-station\//) });
  expect(flashed["sentBytes"]).toBe([...board.files].filter(([name]) => name.startsWith(String(flashed["hash"]))).reduce((sum, [, { length }]) => sum + length, 0));
  const again = motet(["flash", "--board", "esp32-espruino", "--port", port]);
  expect([await again.ended, again.output()]).toEqual([0, expect.stringMatching(/was on the board already, and was started again\nbooted: weather-station\//)]);
}, TIMEOUT_MS);

test.each<[string, string[], number, RegExp]>([
  ["another board's app", ["--board", "esp32c3-espruino"], 6, /says that it is ESP32, and the app was built for esp32c3-espruino: take --board esp32-espruino\.\n$/],
  ["a board of another runtime", ["--board", "esp8266-lua"], 6, /The board at this port runs Espruino, and the app would be for NodeMCU: take the --board that ends with -espruino\.\n$/],
])("%s is refused", async (_name, args, code, sentence) => {
  const run = motet(["flash", ...args, "--port", port]);
  expect([await run.ended, run.output()]).toEqual([code, expect.stringMatching(sentence)]);
}, TIMEOUT_MS);

test.each<[string, string, RegExp]>([
  ["a port where nothing is", "tcp://127.0.0.1:1", /Nothing listens at 127\.0\.0\.1:1/],
  ["a port that is none", "ttyUSB0", /"ttyUSB0" is no port/],
  ["a serial port that is not there", "/dev/no-such-port", /There is no port \/dev\/no-such-port|needs the package "serialport"/],
])("%s is one sentence", async (_name, name, sentence) => {
  const run = motet(["flash", "--board", "esp32-espruino", "--port", name]);
  expect([await run.ended, run.output()]).toEqual([3, expect.stringMatching(sentence)]);
}, TIMEOUT_MS);

test("a monitor tells what the device says, and what else is printed, over a restart of the board", async () => {
  board.files = imageOf(board.board, "0000aaaa").files;
  const plugged = board.cable.plugged();
  const run = motet(["monitor", "--board", "esp32-espruino", "--port", port, "--json"]);
  await run.until(({ event }) => event === "connected");
  await plugged;
  board.boot();
  expect(await run.until(({ event }) => event === "record")).toMatchObject({ name: "boot", number: 1, text: "0000aaaa", time: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(run.events).toContainEqual(expect.objectContaining({ event: "console", text: "app 0000aaaa cold 0000aaaa" }));
  const again = board.cable.plugged();
  board.cable.unplug();
  await run.until(({ event }) => event === "lost");
  await run.until((event) => event.event === "connected" && run.events.indexOf(event) > 1);
  await again;
  board.boot();
  await run.until((event) => event.event === "record" && run.events.indexOf(event) > run.events.findIndex((each) => each.event === "lost"));
  expect(await run.stop()).toBe(0);
}, TIMEOUT_MS);

test("ports are listed without any program of the computer, udevadm among them, or one sentence says that there is none", async () => {
  const run = motet(["ports"], "", { PATH: "" });
  expect([await run.ended, run.output()]).toEqual([0, expect.stringMatching(/^(\/dev\/tty|No serial port)/)]);
}, TIMEOUT_MS);
