/**
 * A login: one POST and its answer, in the words of the platform's profile. Bytes only; the connection is the watcher's.
 */
import { elapsed } from "../base/time";
import { httpHeaderLine, httpRequest } from "../protocol/http/encode";
import { httpReader } from "../protocol/http/reader";
import type { HttpSink } from "../protocol/http/reader";
import type { LoginProfile, WatchKey } from "../platform/realtime";
import { loadKey } from "./watch-settings";
import type { Login, Watcher } from "./watch-state";

const HEAD_BYTES_MAX = 2048;
/** Two tokens of some hundred bytes each. */
const BODY_BYTES_MAX = 4096;

/** @cold */
export function newLogin(renewing: boolean): Login {
  return { reader: httpReader({ headBytesMax: HEAD_BYTES_MAX, bodyBytesMax: BODY_BYTES_MAX }, [], false), renewing, body: "", status: 0, failure: 0 };
}

/**
 * A sink that notes what it hears. Made by a caller that is not cold, since a cold function may hand out none of its own.
 * @apart
 */
export function loginNotes(login: Login): HttpSink {
  return {
    body: (bytes) => {
      login.body += bytes;
    },
    done: (status) => {
      login.status = status;
    },
    // Nothing else was asked for: no answer is an upgrade.
    upgraded: () => {
      login.failure = 1;
    },
    failed: (code) => {
      login.failure = code;
    },
  };
}

/**
 * The request as bytes. Holds secrets. Empty when the host would break it.
 * @cold
 */
export function loginRequest(profile: LoginProfile, hostHeader: string, key: WatchKey, refresh: string): string {
  const headers = httpHeaderLine("Content-Type", "application/json") + httpHeaderLine("Accept", "application/json") + httpHeaderLine("Connection", "close");
  return httpRequest("POST", hostHeader, profile.path(refresh), headers, profile.body(key, refresh));
}

/** Whether the next connection is for a token; gives up one that has had its time. */
export function needsLogin(watcher: Watcher): boolean {
  const login = watcher.driver.login;
  if (!login.always && loadKey(watcher.host.records).user === "") return false;
  if (watcher.token !== "" && login.renews && elapsed(watcher.host.ports.clock.uptime(), watcher.tokenAt) >= watcher.renewMs) watcher.token = "";
  return watcher.token === "";
}
