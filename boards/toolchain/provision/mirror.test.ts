/** The store's code on a flash that is far away: power cuts inside of its writes and erases and worn blocks. */
import { recordGet, recordPut, recordsOpen } from "../../../firmware/store/records";
import type { RecordStore } from "../../../firmware/store/records";
import { byteOutcomes, createFlash, eraseOutcomes, PowerCut } from "../../../sim/world/flash";
import type { WorldFlash } from "../../../sim/world/flash";
import { checksum, onFlash } from "./mirror";
import type { RemoteFlash } from "./remote-flash";

const AREAS = [{ name: "records", blockBytes: 256, blocks: 4 }];

/** A chip at the end of a link. */
function remote({ port }: WorldFlash): RemoteFlash {
  return {
    areas: AREAS,
    read: (area, offset, count) => Promise.resolve(port.read(area, offset, count)),
    write: (area, offset, bytes) => new Promise((resolve) => resolve(port.write(area, offset, bytes) === 0)),
    eraseBlock: (area, block) => new Promise((resolve) => resolve(port.eraseBlock(area, block) === 0)),
    scrub: () => Promise.resolve(),
    remains: async function* () {
      yield* [];
    },
  };
}

const open = ({ port }: WorldFlash): RecordStore => recordsOpen(port, checksum, port.open("records")!);

function put(flash: WorldFlash, key: string, value: string): Promise<number> {
  return onFlash(remote(flash), ["records"], (port) => recordPut(recordsOpen(port, checksum, port.open("records")!), key, value));
}

/** Two records, in a block that is nearly full. */
async function filled(seed: string): Promise<WorldFlash> {
  const flash = createFlash({ areas: AREAS, seed });
  await put(flash, "token", "T".repeat(60));
  for (let turn = 0; turn < 4; turn += 1) await put(flash, "wifi", `${turn}`.repeat(20));
  return flash;
}

test("what is written far away is what the store reads there", async () => {
  const flash = await filled("plain");
  expect(recordGet(open(flash), "token")).toBe("T".repeat(60));
  expect(recordGet(open(flash), "wifi")).toBe("3".repeat(20));
});

test("the power cut at any byte and inside any erase leaves the old value or the new one, and the rest as it was", async () => {
  const seen = new Set<string>();
  for (let cut = 0; cut < 200; cut += 1) {
    const flash = await filled(`cut ${cut}`);
    if (cut < 160) flash.cutInProgram(cut, byteOutcomes[cut % byteOutcomes.length]!);
    else flash.cutInErase(0, eraseOutcomes[cut % eraseOutcomes.length]!);
    await put(flash, "wifi", "N".repeat(40)).catch((problem: unknown) => expect(problem).toBeInstanceOf(PowerCut));
    flash.callOff();
    flash.restore();
    const store = open(flash);
    expect(recordGet(store, "token")).toBe("T".repeat(60));
    seen.add(recordGet(store, "wifi")!.charAt(0));
    expect(await put(flash, "wifi", "N".repeat(40))).toBe(0);
    expect(recordGet(open(flash), "wifi")).toBe("N".repeat(40));
  }
  expect([...seen].sort()).toEqual(["3", "N"]);
});

test("a block that keeps nothing is given up, and another one takes the records", async () => {
  const flash = await filled("worn");
  for (const block of [1, 2]) flash.wearOut("records", block);
  expect(await put(flash, "wifi", "N".repeat(40))).toBe(0);
  expect(recordGet(open(flash), "wifi")).toBe("N".repeat(40));
  expect(recordGet(open(flash), "token")).toBe("T".repeat(60));
});

test("a chip that keeps nothing at all is a failure of the store, not of this program", async () => {
  const flash = createFlash({ areas: AREAS, seed: "dead" });
  const dead: RemoteFlash = { ...remote(flash), write: () => Promise.resolve(false) };
  await expect(onFlash(dead, ["records"], (port) => recordPut(recordsOpen(port, checksum, port.open("records")!), "wifi", "x"))).resolves.toBe(3);
});
