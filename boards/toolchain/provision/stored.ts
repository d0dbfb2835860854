/**
 * What a device holds, as far as it may be shown: of a secret, that it is there. Reads the record store, and writes what the firmware's own
 * functions write.
 */
import { loadCloud, storeProvision, storeWatcher } from "../../../firmware/agent/settings";
import { fieldAt, unpack32 } from "../../../firmware/agent/fields";
import { hasWatch, loadKey, loadPlace } from "../../../firmware/agent/watch-settings";
import { StoreState } from "../../../firmware/store/code";
import { recordGet, recordRemove, recordsOpen } from "../../../firmware/store/records";
import type { RecordStore } from "../../../firmware/store/records";
import type { FlashPort } from "../../../hal/ports/flash";
import type { TlsLevel } from "../../../hal/ports/tls";
import { LinkError } from "../link/transport";
import { checksum } from "./mirror";
import { fromBytes, SettingsError, toProvision } from "./settings";
import type { CloudAddress, DeviceSettings } from "./settings";

/** Whether a device can go to its cloud: `activated` with a token, `ready` with a code that was not used yet, `watcher` to watch alone. */
export type DeviceState = "unprovisioned" | "ready" | "refused" | "activated" | "watcher";

/** What a device holds. Secrets are true where there is one. */
export interface StoredSettings {
  readonly state: DeviceState;
  readonly cloud: CloudAddress | undefined;
  readonly wifi: { readonly ssid: string; readonly password: boolean } | undefined;
  readonly code: boolean;
  readonly token: boolean;
  readonly watch: { readonly host: string; readonly port: number; readonly tls: TlsLevel; readonly user: string; readonly secret: boolean } | undefined;
  /** Boots in all, and quick ones in a row, as the device counted them; undefined for one that never booted. */
  readonly boots: { readonly total: number; readonly quick: number } | undefined;
  /** Why the last boot ended by itself; undefined where it did not. */
  readonly error: number | undefined;
}

/** Keys of records whose values nobody may see. */
const SECRET_KEYS = ["token", "code", "channel", "wifi", "watch.key"] as const;
const BOOTS_BYTES = 5;

function openRecords(port: FlashPort): RecordStore {
  const store = recordsOpen(port, checksum, port.open("records")!);
  if (store.state === StoreState.newer) throw new LinkError("board", "The device's records were written by a newer version of Motet: take that version, or erase the device with --erase.");
  return store;
}

function stateOf(store: RecordStore, has: (key: string) => boolean): DeviceState {
  if (!has("cloud")) return hasWatch(store) ? "watcher" : "unprovisioned";
  if (has("token")) return "activated";
  if (!has("code")) return "unprovisioned";
  return has("refused") ? "refused" : "ready";
}

function bootsOf(record: string | undefined): StoredSettings["boots"] {
  return record?.length === BOOTS_BYTES ? { total: unpack32(record, 0), quick: record.charCodeAt(BOOTS_BYTES - 1) } : undefined;
}

/** Reads what a device holds. */
export function readStored(port: FlashPort): StoredSettings {
  const store = openRecords(port);
  const has = (key: string): boolean => recordGet(store, key) !== undefined;
  const wifi = recordGet(store, "wifi");
  const place = loadPlace(store);
  const { user, secret } = loadKey(store);
  const error = recordGet(store, "error");
  return {
    state: stateOf(store, has),
    cloud: loadCloud(store),
    wifi: wifi === undefined ? undefined : { ssid: fromBytes(fieldAt(wifi, 0)), password: fieldAt(wifi, 1) !== "" },
    code: has("code"),
    token: has("token"),
    watch: place === undefined ? undefined : { host: place.host, port: place.port, tls: place.tls, user: fromBytes(user), secret: secret !== "" },
    boots: bootsOf(recordGet(store, "boots")),
    error: error === undefined ? undefined : Number(error),
  };
}

/** The secrets that a device holds, each as it lies in flash; for a search that must not find them, and nothing else. */
export function secretsIn(port: FlashPort): string[] {
  const store = recordsOpen(port, checksum, port.open("records")!);
  return SECRET_KEYS.map((key) => recordGet(store, key) ?? "").filter((value) => value !== "");
}

/** What stands against these settings on a device that holds those, or undefined. */
function conflict(settings: DeviceSettings, { state, cloud }: StoredSettings): string | undefined {
  const { code, token } = settings;
  if (code !== undefined && state === "activated") return "The device is activated already, so a code would never be used: to activate it anew, erase it first with --erase.";
  const isWatcher = code === undefined && token === undefined && (settings.watch !== undefined || state === "watcher");
  if (settings.cloud === undefined && cloud === undefined && !isWatcher) return "The device does not know where its cloud is: add --cloud, e.g. --cloud mqtts://mqtt.thethings.io.";
  return undefined;
}

/** Stores settings. Throws one sentence for those that do not fit the device; stores nothing then. */
export function writeStored(port: FlashPort, settings: DeviceSettings): void {
  const before = readStored(port);
  const problem = conflict(settings, before);
  if (problem !== undefined) throw new SettingsError(problem);
  const store = openRecords(port);
  const given = toProvision(settings, before.cloud);
  const code = given.host === "" ? storeWatcher(store, given) : storeProvision(store, given);
  if (code !== 0) throw new LinkError("storage", "The device's records do not take the settings, because they are full or worn out: erase the device with --erase and provision it anew; if it stays so, take another board.");
  // With a token, a code and what belongs to it are of no more use.
  if (settings.token !== undefined) for (const key of ["code", "channel", "refused"]) recordRemove(store, key);
}
