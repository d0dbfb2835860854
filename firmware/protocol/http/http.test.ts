import { httpHeaderLine, httpRequest } from "./encode";
import { HttpCode, httpClosed, httpHeader, httpReader, httpReceive, isSameText } from "./reader";

interface Outcome {
  body: string;
  end: string;
  values: string[];
}

/** What a reader makes of `bytes`, given in pieces of `step`, and of the connection's end. */
function read(bytes: string, step = bytes.length, options: { head?: number; most?: number; isHead?: boolean; close?: boolean } = {}): Outcome {
  const wanted = ["location", "x-one"];
  const reader = httpReader({ headBytesMax: options.head ?? 1000, bodyBytesMax: options.most ?? 1000 }, wanted, options.isHead ?? false);
  let body = "";
  const ends: string[] = [];
  const sink = {
    body: (piece: string) => {
      expect(piece).not.toBe("");
      expect(ends).toEqual([]);
      body += piece;
    },
    done: (status: number) => void ends.push(`done ${status}`),
    upgraded: (rest: string) => void ends.push(`upgraded ${step === bytes.length ? rest : ""}`),
    failed: (code: number) => void ends.push(`failed ${code}`),
  };
  for (let i = 0; i < bytes.length; i += step) httpReceive(reader, sink, bytes.substring(i, i + step));
  if (options.close === true) httpClosed(reader, sink);
  httpClosed(reader, { ...sink, done: () => undefined, failed: () => undefined });
  return { body, end: ends.join(), values: [httpHeader(reader, 0), httpHeader(reader, 1)] };
}

const ok = "HTTP/1.1 200 OK\r\n";

/** The same by one blob and by single bytes. */
function both(bytes: string, options: Parameters<typeof read>[2] = {}): [string, string] {
  const blob = read(bytes, bytes.length, options);
  for (const step of [1, 2, 7]) expect(read(bytes, step, options)).toEqual(blob);
  return [blob.end, blob.body];
}

test("requests as bytes", () => {
  expect(httpRequest("GET", "a.example", "/x?y=1", "", "")).toBe("GET /x?y=1 HTTP/1.1\r\nHost: a.example\r\n\r\n");
  const headers = httpHeaderLine("Content-Type", "application/json") + httpHeaderLine("X", "");
  expect(httpRequest("POST", "a.example:80", "/", headers, '{"a":1}')).toBe(
    'POST / HTTP/1.1\r\nHost: a.example:80\r\nContent-Type: application/json\r\nX: \r\nContent-Length: 7\r\n\r\n{"a":1}',
  );
  expect(httpRequest("POST", "h", "/", "", "")).toContain("Content-Length: 0\r\n");
  expect(httpRequest("DELETE", "h", "/", "", "")).not.toContain("Content-Length");
});

test("what would end a line is refused", () => {
  for (const bad of ["a b", "a\r\nb", "a\nb", "a\0b", ""]) {
    expect(httpRequest(bad, "h", "/", "", "")).toBe("");
    expect(httpRequest("GET", bad, "/", "", "")).toBe("");
    expect(httpRequest("GET", "h", bad === "" ? bad : `/${bad}`, "", "")).toBe("");
    expect(httpHeaderLine(bad, "v")).toBe("");
    if (bad.length === 3 && bad !== "a b") expect(httpHeaderLine("n", bad)).toBe("");
  }
  expect(httpRequest("GET", "h", "x", "", "")).toBe("");
  expect(httpHeaderLine("a:b", "v")).toBe("");
});

test("bodies by Content-Length, chunked, and until the connection ends", () => {
  expect(both(`${ok}Content-Length: 5\r\n\r\nhello`)).toEqual(["done 200", "hello"]);
  expect(both(`${ok}content-LENGTH:5 \r\ncontent-length: 5\r\n\r\nhello and what else`)).toEqual(["done 200", "hello"]);
  expect(both(`${ok}Content-Length: 0\r\n\r\n`)).toEqual(["done 200", ""]);
  expect(both(`${ok}Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\nA;x="1"\r\n, chunked!\r\n000\r\nTrailer: x\r\n\r\n`)).toEqual(["done 200", "hello, chunked!"]);
  expect(both(`${ok}\r\nuntil close`, { close: true })).toEqual(["done 200", "until close"]);
  expect(both("HTTP/1.0 404 Not Found\r\n\r\n", { close: true })).toEqual(["done 404", ""]);
  // Bare line feeds and a status line without a reason.
  expect(both("HTTP/1.1 201\nContent-Length: 1\n\nx")).toEqual(["done 201", "x"]);
});

