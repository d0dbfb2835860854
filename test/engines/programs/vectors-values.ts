/** Vectors of values on their way: quantised, packed, stored as readings; checksums; and the BME280's raw values compensated. */
import { at, chr, idiv, sub } from "../../../firmware/base/intrinsics";
import { isWhole } from "../../../firmware/base/number";
import { fieldAt, pack16, pack32, packField, unpack16, unpack32 } from "../../../firmware/agent/fields";
import { quantise, scaleOf, unscale } from "../../../firmware/agent/quantise";
import { decodeReading, encodeReading } from "../../../firmware/agent/reading";
import { compensateFine, compensateHumidity, compensatePressure, hundredths, isPlausible } from "../../../firmware/drivers/bme280-compensate";
import { draw, drawBytes, drawWord, emit, flag, repeat, show, toss, whole } from "./vectors";
import type { Vectors } from "./vectors";

function quantised(run: Vectors): void {
  for (let i = 0; i < 50; i += 1) {
    // Multiples of an eighth: every engine's fractions hold them exactly.
    const eighths = draw(run, 16000) - 8000;
    const value = unscale(eighths * 125, 3);
    const decimals = draw(run, 4);
    emit(run, "quantise " + eighths + " " + decimals + " " + (quantise(value, decimals) ?? "none") + " " + scaleOf(decimals));
  }
  for (const value of [0, 1, -1, 1073741823, 1073741824, -1073741823, -1073741824, 2147483647]) {
    for (const decimals of [0, 1, 6]) emit(run, "edge " + value + " " + decimals + " " + (quantise(value, decimals) ?? "none"));
  }
}

function wholes(run: Vectors): void {
  const values: unknown[] = [0, 1, -1, 2147483647, -2147483647, unscale(25, 1), unscale(-5, 1), unscale(20, 1), true, false, "", "5", "x"];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    emit(run, "whole " + i + " " + flag(isWhole(value)));
  }
}

function fields(run: Vectors): void {
  for (let i = 0; i < 30; i += 1) {
    const record = packField(drawBytes(run, draw(run, 20))) + packField("") + packField(drawWord(run, draw(run, 20)));
    const cut = i % 3 === 0 ? sub(record, 0, draw(run, record.length)) : record;
    emit(run, "fields " + show(cut) + " " + show(fieldAt(cut, 0)) + show(fieldAt(cut, 1)) + show(fieldAt(cut, 2)) + show(fieldAt(cut, 3)));
  }
  for (const n of [0, 1, 255, 256, 65535]) emit(run, "pack16 " + show(pack16(n)) + " " + unpack16(pack16(n), 0));
  for (const n of [0, 255, 65536, 16777216, 1700000000, 2147483647]) emit(run, "pack32 " + show(pack32(n)) + " " + unpack32(pack32(n), 0));
  emit(run, "unpack " + unpack32(repeat(chr(255), 4), 0));
}

function readings(run: Vectors): void {
  for (let i = 0; i < 30; i += 1) {
    const time = toss(run) ? { sec: draw(run, 32768) * 65536 + draw(run, 65536), ms: draw(run, 1000) } : undefined;
    const geo = toss(run) ? { lat: "4" + draw(run, 10), long: "-" + draw(run, 100) } : undefined;
    const bytes = encodeReading({ key: draw(run, 32), time, boot: draw(run, 65536), uptime: draw(run, 32768) * 65536, geo, value: "" + draw(run, 1000) });
    const back = decodeReading(i % 5 === 0 ? sub(bytes, 0, draw(run, bytes.length)) : bytes);
    emit(run, "reading " + show(bytes) + " " + (back === undefined ? "none" : back.key + " " + whole(back.time === undefined ? undefined : back.time.sec) + " " + back.boot + " " + back.uptime + " " + back.value));
  }
}

function checksums(run: Vectors): void {
  emit(run, "crc " + show(run.checksum.crc32("123456789")) + " " + show(run.checksum.crc32("")));
  for (let i = 0; i < 40; i += 1) {
    const bytes = drawBytes(run, draw(run, 100));
    emit(run, "crc " + bytes.length + " " + show(run.checksum.crc32(bytes)));
  }
  for (let n = 0; n < 256; n += 15) emit(run, "crc " + n + " " + show(run.checksum.crc32(chr(n))) + " " + show(run.checksum.crc32(repeat(chr(n), 4))));
}

function word(n: number): string {
  const positive = n < 0 ? n + 65536 : n;
  return chr(positive % 256) + chr(idiv(positive, 256));
}

/** A chip's parameters: those of the data sheet's example, each moved by up to `spread`. */
function calibration(run: Vectors, spread: number): string {
  let bytes = "";
  for (const n of [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000]) bytes += word(n + (spread === 0 ? 0 : draw(run, spread)));
  return bytes + chr(0) + chr(75) + word(362) + chr(0) + chr(19) + chr(41) + chr(3) + chr(30);
}

function bme280(run: Vectors): void {
  for (let i = 0; i < 60; i += 1) {
    const chip = calibration(run, i === 0 ? 0 : i);
    const rawTemperature = 380000 + draw(run, 65536) * 4;
    const fine = compensateFine(chip, rawTemperature);
    const pressure = fine === undefined ? undefined : compensatePressure(chip, 200000 + draw(run, 65536) * 5, fine);
    const humidity = fine === undefined ? undefined : compensateHumidity(chip, 20000 + draw(run, 25000), fine);
    emit(run, "bme280 " + flag(isPlausible(chip)) + " " + whole(fine) + " " + whole(fine === undefined ? undefined : hundredths(fine)) + " " + whole(pressure) + " " + whole(humidity));
  }
  for (let i = 0; i < 40; i += 1) {
    const chip = drawBytes(run, 33);
    const fine = isPlausible(chip) ? compensateFine(chip, draw(run, 65536) * 16) : undefined;
    const pressure = fine === undefined ? undefined : compensatePressure(chip, draw(run, 65536) * 16, fine);
    emit(run, "any " + at(chip, 0) + " " + flag(isPlausible(chip)) + " " + whole(fine) + " " + whole(pressure) + " " + whole(fine === undefined ? undefined : compensateHumidity(chip, draw(run, 65536), fine)));
  }
}

export function valueVectors(run: Vectors): void {
  quantised(run);
  wholes(run);
  fields(run);
  readings(run);
}

export function checksumVectors(run: Vectors): void {
  checksums(run);
}

export function sensorVectors(run: Vectors): void {
  bme280(run);
}
