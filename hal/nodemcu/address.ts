/** What is an address, and what is a name. By Lua's patterns: the firmware runs them faster than a loop of ours. */

function lacks(text: string, pattern: string): boolean {
  return string.match(text, pattern) === undefined;
}

/** An IPv4 address in four decimal numbers, 0 to 255 without zeros in front: the only form of address in the ports. */
export function isAddress(text: string): boolean {
  if (lacks(text, "^%d+%.%d+%.%d+%.%d+$")) return false;
  const dotted = "." + text;
  return lacks(dotted, "%.0%d") && lacks(dotted, "%d%d%d%d") && lacks(dotted, "%.[3-9]%d%d") && lacks(dotted, "%.2[6-9]%d") && lacks(dotted, "%.25[6-9]");
}

/** A host name by RFC 1123 2.1 (and "_"), within the lengths of RFC 1035 2.3.4: NodeMCU would cut it at a zero byte. */
export function isHost(text: string): boolean {
  if (text.length > 253 || lacks(text, "^[%w_.-]+$")) return false;
  const dotted = "." + text + ".";
  return lacks(dotted, "%.[.-]") && lacks(dotted, "-%.") && lacks(dotted, string.rep("[^.]", 64));
}
