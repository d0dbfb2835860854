/** What Espruino takes wherever it takes data: text, numbers, lists, typed arrays, and `{data, count}` of any of them. */

const BYTES_MAX = 1 << 20;

/** The bytes as a binary string, or undefined for a value that holds none. */
export function bytesOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String.fromCharCode(Math.trunc(Number(value)) & 255);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return (value as unknown[]).map((item) => bytesOf(item) ?? "\0").join("");
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  if (Object.prototype.toString.call(value) === "[object ArrayBuffer]") return Buffer.from(value as ArrayBuffer).toString("latin1");
  const { data, count } = value as { data?: unknown; count?: unknown };
  const once = bytesOf(data);
  return once === undefined || typeof count !== "number" ? once : once.repeat(Math.min(Math.max(0, Math.trunc(count)), BYTES_MAX));
}

/** All arguments of a call, joined. */
export function joinBytes(values: readonly unknown[]): string {
  return values.map((value) => bytesOf(value) ?? "").join("");
}
