/**
 * What a person provisions for a device that watches, besides what every device has (settings.ts): two records of the record store.
 *
 * | record | fields |
 * |---|---|
 * | watch | host, port (text), demanded TLS level (text), host and port of the login |
 * | watch.key | user, secret, app, thing |
 */
import { TlsLevel } from "../../hal/ports/tls";
import { parseDecimal } from "../base/number";
import { recordGet, recordPut } from "../store/records";
import type { RecordStore } from "../store/records";
import type { WatchKey } from "../platform/realtime";
import { fieldAt, packField } from "./fields";
import { AgentCode } from "./link";

const PLACE = "watch";
const KEY = "watch.key";
/** All texts of a key together: they are one record, with a byte before each. */
const KEY_BYTES_MAX = 236;

/** Where the realtime interface is. */
export interface WatchPlace {
  /** 1 to 100 bytes. */
  readonly host: string;
  /** 1 to 65535, or 0 for the platform's standard port. */
  readonly port: number;
  /** The least TLS level that a secret may be sent over. `none` has to be asked for. */
  readonly tls: TlsLevel;
  /** Where the login is, when it is elsewhere; else "" and 0. */
  readonly loginHost: string;
  readonly loginPort: number;
}

/** Everything that a person provisions for it. The texts of the key have 236 bytes at most together. */
export interface WatchProvision extends WatchPlace, WatchKey {}

function isPlace(host: string, port: number): boolean {
  return host.length <= 100 && port >= 0 && port <= 65535;
}

/** Stores it: 0, `invalid`, or `storeFailed`. */
export function storeWatch(store: RecordStore, given: WatchProvision): number {
  const size = given.user.length + given.secret.length + given.app.length + given.thing.length;
  if (given.host === "" || given.secret === "" || size > KEY_BYTES_MAX) return AgentCode.invalid;
  if (!isPlace(given.host, given.port) || !isPlace(given.loginHost, given.loginPort)) return AgentCode.invalid;
  const place = packField(given.host) + packField("" + given.port) + packField("" + given.tls) + packField(given.loginHost) + packField("" + given.loginPort);
  const key = packField(given.user) + packField(given.secret) + packField(given.app) + packField(given.thing);
  return recordPut(store, PLACE, place) === 0 && recordPut(store, KEY, key) === 0 ? 0 : AgentCode.storeFailed;
}

/**
 * Reads back where it is; undefined when nobody has said so.
 * @cold
 */
export function loadPlace(store: RecordStore): WatchPlace | undefined {
  const record = recordGet(store, PLACE);
  if (record === undefined) return undefined;
  const tls = fieldAt(record, 2);
  return {
    host: fieldAt(record, 0),
    port: parseDecimal(fieldAt(record, 1)) ?? 0,
    tls: tls === "0" ? TlsLevel.none : tls === "2" ? TlsLevel.verified : TlsLevel.encryptedUnverified,
    loginHost: fieldAt(record, 3),
    loginPort: parseDecimal(fieldAt(record, 4)) ?? 0,
  };
}

/**
 * Reads back who watches.
 * @cold
 */
export function loadKey(store: RecordStore): WatchKey {
  const record = recordGet(store, KEY) ?? "";
  return { user: fieldAt(record, 0), secret: fieldAt(record, 1), app: fieldAt(record, 2), thing: fieldAt(record, 3) };
}

/** Whether somebody has said where it is and who watches. */
export function hasWatch(store: RecordStore): boolean {
  return recordGet(store, PLACE) !== undefined && recordGet(store, KEY) !== undefined;
}