test("responses without a body: HEAD, 204, 304", () => {
  expect(both(`${ok}Content-Length: 5\r\n\r\n`, { isHead: true })).toEqual(["done 200", ""]);
  expect(both("HTTP/1.1 204 No Content\r\n\r\n")).toEqual(["done 204", ""]);
  expect(both("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")).toEqual(["done 304", ""]);
});

test("informational responses are skipped with their headers; 101 hands over the rest", () => {
  const bytes = `HTTP/1.1 100 Continue\r\nX-One: no\r\nContent-Length: 3\r\n\r\nHTTP/1.1 103 Early\r\n\r\n${ok}X-One: yes\r\nContent-Length: 2\r\n\r\nok`;
  expect(both(bytes)).toEqual(["done 200", "ok"]);
  expect(read(bytes).values).toEqual(["", "yes"]);
  const upgrade = "HTTP/1.1 101 Switching Protocols\r\nX-One: abc=\r\n\r\n";
  expect(read(`${upgrade}\x81\x02hi`)).toEqual({ body: "", end: "upgraded \x81\x02hi", values: ["", "abc="] });
  expect(both(upgrade)).toEqual(["upgraded ", ""]);
});

test("wanted headers by any case, trimmed, the first of several; others are not kept", () => {
  const bytes = `${ok}LOCATION: \t /here there \t\r\nlocation: /second\r\nX-Other: z\r\nX-One:\r\nContent-Length: 0\r\n\r\n`;
  expect(read(bytes).values).toEqual(["/here there", ""]);
  expect(isSameText("X-ONE@[", "x-one@[")).toBe(true);
  expect(isSameText("x-one", "x-on")).toBe(false);
  expect(isSameText("x_one", "x-one")).toBe(false);
});

test("malformed or ambiguous heads are protocol errors", () => {
  const heads = [
    "HTTP/2.0 200 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 600 OK", "HTTP/1.1 20", "HTTP/1.1  200", "HTTP/1.x 200 OK", "HTTP/1.1 2o0 OK", "junk", "",
  ];
  for (const head of heads) expect([head, both(`${head}\r\n\r\n`)[0]]).toEqual([head, `failed ${HttpCode.protocol}`]);
  const lines = [
    "no colon", ": no name", "Name : blank", " folded: x", "Content-Length: -1", "Content-Length: 5, 5", "Content-Length: ", "Content-Length: 1x",
    "Content-Length: 1234567890", "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
  ];
  for (const line of lines) expect([line, both(`${ok}${line}\r\n\r\n`)[0]]).toEqual([line, `failed ${HttpCode.protocol}`]);
  for (const chunk of ["", "x", "-1", "0x1", ":", "/", "@", "G", "g", "12345678", "1\r\nab", "1 1"]) {
    expect([chunk, both(`${ok}Transfer-Encoding: chunked\r\n\r\n${chunk}\r\n`)[0]]).toEqual([chunk, `failed ${HttpCode.protocol}`]);
  }
});

test("limits of head and body, at the limit and one beyond", () => {
  const head = `${ok}X-One: 123\r\nContent-Length: 3\r\n\r\n`;
  expect(both(`${head}abc`, { head: head.length, most: 3 })).toEqual(["done 200", "abc"]);
  expect(both(`${head}abc`, { head: head.length - 1 })[0]).toBe(`failed ${HttpCode.tooLarge}`);
  expect(both(`${head}abc`, { most: 2 })).toEqual([`failed ${HttpCode.tooLarge}`, ""]);
  const chunks = `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n`;
  expect(both(chunks, { most: 3 })).toEqual(["done 200", "abc"]);
  expect(both(chunks, { most: 2 })).toEqual([`failed ${HttpCode.tooLarge}`, "a"]);
  expect(read(`${ok}\r\nabc`, 99, { most: 3, close: true }).end).toBe("done 200");
  expect(read(`${ok}\r\nabcd`, 99, { most: 3 }).end).toBe(`failed ${HttpCode.tooLarge}`);
  // Many informational heads, and a chunk size line without an end.
  expect(both("HTTP/1.1 100 Continue\r\n\r\n".repeat(50))[0]).toBe(`failed ${HttpCode.tooLarge}`);
  expect(both(`${ok}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(1000)}`)[0]).toBe(`failed ${HttpCode.tooLarge}`);
});

test("a connection that ends too early truncates the response; after the end it means nothing", () => {
  for (const bytes of ["H", ok, `${ok}Content-Length: 5\r\n\r\nhell`, `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`]) {
    expect(read(bytes, bytes.length, { close: true }).end).toBe(`failed ${HttpCode.truncated}`);
  }
  expect(read(`${ok}Content-Length: 1\r\n\r\nx`, 99, { close: true }).end).toBe("done 200");
});
