/**
 * /.well-known/core: the list of what is here, with the filter of RFC 6690 section 4.1.
 */
import type { CoapResponse, Link } from "./service";

const linkFormat = 40;

/** Whether `text` is `wanted`, or begins with it where it ends in "*". Space-separated values match one by one. */
function matches(text: string, wanted: string): boolean {
  const one = (value: string): boolean =>
    wanted.endsWith("*") ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
  return one(text) || text.split(" ").some(one);
}

function isWanted(link: Link, filter: string): boolean {
  const split = filter.indexOf("=");
  if (split < 0) return filter in link.attributes;
  const wanted = filter.slice(split + 1);
  const text = filter.slice(0, split) === "href" ? link.path : link.attributes[filter.slice(0, split)];
  return text !== undefined && matches(text, wanted);
}

/** `</path>;rt="type";obs`: an attribute with an empty value is a flag. */
export function wellKnownCore(links: readonly Link[], query: readonly string[]): CoapResponse {
  const wanted = links.filter((link) => query.every((filter) => isWanted(link, filter)));
  const texts = wanted.map(({ path, attributes }) => {
    const written = Object.entries(attributes).map(([name, value]) => (value === "" ? `;${name}` : `;${name}="${value}"`));
    return `<${path}>${written.join("")}`;
  });
  return { code: "2.05", payload: Buffer.from(texts.join(",")), contentFormat: linkFormat };
}

export const linkFormats: readonly number[] = [linkFormat];
