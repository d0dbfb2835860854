/**
 * What a device is told when it is provisioned, and what it learns: the records of the record store and their fields.
 *
 * | record | fields |
 * |---|---|
 * | cloud | host, port (text), demanded TLS level (text), time server |
 * | wifi | ssid, password |
 * | code | the activation code; gone once the token is stored |
 * | token | the thing token |
 * | channel | the random response channel of the activation under way |
 * | refused | set when the platform refused the code for good; a new code clears it |
 * | key.* | the names of all keys ever reported, by place: a reading in the log names its key by place |
 * | boots | boots in all (4 bytes), quick boots in a row (1 byte) |
 * | anchors | the world time of the zero of uptime, for boots whose readings were made before the clock was set |
 * | error | why the last boot ended by itself |
 * | mark.* | the time of the last command of a key that was obeyed |
 * | watch, watch.key | where and as whom a device watches (watch-settings.ts) |
 */
import { TlsLevel } from "../../hal/ports/tls";
import { parseDecimal } from "../base/number";
import { recordGet, recordPut, recordRemove } from "../store/records";
import type { RecordStore } from "../store/records";
import { fieldAt, packField } from "./fields";
import { AgentCode } from "./link";
import { storeWatch } from "./watch-settings";
import type { WatchProvision } from "./watch-settings";

/** Everything a person provisions. Empty texts leave what is stored, except as said. */
export interface Provision {
  /** Host name or address of the platform, 1 to 100 bytes. */
  readonly host: string;
  /** 1 to 65535, or 0 for the platform's standard port. */
  readonly port: number;
  /** The least TLS level that the token may be sent over. `none` has to be asked for. */
  readonly tls: TlsLevel;
  /** Host name of an SNTP server, or empty: time then comes from the platform or the machine. */
  readonly timeHost: string;
  /** Network name, or empty on machines without a radio of their own. */
  readonly ssid: string;
  /** A passphrase of up to 63 bytes, a key of 64 hexadecimal digits, or empty for an open network. */
  readonly password: string;
  /** Activation code, 1 to 100 bytes, or empty. */
  readonly code: string;
  /** A token made by hand, 1 to 128 characters of [A-Za-z0-9_-], or empty. It replaces a stored one. */
  readonly token: string;
  /** For a device that watches: where, and as whom. Absent: what is stored stays. */
  readonly watch?: WatchProvision;
}

/** Where the platform is. */
export interface CloudSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsLevel;
  readonly timeHost: string;
}

function put(store: RecordStore, key: string, value: string, before: number): number {
  return before === 0 && value !== "" ? recordPut(store, key, value) : before;
}

/** Stores what a person provisions: 0, or `invalid`, or `storeFailed`. */
export function storeProvision(store: RecordStore, given: Provision): number {
  if (given.host === "" || given.host.length > 100 || given.timeHost.length > 60) return AgentCode.invalid;
  if (given.port < 0 || given.port > 65535 || given.code.length > 100 || given.token.length > 128) return AgentCode.invalid;
  if (given.ssid.length > 32 || given.password.length > 64) return AgentCode.invalid;
  const cloud = packField(given.host) + packField("" + given.port) + packField("" + given.tls) + packField(given.timeHost);
  let code = put(store, "cloud", cloud, 0);
  if (given.ssid !== "") code = put(store, "wifi", packField(given.ssid) + packField(given.password), code);
  if (given.code !== "" && given.code !== recordGet(store, "code")) {
    code = put(store, "code", given.code, code);
    // A channel belongs to the code that it was made for.
    if (code === 0) code = recordRemove(store, "channel");
    if (code === 0) code = recordRemove(store, "refused");
  }
  code = put(store, "token", given.token, code);
  if (code !== 0) return AgentCode.storeFailed;
  return given.watch === undefined ? 0 : storeWatch(store, given.watch);
}

/** Stores what a person provisions for a device that only watches, of which host, code and token are no part: 0, or `invalid`, or `storeFailed`. */
export function storeWatcher(store: RecordStore, given: Provision): number {
  if (given.ssid.length > 32 || given.password.length > 64) return AgentCode.invalid;
  if (given.ssid !== "" && recordPut(store, "wifi", packField(given.ssid) + packField(given.password)) !== 0) return AgentCode.storeFailed;
  return given.watch === undefined ? 0 : storeWatch(store, given.watch);
}

/** Reads back where the platform is; undefined when the device was never provisioned. */
export function loadCloud(store: RecordStore): CloudSettings | undefined {
  const record = recordGet(store, "cloud");
  if (record === undefined) return undefined;
  const tls = fieldAt(record, 2);
  return {
    host: fieldAt(record, 0),
    port: parseDecimal(fieldAt(record, 1)) ?? 0,
    tls: tls === "0" ? TlsLevel.none : tls === "2" ? TlsLevel.verified : TlsLevel.encryptedUnverified,
    timeHost: fieldAt(record, 3),
  };
}
