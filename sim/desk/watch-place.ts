/** Where devices at a desk watch: the one place where a connection without TLS is asked for. */
import type { WatchSettings } from "../engines/program";

/** Where a device at this desk watches, over plain text, and as whom. */
export function watchAt(http: number, key: Partial<WatchSettings>): WatchSettings {
  return { host: "127.0.0.1", port: http, tls: 0, loginHost: "", loginPort: 0, user: "", secret: "", app: "", thing: "", ...key };
}
