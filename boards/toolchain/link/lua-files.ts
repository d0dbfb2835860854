/**
 * Files of a board with NodeMCU, over its console: listed, read, compared by a checksum that the board computes, and written so that what
 * was interrupted goes on where it ended. Nothing is renamed, because SPIFFS promises nothing of that when the power fails, and only what
 * is made for that, the blocks of the device's areas, is changed in place (`program`).
 */
import { LinkError } from "./transport";
import type { LuaConsole } from "./lua-console";

/** Bytes of a line, two digits each. */
const LINE_BYTES = 96;
/** The firmware's buffer of a file is emptied as often: what is lost when the cable is pulled. */
const FLUSH_BYTES = 1152;
/** Bytes that the board sums up at a time, so that its watchdog is fed between. */
const SUM_BYTES = 2048;
/** Bytes of one answer, two digits each: they stand in the board's memory several times over. */
const SLICE_BYTES = 384;
const TRIES = 3;
/** To erase 3 MB, a block after the other. */
const FORMAT_MS = 240000;
const MODULUS = 65521;

const text = (value: string): string => JSON.stringify(value);
const hex = (bytes: string): string => Buffer.from(bytes, "latin1").toString("hex");

/** Two sums modulo 65521 (Adler-32), which fit every number of every Lua. */
function sumOf(bytes: string): string {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    a = (a + bytes.charCodeAt(i)) % MODULUS;
    b = (b + a) % MODULUS;
  }
  return `${a},${b}`;
}

/**
 * Functions that the board keeps while the link is used; the ESP32 opens files with `io`, the ESP8266 with `file`. `_k` puts off the end of a
 * boot that stands still, `_a` sums up a text and `_t` an open file, `_s` a part of a file and `_r` reads one, `_x` makes bytes of digits,
 * `_w` writes them to the file `_f`, `_p` keeps them in `_b`, and `_c` programs those at an offset of a file, as hal/nodemcu/flash.ts does.
 */
const HELPERS = [
  "_o=io and io.open or file.open _k=function()if _z then _z:stop()_z:start()end end",
  `_a=function(t,a,b)_k()a,b=a or 1,b or 0 for c in t:gmatch"."do a=(a+c:byte())%${MODULUS} b=(b+a)%${MODULUS} end return a,b end`,
  '_t=function(f,n)local a,b=1,0 while n>0 do local t=f:read(n<256 and n or 256)if not t then break end a,b=_a(t,a,b)n=n-#t end return a..","..b end',
  '_s=function(k,p,n)local f=_o(k,"r")if not f then return""end f:seek("set",p)local s=_t(f,n)f:close()return s end',
  '_q=function(t)local a,b=_a(t)return a..","..b end',
  '_r=function(k,p,n)local f=_o(k,"r")if not f then return"-"end local t=f:seek("set",p)==p and f:read(n)or""f:close()return(t:gsub(".",function(c)return("%02x"):format(c:byte())end))..",".._q(t)end',
  '_x=function(h)return(h:gsub("..",function(x)return string.char(tonumber(x,16))end))end',
  "_w=function(h)_k()return _f:write(_x(h))and 1 or 0 end _p=function(h)_b=_b.._x(h)end",
  '_e=function(f,p)local e=f:seek("end")or 0 if p<e then f:seek("set",p)return""end return string.rep("\\255",p-e)end',
  '_c=function(k,p,s)if _q(_b)~=s then return"?"end local f=_o(k,"r+")or p==0 and _o(k,"w")if not f then return 0 end local w=f:write(_e(f,p).._b)and f:flush()f:close()return w and 1 or 0 end',
] as const;

const full = (name: string): LinkError => new LinkError("storage", `The board's file system took no more of ${name}: erase files that are not Motet's, or build a smaller app.`);

export class LuaFiles {
  constructor(private readonly link: LuaConsole) {}

  /** Puts the functions that it needs on the board; to be called once, and again after a restart of the board. */
  async prepare(): Promise<void> {
    for (const helper of HELPERS) await this.link.call(helper);
  }

  /** Sizes by name, of files whose names match a pattern of Lua. */
  async list(pattern: string): Promise<Map<string, number>> {
    const found = await this.link.call(`local s=""for k,v in pairs(file.list())do if k:match${text(pattern)}then s=s..k.."="..v..";"end end return s`);
    return new Map(found.split(";").filter((each) => each !== "").map((each) => [each.split("=")[0]!, Number(each.split("=")[1])]));
  }

  /** `count` bytes from an offset, fewer where the file ends; undefined when there is none. Rejects when they do not arrive whole. */
  async part(name: string, offset: number, count: number): Promise<string | undefined> {
    let bytes = "";
    while (bytes.length < count) {
      const asked = Math.min(SLICE_BYTES, count - bytes.length);
      const slice = await this.slice(name, offset + bytes.length, asked);
      if (slice === undefined) return undefined;
      bytes += slice;
      if (slice.length < asked) break;
    }
    return bytes;
  }

