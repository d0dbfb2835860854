/**
 * Hostile HTTP responses: whatever arrives and however it is cut, the reader ends in done, upgraded or one failure code, holds at
 * most one line within its limit, and touches each byte a bounded number of times.
 */
import * as intrinsics from "../../firmware/base/intrinsics";
import { httpClosed, httpReader, httpReceive } from "../../firmware/protocol/http/reader";
import { budget, generator, seed } from "../support/budget";

jest.mock("../../firmware/base/intrinsics", () => {
  const real = jest.requireActual<typeof intrinsics>("../../firmware/base/intrinsics");
  const counted = { ...real, __esModule: true, steps: 0 };
  counted.at = (s, i) => ((counted.steps += 1), real.at(s, i));
  counted.sub = (s, a, b) => ((counted.steps += 1), real.sub(s, a, b));
  return counted;
});

const counter = intrinsics as unknown as { steps: number };
const limits = { headBytesMax: 300, bodyBytesMax: 200 };

const parts = [
  "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Switching\r\n", "HTTP/1.0 304\r\n", "\r\n", "\n", "\r", " ", "\t", ":", ";", "0\r\n", "5\r\nhello\r\n",
  "Content-Length: 5\r\n", "Content-Length: 99999999999\r\n", "Content-Length: 5, 6\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n", "Location: /x\r\n",
  "hello", "ffffffff\r\n", "1;ext=\"\r\n", "\0", "\xff", "x".repeat(90),
];

/** Status line, header lines and a body that may fit, spoilt here and there. */
function hostile(random: (below: number) => number): string {
  let bytes = random(4) > 0 ? parts[random(4)]! : "";
  const count = random(14);
  for (let i = 0; i < count; i += 1) bytes += random(5) === 0 ? String.fromCharCode(random(256)) : parts[random(parts.length)]!;
  if (random(3) === 0 && bytes !== "") {
    const at = random(bytes.length);
    bytes = bytes.substring(0, at) + String.fromCharCode(random(256)) + bytes.substring(at + 1);
  }
  return bytes;
}

function outcome(bytes: string, cut: (left: number) => number): { text: string; ended: boolean } {
  const reader = httpReader(limits, ["location"], false);
  let body = "";
  let rest = "";
  const ends: string[] = [];
  const sink = {
    body: (piece: string) => void (body += piece),
    done: (status: number) => void ends.push(`done ${status}`),
    upgraded: (bytesBehind: string) => {
      rest = bytesBehind;
      ends.push("upgraded");
    },
    failed: (code: number) => {
      if (code < 1 || code > 3) throw new Error(`code ${code}`);
      ends.push(`failed ${code}`);
    },
  };
  let i = 0;
  while (i < bytes.length) {
    const n = cut(bytes.length - i);
    httpReceive(reader, sink, bytes.substring(i, i + n));
    i += n;
    if (ends[0] === "upgraded") rest += bytes.substring(i);
    if (ends[0] === "upgraded") break;
    if (reader.line.length > limits.headBytesMax || body.length > limits.bodyBytesMax) throw new Error("out of bounds");
  }
  const ended = ends.length > 0;
  httpClosed(reader, sink);
  if (ends.length > 1) throw new Error(`ended twice: ${ends.join()}`);
  return { text: JSON.stringify([body, rest, ends, reader.values]), ended };
}

test("any bytes in any pieces: one outcome, the same for one blob and for single bytes", () => {
  const random = generator(seed);
  const kinds = new Map<string, number>();
  const runs = budget(50000, 1000000);
  for (let run = 0; run < runs; run += 1) {
    const bytes = hostile(random);
    const blob = outcome(bytes, (left) => left);
    const single = outcome(bytes, () => 1);
    const pieces = outcome(bytes, (left) => 1 + random(left));
    if (single.text !== blob.text || pieces.text !== blob.text) throw new Error(`seed ${seed} run ${run}: ${JSON.stringify(bytes)}\n${blob.text}\n${single.text}`);
    const kind = blob.ended ? (JSON.parse(blob.text) as [string, string, string[]])[2][0]! : "more";
    kinds.set(kind.split(" ")[0]!, (kinds.get(kind.split(" ")[0]!) ?? 0) + 1);
  }
  // The search reached every kind of end.
  for (const kind of ["done", "upgraded", "failed", "more"]) expect(kinds.get(kind) ?? 0).toBeGreaterThan(runs / 1000);
});

test("steps grow with the bytes, not faster", () => {
  const wide = { headBytesMax: 100000, bodyBytesMax: 1000000 };
  const sink = { body: () => undefined, done: () => undefined, upgraded: () => undefined, failed: () => undefined };
  const shapes = [
    (n: number) => `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(n)}`,
    (n: number) => `HTTP/1.1 200 OK\r\nx:${" ".repeat(6 * n)}`,
    (n: number) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(n)}`,
    (n: number) => `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(6 * n)}`,
    (n: number) => "HTTP/1.1 100 a\r\n\r\n".repeat(n),
  ];
  for (const shape of shapes) {
    for (const step of [1, 536, 1e9]) {
      const steps = [1000, 4000].map((n) => {
        const bytes = shape(n);
        const reader = httpReader(wide, ["location"], false);
        counter.steps = 0;
        for (let i = 0; i < bytes.length; i += step) httpReceive(reader, sink, bytes.substring(i, i + step));
        return counter.steps / bytes.length;
      });
      expect(steps[1]!).toBeGreaterThan(0);
      expect(steps[1]!).toBeLessThan(6);
      expect(steps[1]!).toBeLessThan(steps[0]! * 1.2 + 0.1);
    }
  }
});
