/** What an address is, and what a host name is. */
import { at } from "../../firmware/base/intrinsics";

const enum Limit {
  hostLengthMax = 253,
  labelLengthMax = 63,
}

const enum Char {
  hyphen = 45,
  dot = 46,
}

/**
 * An IPv4 address in four decimal numbers without leading zeros. No typed array helps here: its class would stay in memory.
 */
export function isAddress(text: string): boolean {
  let parts = 0;
  for (const part of text.split(".")) {
    const value = parseInt(part);
    if (!(value >= 0 && value <= 255) || "" + value !== part) return false;
    parts += 1;
  }
  return parts === 4;
}

function isLabelChar(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

/**
 * A host name by RFC 1123 2.1, within the lengths of RFC 1035 2.3.4.
 *
 * @cold
 */
export function isHostName(host: string): boolean {
  if (host.length > Limit.hostLengthMax) return false;
  let label = 0;
  let last: number = Char.dot;
  for (let i = 0; i <= host.length; i += 1) {
    const code = i < host.length ? at(host, i) : Char.dot;
    if (code === Char.dot) {
      if (label === 0 || label > Limit.labelLengthMax || last === Char.hyphen) return false;
      label = 0;
    } else {
      if (!isLabelChar(code) && (code !== Char.hyphen || label === 0)) return false;
      label += 1;
    }
    last = code;
  }
  return true;
}
