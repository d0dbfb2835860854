/** Vectors of the HTTP client's requests and responses, cut in every way, and of SNTP answers. RFC 9112, RFC 4330. */
import { chr, idiv, sub } from "../../../firmware/base/intrinsics";
import { httpHeaderLine, httpRequest } from "../../../firmware/protocol/http/encode";
import { httpClosed, httpHeader, httpReader, httpReceive } from "../../../firmware/protocol/http/reader";
import type { HttpSink } from "../../../firmware/protocol/http/reader";
import { sntpDecode, sntpRequest } from "../../../firmware/protocol/sntp/sntp";
import { draw, drawBytes, emit, flag, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

/** What a reader told, as one text; the pieces of a body are joined. */
interface Heard {
  text: string;
  body: string;
}

function sinkOf(heard: Heard): HttpSink {
  return {
    body: (bytes) => {
      heard.body += bytes;
    },
    done: (status) => {
      heard.text += " done " + status;
    },
    upgraded: (rest) => {
      heard.text += " upgraded " + show(rest);
    },
    failed: (code) => {
      heard.text += " failed " + code;
    },
  };
}

/** Reads a response in pieces of `size` bytes, then the end of the connection. */
function read(bytes: string, size: number, isHead: boolean): string {
  const heard: Heard = { text: "", body: "" };
  const sink = sinkOf(heard);
  const reader = httpReader({ headBytesMax: 160, bodyBytesMax: 60 }, ["content-type", "etag"], isHead);
  let from = 0;
  while (from < bytes.length) {
    const end = Math.min(from + size, bytes.length);
    httpReceive(reader, sink, sub(bytes, from, end));
    from = end;
  }
  httpClosed(reader, sink);
  return heard.text + " " + show(heard.body) + " " + show(httpHeader(reader, 0)) + show(httpHeader(reader, 1)) + show(httpHeader(reader, 2));
}

function requests(run: Vectors): void {
  const list = ["GET", "POST", "PUT", "", "GE T", "GET\n"];
  for (const method of list) {
    emit(run, "request " + show(httpRequest(method, "h:80", "/p?q=1", "", "")));
    emit(run, "request " + show(httpRequest(method, "h", "/", httpHeaderLine("Accept", "a/b"), "body")));
  }
  for (const path of ["", "p", "/a b", "/a\r", "/" + chr(0)]) emit(run, "path " + show(httpRequest("GET", "h", path, "", "")));
  for (const name of ["A", "", "A:", "A b", "A\n"]) emit(run, "line " + show(httpHeaderLine(name, "v")) + " " + show(httpHeaderLine("N", name)));
}

function responses(run: Vectors): void {
  const ok = "HTTP/1.1 200 OK\r\n";
  const list = [
    ok + "Content-Length: 5\r\n\r\nhello", ok + "Content-Length: 5\r\n\r\nhel", ok + "\r\nuntil close", ok + "Content-Length: 0\r\n\r\n", ok + "Content-Length: 60\r\n\r\n" + repeat("b", 60),
    ok + "Content-Length: 61\r\n\r\n" + repeat("b", 61), ok + "\r\n" + repeat("c", 61), ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n",
    ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", ok + "Transfer-Encoding: chunked\r\n\r\n3d\r\n", ok + "Transfer-Encoding: gzip\r\n\r\n",
    ok + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", ok + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    ok + "Content-Length: -1\r\n\r\n", ok + "Content-Length: 99999999999\r\n\r\n", "HTTP/1.0 404 Not Found\nETag: \"e\" \nContent-Type:a\n\nx", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
    "HTTP/1.1 600 x\r\n\r\n", "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 2000 x\r\n\r\n", "HTTP/1.1 204 No\r\n\r\nrest", "HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 101 Up\r\n\r\nrest",
    "HTTP/1.1 100 Go\r\nETag: 1\r\n\r\n" + ok + "ETag: 2\r\nContent-Length: 1\r\n\r\nx", ok + " folded: x\r\n\r\n", ok + "A : b\r\n\r\n", ok + "nocolon\r\n\r\n", ok + ": v\r\n\r\n",
    ok + "A: " + repeat("v", 130) + "\r\n\r\n", ok + "A: " + repeat("v", 140) + "\r\n\r\n", "", "garbage", repeat("x", 161), ok + "CONTENT-TYPE: A\r\ncontent-type: B\r\nContent-Length: 2\r\n\r\nok",
  ];
  for (const bytes of list) {
    for (const size of [1, 7, 1000]) emit(run, "response " + size + read(bytes, size, false));
  }
  emit(run, "head" + read(ok + "Content-Length: 5\r\n\r\n", 1000, true));
}

function word32(high: number, low: number): string {
  return chr(idiv(high, 256)) + chr(high % 256) + chr(idiv(low, 256)) + chr(low % 256);
}

/** An answer with these first two bytes, receive and transmit seconds, and fractions. */
function answer(first: number, stratum: number, cookie: string, seconds: string, fraction: string): string {
  const zeros = repeat(chr(0), 22);
  return chr(first) + chr(stratum) + zeros + cookie + seconds + fraction + seconds + fraction;
}

function sntp(run: Vectors): void {
  const cookie = drawBytes(run, 8);
  emit(run, "sntp " + show(sntpRequest(cookie)));
  const half = chr(128) + chr(0) + chr(0) + chr(0);
  for (const high of [0, 1, 937, 938, 939, 32767, 32768, 33705, 33706, 60000, 65535]) {
    for (const low of [0, 32383, 32384, 65535]) {
      const time = { sec: 0, ms: 0 };
      const told = sntpDecode(answer(36, 1, cookie, word32(high, low), half), cookie, 1000, 1090, time);
      emit(run, "time " + high + " " + low + " " + flag(told) + " " + time.sec + "." + time.ms);
    }
  }
  for (let first = 0; first < 256; first += 17) {
    const time = { sec: 0, ms: 0 };
    const told = sntpDecode(answer(first, 1, cookie, word32(60000, first), half), cookie, 2147483600, 20, time);
    emit(run, "first " + first + " " + flag(told) + " " + time.sec + "." + time.ms);
  }
  for (let i = 0; i < 30; i += 1) {
    const time = { sec: 0, ms: 0 };
    const good = answer(36, draw(run, 18), i % 5 === 0 ? drawBytes(run, 8) : cookie, word32(50000 + draw(run, 10000), draw(run, 65536)), drawBytes(run, 4));
    const told = sntpDecode(i % 7 === 0 ? sub(good, 0, draw(run, 48)) : good, cookie, 0, draw(run, 3000), time);
    emit(run, "sntp " + flag(told) + " " + time.sec + "." + time.ms);
  }
}

export function httpVectors(run: Vectors): void {
  requests(run);
  responses(run);
}

export function sntpVectors(run: Vectors): void {
  sntp(run);
}
