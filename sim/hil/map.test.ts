/** The map of a bench: what it means, and each mistake in one sentence with its line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lackingOn } from "./board-lanes";
import { ownAddress, readMap } from "./map";

const root = join(__dirname, "..", "..");
const PASSWORD = "canary-wifi-map";
const WIFI = { ssid: "lab", password: "@wifi.txt" };
let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-hil-map-"));
  file = join(folder, "boards.json");
  writeFileSync(join(folder, "wifi.txt"), `${PASSWORD}\n`);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Reads a map with one member a line. */
function read(text: string | object): ReturnType<typeof readMap> {
  writeFileSync(file, typeof text === "string" ? text : JSON.stringify(text, undefined, 2));
  return readMap(root, file);
}

const board = (changes: object = {}): object => ({ name: "one", board: "esp32-espruino", port: "/dev/ttyUSB0", wifi: WIFI, host: "192.168.1.10", ...changes });

test("a board has its own speed and reset line unless the map says otherwise, and its password out of a file", async () => {
  const [one, two] = (await read({ boards: [board(), board({ name: "two", port: "tcp://10.0.0.5:2000", baud: 9600, timeHost: "pool.ntp.org", fixtures: ["bme280"], power: { off: ["hub", "off"], on: ["hub", "on"] }, cannot: ["radio"] })] }))!;
  expect(one).toMatchObject({ name: "one", baud: 115200, host: "192.168.1.10", network: { ssid: "lab", password: PASSWORD }, power: undefined, timeHost: "" });
  expect(two).toMatchObject({ baud: 9600, power: { off: ["hub", "off"], on: ["hub", "on"] } });
  expect(lackingOn(one!).map(([name]) => name)).toEqual(["network", "pins", "sensor", "clock"]);
  expect(lackingOn(two!)).toEqual([["network", expect.any(String)], ["pins", expect.any(String)], ["radio", "its map says so"]]);
  expect(lackingOn({ ...two!, power: undefined }).map(([name]) => name)).toContain("powerCut");
});

test("a PC needs no WiFi, and finds this computer at its own address", async () => {
  expect((await read({ boards: [{ name: "pc", board: "linux-espruino", port: "tcp://127.0.0.1:2323" }] }))![0]).toMatchObject({ host: "127.0.0.1", network: undefined });
});

test("without a file there is no bench", async () => expect(await readMap(root, file)).toBeUndefined());

test("the address of this computer is one that others reach", () => {
  const address = (family: "IPv4" | "IPv6", text: string, internal: boolean) => ({ family, address: text, internal, netmask: "", mac: "", cidr: null, ...(family === "IPv6" ? { scopeid: 0 } : {}) }) as NonNullable<ReturnType<typeof import("node:os").networkInterfaces>[string]>[number];
  expect(ownAddress({ lo: [address("IPv4", "127.0.0.1", true)], eth0: [address("IPv6", "fe80::1", false), address("IPv4", "10.0.0.2", false)] })).toBe("10.0.0.2");
  expect(ownAddress({ lo: [address("IPv4", "127.0.0.1", true)] })).toBeUndefined();
});

test.each<[string, string | object, RegExp]>([
  ["text that is no JSON", '{\n  "boards": [\n    { "name": "one", }\n  ]\n}', /boards\.json, line 3: this is not JSON/],
  ["a member that nothing reads", { boards: [board({ speed: 5 })] }, /line 3: boards\[0\] has "speed", which nothing reads: see docs\/HIL\.md\.$/],
  ["a port that is none", { boards: [board({ port: "usb" })] }, /line 6: boards\[0\]\.port does not match/],
  ["a name that is none", { boards: [board(), board({ name: "Two!" })] }, /line \d\d: boards\[1\]\.name does not match/],
  ["a password in the map", { boards: [board({ wifi: { ssid: "lab", password: "s3cret!" } })] }, /line 9: write the password into a file, and here @ and its path\.$/],
  ["a port twice", { boards: [board(), board({ name: "two" })] }, /line 13: the port \/dev\/ttyUSB0 is that of another board already/],
  ["a name twice", { boards: [board(), board({ port: "/dev/ttyUSB1" })] }, /line 13: the name one is that of another board already/],
  ["no board", { boards: [] }, /names 0 boards: name 1 to 64/],
  ["a board that nobody knows", { boards: [board({ board: "esp99" })] }, /There is no board "esp99"/],
  ["a board with NodeMCU", { boards: [board({ board: "esp32-lua" })] }, /one: apps for esp32-lua are made by the luac\.cross of its firmware: add "luac" with its path/],
  ["no WiFi", { boards: [{ name: "one", board: "esp32-espruino", port: "/dev/ttyUSB0" }] }, /one: esp32-espruino reaches its cloud over WiFi: add "wifi"/],
  ["a password file that is not there", { boards: [board({ wifi: { ssid: "lab", password: "@none" } })] }, /cannot be read from none \(ENOENT\)/],
  ["an empty power command", { boards: [board({ power: { off: [], on: ["x"] } })] }, /a power command is a list that begins with a program/],
])("%s is refused", async (_name, text, sentence) => {
  await expect(read(text)).rejects.toThrow(sentence);
  await expect(read(text)).rejects.not.toThrow(/s3cret!/);
});
