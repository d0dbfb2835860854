/** A runtime's image goes to a chip whose loader answers on the network. The chip is a model. */
import { createServer } from "node:net";
import type { Server } from "node:net";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newRom } from "../support/rom-loader";
import type { Rom, RomChip } from "../support/rom-loader";
import { motet, scratch } from "./command";

const TIMEOUT_MS = 60000;
let server: Server;
const folder = scratch();

afterEach(() => new Promise((resolve) => server.close(resolve)));
afterAll(() => folder.remove());

/** A serial server in front of a chip that somebody has put into its loader. */
async function serve(chip: RomChip): Promise<{ readonly rom: Rom; readonly port: string }> {
  const rom = newRom(chip);
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    void rom.line.open(115200, { data: (bytes) => void socket.write(bytes), closed: () => socket.destroy() });
    for (const state of [{ dtr: false, rts: true }, { dtr: true, rts: false }, { dtr: false, rts: false }]) void rom.line.setState(state);
    socket.on("data", (bytes) => void rom.line.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { rom, port: `tcp://127.0.0.1:${(server.address() as { port: number }).port}` };
}

function imageFolder(name: string, chip: number): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  const program = Buffer.alloc(30000, name);
  program[0] = 0xe9;
  program.writeUInt32LE(0x40080400, 4);
  program.writeUInt16LE(chip, 12);
  for (const file of ["bootloader.bin", "espruino_esp32.bin"]) writeFileSync(join(path, file), file === "bootloader.bin" ? program.subarray(0, 20000) : program);
  writeFileSync(join(path, "partitions_espruino.bin"), Buffer.alloc(3072, "p"));
  return path;
}

test("every part is written and verified", async () => {
  const { rom, port } = await serve("esp32");
  const run = motet(["flash", "--board", "esp32-espruino", "--port", port, "--runtime", imageFolder("good", 0), "--json"]);
  expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
  expect(run.events.map(({ event }) => event)).toEqual(["chip", "part", "verified", "part", "verified", "part", "verified", "reset", "written"]);
  expect(run.events[0]).toMatchObject({ chip: "esp32", flashBytes: 4194304 });
  expect(run.events.at(-1)).toMatchObject({ parts: 3, bytes: 53072 });
  expect(Buffer.from(rom.flash.subarray(0x8000, 0x8000 + 3072)).equals(Buffer.alloc(3072, "p"))).toBe(true);
}, TIMEOUT_MS);

test("an image for another chip, and another chip than the board's, leave it as it is", async () => {
  const { rom, port } = await serve("esp8266");
  const wrongImage = motet(["flash", "--board", "esp32-espruino", "--port", port, "--runtime", imageFolder("c3", 5)]);
  expect([await wrongImage.ended, wrongImage.output()]).toEqual([6, expect.stringMatching(/bootloader\.bin is an image for an esp32c3, and esp32-espruino is an esp32/)]);
  const wrongChip = motet(["flash", "--board", "esp32-espruino", "--port", port, "--runtime", imageFolder("fine", 0)]);
  expect([await wrongChip.ended, wrongChip.output()]).toEqual([6, expect.stringMatching(/There is an esp8266 on tcp:/)]);
  expect(rom.flash.every((byte) => byte === 0xff)).toBe(true);
}, TIMEOUT_MS);
