/** What an address is, and what a host name is. */
import { at } from "../../firmware/base/intrinsics";

const HOST_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;
const DOT = 46;
const HYPHEN = 45;

/** An IPv4 address in four decimal numbers: bytes, made of its parts by the engine, that read as the text again. */
export function isAddress(text: string): boolean {
  const parts = new Uint8Array(text.split("."));
  return parts.length === 4 && parts.join(".") === text;
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
  if (host.length > HOST_LENGTH_MAX) return false;
  let label = 0;
  let last = DOT;
  for (let i = 0; i <= host.length; i += 1) {
    const code = i < host.length ? at(host, i) : DOT;
    if (code === DOT) {
      if (label === 0 || label > LABEL_LENGTH_MAX || last === HYPHEN) return false;
      label = 0;
    } else {
      if (!isLabelChar(code) && (code !== HYPHEN || label === 0)) return false;
      label += 1;
    }
    last = code;
  }
  return true;
}
