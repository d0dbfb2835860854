/**
 * HTTP/1.1 requests as bytes. RFC 9112 3. Pure; it refuses text that would end a line, and so no value can add a header.
 */

/** True when `text` holds neither a line end nor NUL. */
function isOneLine(text: string): boolean {
  return text.indexOf("\r") < 0 && text.indexOf("\n") < 0 && text.indexOf("\0") < 0;
}

/** One header line for `httpRequest`, "Name: value" and a line end; empty when name or value would break the line. */
export function httpHeaderLine(name: string, value: string): string {
  if (name === "" || name.indexOf(":") >= 0 || name.indexOf(" ") >= 0 || !isOneLine(name) || !isOneLine(value)) return "";
  return name + ": " + value + "\r\n";
}

/**
 * A whole request: `method` "GET"; `host` as the Host header has it, with ":port" unless it is the default; `path` from "/" on
 * with its query; `headers` made of `httpHeaderLine`s; `body` of any bytes, whose Content-Length is added when there is
 * one or the method is POST or PUT. Empty when method, host or path are empty, hold a blank or would end a line.
 */
export function httpRequest(method: string, host: string, path: string, headers: string, body: string): string {
  const target = method + path + host;
  if (method === "" || host === "" || path.indexOf("/") !== 0 || target.indexOf(" ") >= 0 || !isOneLine(target)) return "";
  const head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers;
  const length = body.length;
  if (length === 0 && method !== "POST" && method !== "PUT") return head + "\r\n";
  return head + "Content-Length: " + `${length}` + "\r\n\r\n" + body;
}
