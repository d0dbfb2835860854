import { chmodSync, copyFileSync, mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalError, openJournal } from "./journal";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "journal-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, "test.journal");
const open = (compactBytes = 1 << 20): ReturnType<typeof openJournal> => openJournal({ folder, name: "test", compactBytes });

test("entries come back in order after a restart", () => {
  const first = open();
  for (let n = 0; n < 50; n += 1) first.append({ n, text: "é漢\n" });
  first.close();
  const second = open();
  expect(second.entries).toEqual(Array.from({ length: 50 }, (_, n) => ({ n, text: "é漢\n" })));
  second.append({ n: 50 });
  second.close();
  const third = open();
  expect(third.entries).toHaveLength(51);
  third.close();
});

test("the file is its owner's alone, and so is a folder that was made for it", () => {
  const made = join(folder, "a", "b");
  const journal = openJournal({ folder: made, name: "test" });
  journal.close();
  expect(statSync(made).mode & 0o777).toBe(0o700);
  expect(statSync(join(made, "test.journal")).mode & 0o777).toBe(0o600);
  chmodSync(join(made, "test.journal"), 0o644);
  openJournal({ folder: made, name: "test" }).close();
  expect(statSync(join(made, "test.journal")).mode & 0o777).toBe(0o600);
});

test("a file cut at any byte gives every entry whose line was whole, and takes new ones", () => {
  const journal = open();
  for (let n = 0; n < 6; n += 1) journal.append({ n });
  journal.close();
  const whole = readFileSync(path());
  for (let cut = 0; cut <= whole.length; cut += 1) {
    writeFileSync(path(), whole.subarray(0, cut));
    const kept = Math.max(0, whole.subarray(0, cut).filter((byte) => byte === 10).length - 1);
    const after = open();
    expect(after.entries).toEqual(Array.from({ length: kept }, (_, n) => ({ n })));
    after.append("new");
    after.close();
    const again = open();
    expect(again.entries).toEqual([...after.entries, "new"]);
    again.close();
  }
});

test("a torn last line whose newline is there is dropped too", () => {
  const journal = open();
  journal.append({ n: 1 });
  journal.append({ n: 2 });
  journal.close();
  const bytes = readFileSync(path());
  bytes[bytes.length - 3] = 0;
  writeFileSync(path(), bytes);
  const after = open();
  expect(after.entries).toEqual([{ n: 1 }]);
  after.close();
});

test("damage before the last line is refused with what to do, and the file stays as it is", () => {
  const journal = open();
  for (let n = 0; n < 3; n += 1) journal.append({ n });
  journal.close();
  const bytes = readFileSync(path());
  const second = bytes.indexOf(10) + 12;
  bytes[second] = (bytes[second] ?? 0) ^ 1;
  writeFileSync(path(), bytes);
  expect(() => open()).toThrow(/damaged at byte \d+; move it away/);
  expect(readFileSync(path()).equals(bytes)).toBe(true);
});

test("the file of another cloud, and one that is no journal, are refused and kept", () => {
  openJournal({ folder, name: "other" }).close();
  copyFileSync(join(folder, "other.journal"), path());
  expect(() => open()).toThrow(/not written by this version of the test cloud/);
  writeFileSync(path(), "my notes");
  expect(() => open()).toThrow(JournalError);
  expect(readFileSync(path(), "utf8")).toBe("my notes");
});

test("a long log gives way to a snapshot, cut-proof, and goes on", () => {
  let state: number[] = [];
  const journal = open(2000);
  for (let n = 0; n < 1000; n += 1) {
    state = [...state.slice(-4), n];
    journal.append(n);
    journal.settle(() => state);
    expect(statSync(path()).size).toBeLessThan(2100);
  }
  journal.close();
  const after = open();
  expect(after.entries.slice(-5)).toEqual([995, 996, 997, 998, 999]);
  after.close();
  truncateSync(path(), statSync(path()).size - 1);
  const cut = open();
  expect(cut.entries.at(-1)).toBe(998);
  cut.close();
});

test("a snapshot that cannot be made leaves the old log working", () => {
  const journal = open(10);
  journal.append(1);
  journal.settle(() => {
    throw new Error("no");
  });
  journal.append(2);
  journal.close();
  const after = open();
  expect(after.entries).toEqual([1, 2]);
  after.close();
});

test("one folder serves one cloud at a time; a dead process does not hold it", () => {
  const journal = open();
  expect(() => open()).toThrow(/in use by process \d+: stop it, name another folder, or delete .*test\.lock if/);
  journal.close();
  journal.close();
  expect(() => journal.append(1)).toThrow(/closed/);
  for (const dead of ["999999999", "nonsense", String(process.pid)]) {
    writeFileSync(join(folder, "test.lock"), dead);
    open().close();
  }
});

test("a folder that cannot be made or read is a sentence that says what to do", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => openJournal({ folder: join(folder, "file"), name: "test" })).toThrow(/^The state folder .* cannot be used \((EEXIST|ENOTDIR)\); check/);
  mkdirSync(path());
  expect(() => open()).toThrow(/^The state file .* cannot be read \(EISDIR\); check/);
});
