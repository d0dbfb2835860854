/**
 * Identifiers and keys of the emulation, in the forms that the platform documents (sections 2.1, 3).
 */
import type { Host } from "../host";

const idChars = "abcdefghkmnpqrstwxyABCDEFGHKMNPQRSTUVWXY0123456789";
const keyChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const idText = /^[abcdefghkmnpqrstwxyABCDEFGHKMNPQRSTUVWXY0-9]{24}$/;

/** 24 characters, 135 bits. */
export function newId(host: Host): string {
  return draw(host, idChars, 24);
}

/** 80 alphanumerics. */
export function newKey(host: Host): string {
  return draw(host, keyChars, 80);
}

export function isId(text: unknown): text is string {
  return typeof text === "string" && idText.test(text);
}

/** Each character as likely as any other: bytes beyond the last whole multiple are passed over. */
function draw(host: Host, chars: string, count: number): string {
  const bound = 256 - (256 % chars.length);
  let text = "";
  while (text.length < count) {
    for (const byte of host.random(count)) {
      if (byte < bound && text.length < count) text += chars.charAt(byte % chars.length);
    }
  }
  return text;
}
