/**
 * How a board with NodeMCU finds its app at boot. `init.lua` is a small fixed loader, the same in every image. An app is one module
 * of the Lua Flash Store (LFS) under the hash of its build; which build runs is said by the newer of two selector records, each
 * with its own checksum. Whoever installs another app writes its image first and then the older record. A store that holds another
 * build than the record names, or nothing, as one does when the power goes while it is filled, is filled from the image's file.
 */

/** What NodeMCU runs at boot. */
export const BOOT_FILE = "init.lua";

/** The two records, one of them the newer. */
export const SELECTORS = ["motet.a", "motet.b"] as const;

/** A record counts from here. */
export const FIRST_SEQUENCE = 1;
/** Above what anybody installs, and exact in every Lua. */
export const SEQUENCE_MAX = 9999999;

/** The program of a build, which `luac.cross` makes its image of; the module in the store has the name without the end. */
export const programFile = (hash: string): string => `${hash}.lua`;
export const storeFile = (hash: string): string => `${hash}.img`;

/** A store's image of some build. */
export const STORE_FILE = /^([0-9a-f]{8})\.img$/;

export interface Selection {
  readonly hash: string;
  readonly sequence: number;
}

const FACTOR = 31;
const MODULUS = 65521;

/** Exact with the integers and single-precision numbers of a board. */
function sumOf(text: string): number {
  return [...text].reduce((sum, char) => (sum * FACTOR + char.charCodeAt(0)) % MODULUS, 0);
}

/** The text of a record: the build, the record's number, and their checksum. */
export function selectorText({ hash, sequence }: Selection): string {
  const text = `${hash} ${sequence}`;
  return `${text} ${sumOf(text)}`;
}

/** What a record says; undefined for a text that is none, as a write leaves it that was cut short. */
export function readSelector(text: string | undefined): Selection | undefined {
  const match = /^([0-9a-f]{8}) (\d{1,7}) \d{1,5}$/.exec(text ?? "");
  if (match === null) return undefined;
  const selection = { hash: match[1]!, sequence: Number(match[2]) };
  return selectorText(selection) === text ? selection : undefined;
}

/** What the loader says of an app that it cannot start begins with this. */
export const COMPLAINT = "motet: ";

/** Where this file is, the next boot takes it away and starts nothing: whoever changes the device's files wants no program beside. */
export const STILL_FILE = "motet.still";
/** What the loader says of such a boot. */
export const STILL = `${COMPLAINT}stands still`;
/** So long after the last word on its console such a boot ends by itself: nobody comes back to a cable that was pulled. */
const STILL_MS = 300000;

/**
 * The newest whole record whose module is in the store runs. For one that is not there the firmware fills the store and restarts;
 * it answers why when it cannot, and then the older record has its turn. A file that cannot be taken away must not keep the app
 * from booting for ever. The ESP32 opens files with `io`, the ESP8266 with `file`.
 */
export const LOADER = `local o,s,r=io and io.open or file.open,node.LFS,{}
local f=o("${STILL_FILE}","r")
if f then
f:close()
file.remove"${STILL_FILE}"
f=o("${STILL_FILE}","r")
if not f then
_z=tmr.create()
_z:alarm(${STILL_MS},0,function()node.restart()end)
print"${STILL}"
return
end
f:close()
end
for _,k in ipairs{"${SELECTORS.join('","')}"}do
local f=o(k,"r")
local h,q,c=(f and f:read(40)or""):match"^(%x+) (%d+) (%d+)$"
if f then f:close()end
if h then
local x=0
for b in(h.." "..q):gmatch"."do x=(x*${FACTOR}+b:byte())%${MODULUS} end
if x==tonumber(c)then r[#r+1]={tonumber(q),h}end
end
end
table.sort(r,function(a,b)return a[1]>b[1]end)
for _,e in ipairs(r)do
local f=s and s.get(e[2])
if f then return f()end
print("${COMPLAINT}"..tostring(s and s.reload(e[2]..".img")or"this firmware has no LFS"))
end
if #r==0 then print"${COMPLAINT}no app"end
`;