  private async slice(name: string, offset: number, count: number): Promise<string | undefined> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await this.link.call(`return _r(${text(name)},${offset},${count})`);
      if (answer === "-") return undefined;
      const [, digits, sum] = /^([0-9a-f]*),(.*)$/.exec(answer) ?? [];
      const bytes = Buffer.from(digits ?? "", "hex").toString("latin1");
      if (digits !== undefined && sumOf(bytes) === sum) return bytes;
    }
    throw new LinkError("verify", "What the board reads from its files does not arrive as it was sent: take a shorter cable, or a lower --baud, and run the command again.");
  }

  /**
   * Programs bytes at an offset of a file, behind its end with 0xFF between, or in place of such; at offset 0 the file is made. Nothing is
   * written before all has arrived whole. False when they are not there afterwards.
   */
  async program(name: string, offset: number, bytes: string): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      await this.link.call('_b=""');
      for (let at = 0; at < bytes.length; at += LINE_BYTES) await this.link.call(`_p"${hex(bytes.slice(at, at + LINE_BYTES))}"`);
      const answer = await this.link.call(`local s=_c(${text(name)},${offset},"${sumOf(bytes)}")_b=nil return s`);
      if (answer !== "?") return answer === "1" && (await this.part(name, offset, bytes.length)) === bytes;
    }
    throw new LinkError("verify", "What is typed does not arrive at the board as it was sent: take a shorter cable, or a lower --baud, and run the command again.");
  }

  /** The first 40 bytes of a file of plain text; undefined when there is none. */
  async read(name: string): Promise<string | undefined> {
    const found = await this.link.call(`local f=_o(${text(name)},"r")if not f then return"-"end local t=f:read(40)f:close()return"+"..(t or"")`);
    return found.startsWith("+") ? found.slice(1) : undefined;
  }

  /** Bytes that are free, and that there are. */
  async space(): Promise<{ readonly freeBytes: number; readonly allBytes: number }> {
    const [freeBytes, allBytes] = (await this.link.call('local r,u,t=file.fsinfo()return r..","..t')).split(",").map(Number);
    return { freeBytes: freeBytes!, allBytes: allBytes! };
  }

  async remove(name: string): Promise<void> {
    await this.link.call(`file.remove(${text(name)})`);
  }

  async exists(name: string): Promise<boolean> {
    return (await this.link.call(`return file.exists(${text(name)})and 1 or 0`)) === "1";
  }

  /** Erases all files, and with them every block of the flash that they were in (`SPIFFS_format` erases one after the other). */
  async format(): Promise<void> {
    await this.link.call("_k()file.format()", FORMAT_MS);
  }

  /** True when the first bytes of the file are these, as the board reads them. */
  async holds(name: string, content: string): Promise<boolean> {
    for (let from = 0; from < content.length; from += SUM_BYTES) {
      const piece = content.slice(from, from + SUM_BYTES);
      if ((await this.link.call(`return _s(${text(name)},${from},${piece.length})`)) !== sumOf(piece)) return false;
    }
    return true;
  }

  /** True when the file is this and no more. */
  async is(name: string, content: string): Promise<boolean> {
    const sizes = await this.list(`^${name.replace(/[.]/g, "%.")}$`);
    return sizes.get(name) === content.length && (await this.holds(name, content));
  }

  /**
   * Writes a file, behind what is there of it already, and has the board read it back. `size` is how much there is, 0 for none. Answers how
   * many bytes were sent.
   */
  async put(name: string, content: string, size: number, onProgress: (bytes: number) => void = () => undefined): Promise<number> {
    const start = size <= content.length && (await this.holds(name, content.slice(0, size))) ? size : 0;
    if (start === 0 && size > 0) await this.remove(name);
    if ((await this.link.call(`_f=_o(${text(name)},"${start === 0 ? "w" : "a"}")return _f and 1 or 0`)) !== "1") throw full(name);
    for (let at = start; at < content.length; at += LINE_BYTES) {
      const isWhole = (await this.link.call(`return _w"${hex(content.slice(at, at + LINE_BYTES))}"`)) === "1";
      const end = Math.min(at + LINE_BYTES, content.length);
      const isKept = (end - start) % FLUSH_BYTES !== 0 || (await this.link.call("return _f:flush()and 1 or 0")) === "1";
      if (!isWhole || !isKept) {
        await this.link.call("_f:close()_f=nil");
        throw full(name);
      }
      onProgress(end);
    }
    await this.link.call("_f:close()_f=nil");
    if (!(await this.is(name, content))) {
      await this.remove(name);
      throw new LinkError("verify", `The file ${name} is not on the board as it was sent: run the command again, with a shorter cable or a lower --baud if it stays so.`);
    }
    return content.length - start;
  }
}
