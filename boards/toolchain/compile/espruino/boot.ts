/**
 * How a board with Espruino finds its app at boot. The boot file is a small fixed loader, the same in every image. An app is files
 * under the hash of its build; which build runs is said by the newer of two selector records, each with its own checksum. Whoever
 * installs another app writes its files first and then the older record, so that there is always one app, whole, old or new.
 */
import { crc32 } from "../../checksum";

/** What Espruino runs at boot. */
export const BOOT_FILE = ".bootcde";

/** The two records, one of them the newer. */
export const SELECTORS = ["motet.a", "motet.b"] as const;

/** A record counts from here. */
export const FIRST_SEQUENCE = 1;
/** The engine compares numbers that are exact, and this many apps nobody installs. */
export const SEQUENCE_MAX = 999999999;

/** The files of a build: what runs, and what it reads when it needs it. */
export const appFile = (hash: string): string => `${hash}.app`;
export const coldFile = (hash: string): string => `${hash}.cold`;

/** Stands for the hash of a build until it is known. */
export const UNNAMED = "00000000";

/** A file of some build. */
export const BUILD_FILE = /^([0-9a-f]{8})\.(app|cold)$/;

export interface Selection {
  readonly hash: string;
  readonly sequence: number;
}

function checksumOf({ hash, sequence }: Selection): number {
  return crc32(`${hash},${sequence}`);
}

/** The text of a record, JSON: the build, the record's number, and their checksum. */
export function selectorText(selection: Selection): string {
  return JSON.stringify([selection.hash, selection.sequence, checksumOf(selection)]);
}

/** What a record says; undefined for a text that is none, as a write leaves it that was cut short. */
export function readSelector(text: string | undefined): Selection | undefined {
  const match = /^\["([0-9a-f]{8})",(\d{1,9}),\d+\]$/.exec(text ?? "");
  if (match === null) return undefined;
  const selection = { hash: match[1]!, sequence: Number(match[2]) };
  return selectorText(selection) === text ? selection : undefined;
}

/**
 * The build that boots: of the newest record that is whole and whose app is there. It keeps no variable; the first method of a text
 * that is called before the app would keep two.
 */
export const LOADER = `eval(function(){let s=require("Storage"),n=0,f="",x,t;for(x of${JSON.stringify(SELECTORS)})if((t=s.readJSON(x,1))&&t[1]>n&&E.CRC32(t[0]+","+t[1])==t[2]&&s.read(t[0]+".app")){n=t[1];f=t[0]}return s.read(f+".app")}())`;
