/** Vectors of the record store over a flash of strings, with the power cut after every so many bytes. docs/SPEC-store.md 3. */
import { chr } from "../../../firmware/base/intrinsics";
import { word, wordAt, marked } from "../../../firmware/store/bytes";
import { recordGet, recordPut, recordRemove, recordsErase, recordsOpen } from "../../../firmware/store/records";
import type { RecordStore } from "../../../firmware/store/records";
import { stringFlash, stringFlashPort } from "./string-flash";
import type { StringFlash } from "./string-flash";
import { draw, drawBytes, drawWord, emit, flag, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

/** The state of a store, and all that lies in its flash. */
function tell(run: Vectors, what: string, code: number, store: RecordStore, flash: StringFlash): void {
  let bytes = "";
  for (const block of flash.blocks) bytes += show(block) + " ";
  emit(run, what + " " + code + " state " + store.state + " " + store.generation + " " + store.end + " " + bytes + flash.refused);
}

function life(run: Vectors): void {
  const flash = stringFlash("records", 256, 3);
  const port = stringFlashPort(flash);
  let store = recordsOpen(port, run.checksum, flash.area);
  for (let i = 0; i < 50; i += 1) {
    const key = "k" + draw(run, 5);
    const act = draw(run, 12);
    if (act < 8) tell(run, "put " + key, recordPut(store, key, drawBytes(run, draw(run, 30))), store, flash);
    else if (act < 10) tell(run, "remove " + key, recordRemove(store, key), store, flash);
    else {
      store = recordsOpen(port, run.checksum, flash.area);
      tell(run, "open", 0, store, flash);
    }
    emit(run, "get " + show(recordGet(store, key) ?? "absent"));
  }
  tell(run, "erase", recordsErase(store), store, flash);
}

function edges(run: Vectors): void {
  const flash = stringFlash("records", 256, 2);
  const store = recordsOpen(stringFlashPort(flash), run.checksum, flash.area);
  for (const key of ["", "a", repeat("k", 16), repeat("k", 17), "a b", "~", chr(127), chr(200)]) tell(run, "key " + show(key), recordPut(store, key, "v"), store, flash);
  for (const size of [0, 200, 232, 237, 238, 240, 241]) {
    const small = stringFlash("records", 256, 2);
    const fresh = recordsOpen(stringFlashPort(small), run.checksum, small.area);
    tell(run, "size " + size, recordPut(fresh, "s", repeat("v", size)), fresh, small);
  }
  for (const n of [0, 1, 255, 256, 65536, 16777216, 2147483647]) emit(run, "word " + show(word(n)) + " " + wordAt(word(n), 0));
  for (const n of [0, 1, 127, 128, 191, 223, 253, 254, 255, 252]) emit(run, "mark " + n + " " + flag(marked(n)));
  emit(run, "high " + wordAt(chr(128) + chr(0) + chr(0) + chr(0), 0));
}

/** A put cut after `left` bytes: what the next boot finds, and that it can go on. */
function cuts(run: Vectors): void {
  for (let left = 0; left < 60; left += 1) {
    const flash = stringFlash("records", 256, 2);
    const port = stringFlashPort(flash);
    const store = recordsOpen(port, run.checksum, flash.area);
    recordPut(store, "token", repeat("o", 60));
    recordPut(store, "mark", drawWord(run, 20));
    flash.left = left;
    const code = recordPut(store, "token", left < 30 ? "new" : repeat("n", 150));
    flash.left = -1;
    const again = recordsOpen(port, run.checksum, flash.area);
    tell(run, "cut " + left, code, again, flash);
    emit(run, "kept " + show(recordGet(again, "token") ?? "absent") + " " + show(recordGet(again, "mark") ?? "absent") + " " + recordPut(again, "more", "m"));
  }
}

export function recordLifeVectors(run: Vectors): void {
  life(run);
  edges(run);
}

export function recordCutVectors(run: Vectors): void {
  cuts(run);
}
