/** What is an address, and what is a name. */
import { at } from "../../firmware/base/intrinsics";

/** An IPv4 address in four decimal numbers: the only form of address in the ports. */
export function isAddress(text: string): boolean {
  let parts = 0;
  let value = -1;
  for (let i = 0; i <= text.length; i += 1) {
    const byte = i < text.length ? at(text, i) : 46;
    if (byte >= 48 && byte <= 57 && value !== 0) value = (value < 0 ? 0 : value * 10) + byte - 48;
    else if (byte === 46 && value >= 0) {
      parts += 1;
      value = -1;
    } else return false;
    if (value > 255) return false;
  }
  return parts === 4;
}

/** A host name by RFC 1123 2.1 (and "_"), within the lengths of RFC 1035 2.3.4: NodeMCU would cut it at a zero byte. */
export function isHost(text: string): boolean {
  let label = 0;
  for (let i = 0; i < text.length; i += 1) {
    const byte = at(text, i);
    const isEdge = label === 0 || i === text.length - 1 || at(text, i + 1) === 46;
    const isLetter = (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95;
    label += 1;
    if (byte === 46 && label > 1) label = 0;
    else if (label > 63 || !(isLetter || (byte === 45 && !isEdge))) return false;
  }
  return label > 0 && text.length <= 253;
}
