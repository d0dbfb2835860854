/**
 * The journal on a disk that takes a few bytes at a time, and on one that is full in the middle of a line.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "./journal";

/** Bytes that the disk still takes, and the most that it takes at once. */
let room = Infinity;
let atOnce = Infinity;

jest.mock("node:fs", () => {
  const real = jest.requireActual<typeof fs>("node:fs");
  return {
    ...real,
    writeSync: (file: number, bytes: Buffer, offset: number) => {
      if (room === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      const count = Math.min(room, atOnce, bytes.length - offset);
      room -= count;
      return real.writeSync(file, bytes, offset, count);
    },
  };
});

let folder: string;
beforeEach(() => {
  room = Infinity;
  atOnce = Infinity;
  folder = fs.mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const open = (): ReturnType<typeof openJournal> => openJournal({ folder, name: "test", compactBytes: 100 });

test("a line that the disk takes in pieces is whole", () => {
  atOnce = 3;
  const journal = open();
  journal.append({ text: "a longer text than three" });
  journal.close();
  const after = open();
  expect(after.entries).toEqual([{ text: "a longer text than three" }]);
  after.close();
});

test("whatever part of a line a full disk took is taken back, and the next line stands on its own", () => {
  const journal = open();
  journal.append(0);
  const line = 9 + JSON.stringify({ n: 1 }).length + 1;
  for (room = 0; room < line; ) {
    const left = room;
    expect(() => journal.append({ n: 1 })).toThrow("no space left");
    room = left + 1;
  }
  room = Infinity;
  journal.append(2);
  journal.close();
  const after = open();
  expect(after.entries).toEqual([0, 2]);
  after.close();
});

test("a disk without room for a snapshot keeps the old log, and is asked again later", () => {
  const journal = open();
  for (let n = 0; n < 20; n += 1) journal.append(n);
  room = 50;
  journal.settle(() => Array.from({ length: 20 }, (_, n) => n));
  expect(room).toBe(0);
  room = Infinity;
  journal.append(20);
  journal.close();
  const after = open();
  expect(after.entries).toHaveLength(21);
  after.settle(() => ["snapshot"]);
  after.append("later");
  after.close();
  const again = open();
  expect(again.entries).toEqual(["snapshot", "later"]);
  again.close();
});
