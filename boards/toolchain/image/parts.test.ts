import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { loadBoard } from "../board";
import { LinkError } from "../link/transport";
import { chipOfImage } from "./header";
import { partsOf } from "./parts";

const root = join(__dirname, "..", "..", "..");
const esp32 = loadBoard(root, "esp32-espruino");
const esp8266 = loadBoard(root, "esp8266-lua");
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "motet-image-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** An image's header, of a chip's number and entry, and some of its code. */
function image(chip: number, entry: number, length = 64): Uint8Array {
  const bytes = Buffer.alloc(length, 0x11);
  bytes[0] = 0xe9;
  bytes.writeUInt32LE(entry, 4);
  bytes.writeUInt16LE(chip, 12);
  return bytes;
}

const ofEsp32 = image(0, 0x40080400);
const table = Buffer.from("aa500102", "hex");

const files = { "bootloader.bin": ofEsp32, "partitions_espruino.bin": table, "espruino_esp32.bin": ofEsp32 };

function put(contents: Readonly<Record<string, Uint8Array>>): void {
  for (const [name, bytes] of Object.entries(contents)) writeFileSync(join(folder, name), bytes);
}

function refusal(board = esp32, path = folder): string {
  try {
    partsOf(board, path);
  } catch (error) {
    if (error instanceof LinkError) return error.message;
    throw error;
  }
  return "";
}

test("a folder's parts are found by their names and get their addresses", () => {
  put({ ...files, "README_flash.txt": Buffer.from("how to") });
  expect(partsOf(esp32, folder).map(({ file, address, bytes }) => [file, address, bytes.length])).toEqual([
    ["bootloader.bin", 0x1000, 64],
    ["partitions_espruino.bin", 0x8000, 4],
    ["espruino_esp32.bin", 0x10000, 64],
  ]);
});

test("and so are those of the archive that the maker publishes", () => {
  const path = join(folder, "espruino_2v25_esp32.tgz");
  writeFileSync(path, gzipSync(createTar(Object.entries(files).map(([name, data]) => ({ name: `espruino_2v25_esp32/${name}`, data })))));
  expect(partsOf(esp32, path).map(({ file, bytes }) => [file, bytes.length])).toEqual([["bootloader.bin", 64], ["partitions_espruino.bin", 4], ["espruino_esp32.bin", 64]]);
});

test("an image of one part may have any name", () => {
  const path = join(folder, "nodemcu-release-13-modules-2026-01-02-float.bin");
  writeFileSync(path, image(0x1111, 0x40100000));
  expect(partsOf(esp8266, path)).toMatchObject([{ address: 0 }]);
});

test.each<[string, Readonly<Record<string, Uint8Array>>, RegExp]>([
  ["a part that is missing", { "bootloader.bin": ofEsp32 }, /has no partitions_espruino\.bin, which goes to 0x8000 of esp32-espruino: get the image named like espruino_%v_esp32\.\w+ from https:/],
  ["an empty part", { ...files, "bootloader.bin": Buffer.alloc(0) }, /^bootloader\.bin is empty: download the image again\.$/],
  ["an image for another chip", { ...files, "espruino_esp32.bin": image(5, 0x40380000) }, /^espruino_esp32\.bin is an image for an esp32c3, and esp32-espruino is an esp32: get the image/],
  ["an image for an ESP8266", { ...files, "espruino_esp32.bin": image(0, 0x40100004) }, /^espruino_esp32\.bin is an image for an esp8266, and/],
  ["an image for a chip that nobody knows", { ...files, "espruino_esp32.bin": image(999, 0) }, /^espruino_esp32\.bin is an image for another chip, and/],
  ["a part that runs into the next", { ...files, "bootloader.bin": image(0, 0x40080400, 0x7001) }, /^bootloader\.bin is too big: it runs into partitions_espruino\.bin at 0x8000\.$/],
  ["a part that would lie over the device's own areas", { ...files, "espruino_esp32.bin": image(0, 0x40080400, 0x310001) }, /^espruino_esp32\.bin would lie over the area where esp32-espruino keeps its token and settings \(0x310000\)/],
  ["a part that is larger than the flash", { ...files, "espruino_esp32.bin": image(0, 0x40080400, 0x3f0001) }, /^espruino_esp32\.bin is too big: it ends at 0x400001, and the flash of esp32-espruino has 0x400000 bytes\.$/],
])("%s is refused in one sentence", (_, contents, sentence) => {
  put(contents);
  expect(refusal()).toMatch(sentence);
});

test("what is not there, and what is no archive", () => {
  expect(refusal(esp32, join(folder, "nothing"))).toMatch(/^There is no file or folder .*nothing: name the image/);
  writeFileSync(join(folder, "torn.tgz"), gzipSync(Buffer.alloc(2048, 1)).subarray(0, 20));
  expect(refusal(esp32, join(folder, "torn.tgz"))).toMatch(/torn\.tgz cannot be unpacked: download it again/);
  mkdirSync(join(folder, "empty"));
  expect(refusal(esp32, join(folder, "empty"))).toMatch(/has no bootloader\.bin/);
  expect(refusal(loadBoard(root, "linux-espruino"))).toBe("linux-espruino has no image to be written: its runtime is installed otherwise.");
});

test("an archive that unpacks to more than any flash is refused", () => {
  writeFileSync(join(folder, "bomb.tgz"), gzipSync(Buffer.alloc(17 * 1024 * 1024)));
  expect(refusal(esp32, join(folder, "bomb.tgz"))).toMatch(/cannot be unpacked/);
});

test("the chip of an image is read from its header", () => {
  expect([image(0, 0x40080400), image(5, 0x40380000), image(9, 0x40370000), Buffer.from([0xea, 4]), table, Buffer.from([0xe9])].map((bytes) => chipOfImage(bytes))).toEqual(["esp32", "esp32c3", "esp32s3", "esp8266", undefined, undefined]);
});
