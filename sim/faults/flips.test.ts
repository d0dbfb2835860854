import { fill, made } from "../../test/support/log-rig";
import { checksum } from "../world/checksum";
import { lossByFlips } from "./flips";

const HEADER_BYTES = 25;
const BLOCK_BYTES = 256;

test("nothing flipped, nothing is forgiven", () => {
  const { flash, open } = made();
  fill(open(), 60);
  expect(lossByFlips(flash, checksum)).toEqual({ uncounted: 0, overcounted: 0 });
});

test("a flip in the head of the newest block hides what is in it, and what was dropped when it was begun", () => {
  const { flash, open } = made();
  fill(open(), 60);
  const newest = open();
  const image = flash.snapshot();
  for (let offset = 0; offset < HEADER_BYTES; offset += 1) {
    flash.flip("log", newest.block * BLOCK_BYTES + offset, 0);
    const older = open();
    // The 5 readings of the newest block are hidden; 11 that it was begun over wait again, and are counted as dropped no more.
    expect([older.waiting - newest.waiting, newest.droppedFull - older.droppedFull]).toEqual([6, 11]);
    expect(lossByFlips(flash, checksum)).toEqual({ uncounted: 11, overcounted: 6 });
    flash.flip("log", newest.block * BLOCK_BYTES + offset, 0);
    flash.restore(image);
  }
});

test("a flip in a reading that waits is seen by the log itself", () => {
  const { flash, open } = made();
  fill(open(), 20);
  flash.flip("log", HEADER_BYTES + 1 + 20 + 5, 3);
  expect(lossByFlips(flash, checksum)).toEqual({ uncounted: 0, overcounted: 0 });
});
