/**
 * A request's options: which are known, how often they may come, how long they may be (RFC 7252 section 5.4, 5.10).
 */
import type { CoapLimits } from "./limits";
import { OptionNumber, fromUint } from "./wire";
import type { CoapMessage } from "./wire";

/** A block option (RFC 7959 section 2.2). */
export interface Block {
  readonly num: number;
  readonly more: boolean;
  /** 0 to 6: the block has 16 to 1024 bytes. */
  readonly szx: number;
}

export interface Options {
  readonly path: string[];
  readonly query: string[];
  contentFormat?: number;
  accept?: number;
  observe?: number;
  block1?: Block;
  block2?: Block;
  size1?: number;
}

/** The response code for options that cannot be taken. */
export type Refusal = "4.00" | "4.02" | "5.05";

/** Least and most bytes of each option that is known; those marked once are unknown when they come again. */
const known: ReadonlyMap<number, { readonly min: number; readonly max: number; readonly once: boolean }> = new Map([
  [OptionNumber.UriHost, { min: 1, max: 255, once: true }],
  [OptionNumber.Observe, { min: 0, max: 3, once: true }],
  [OptionNumber.UriPort, { min: 0, max: 2, once: true }],
  [OptionNumber.UriPath, { min: 0, max: 255, once: false }],
  [OptionNumber.ContentFormat, { min: 0, max: 2, once: true }],
  [OptionNumber.UriQuery, { min: 0, max: 255, once: false }],
  [OptionNumber.Accept, { min: 0, max: 2, once: true }],
  [OptionNumber.Block2, { min: 0, max: 3, once: true }],
  [OptionNumber.Block1, { min: 0, max: 3, once: true }],
  [OptionNumber.Size1, { min: 0, max: 4, once: true }],
]);

/**
 * Reads the options of a request. An option that is unknown, of a wrong length or repeated against its definition is
 * refused when critical (odd) and passed over when elective (RFC 7252 section 5.4.1, 5.4.3, 5.4.5).
 */
export function readOptions(message: CoapMessage, limits: CoapLimits): Options | Refusal {
  const options: Options = { path: [], query: [] };
  let before = 0;
  for (const { number, value } of message.options) {
    const rule = known.get(number);
    const repeated = number === before && rule?.once === true;
    before = number;
    if (number === OptionNumber.ProxyUri || number === OptionNumber.ProxyScheme) return "5.05";
    if (rule === undefined || repeated || value.length < rule.min || value.length > rule.max) {
      if (number % 2 === 1) return "4.02";
      continue;
    }
    const refusal = take(options, number, value);
    if (refusal !== undefined) return refusal;
  }
  return options.path.length + options.query.length > limits.uriOptionsMax ? "4.00" : options;
}

function take(options: Options, number: number, value: Buffer): Refusal | undefined {
  switch (number) {
    case OptionNumber.UriPath:
      return takeText(options.path, value);
    case OptionNumber.UriQuery:
      return takeText(options.query, value);
    case OptionNumber.Observe:
      options.observe = fromUint(value);
      return undefined;
    case OptionNumber.ContentFormat:
      options.contentFormat = fromUint(value);
      return undefined;
    case OptionNumber.Accept:
      options.accept = fromUint(value);
      return undefined;
    case OptionNumber.Size1:
      options.size1 = fromUint(value);
      return undefined;
    case OptionNumber.Block1:
    case OptionNumber.Block2: {
      const block = readBlock(value);
      if (block === undefined) return "4.00";
      options[number === OptionNumber.Block1 ? "block1" : "block2"] = block;
      return undefined;
    }
    default:
      // Uri-Host and Uri-Port: this server has one name for everything.
      return undefined;
  }
}

function takeText(texts: string[], value: Buffer): Refusal | undefined {
  const text = value.toString("utf8");
  // A text that is not UTF-8 does not come out as it went in.
  if (text.includes("\ufffd") && !Buffer.from(text).equals(value)) return "4.02";
  texts.push(text);
  return undefined;
}

/** SZX 7 is reserved: 4.00 (RFC 7959 section 2.2). */
function readBlock(value: Buffer): Block | undefined {
  const bits = fromUint(value);
  return (bits & 7) === 7 ? undefined : { num: bits >> 4, more: (bits & 8) !== 0, szx: bits & 7 };
}

export function blockBits(block: Block): number {
  return block.num * 16 + (block.more ? 8 : 0) + block.szx;
}

export function blockBytes(szx: number): number {
  return 16 << szx;
}
