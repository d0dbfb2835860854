/** The local cloud of a desk: where it listens, what it gives a device that has nothing yet, and who hears that the device got it. */
import type { WatchSettings } from "../engines/program";

export interface DeskCloud {
  /** Its ports by name. */
  readonly ports: Readonly<Record<string, number>>;
  /** Path of the certificate that TLS clients are given to trust. */
  readonly ca: string;
  /** What a device without a token is provisioned with: an activation code or a token, and "" for the other. Secrets. */
  credentials(): { readonly code: string; readonly token: string };
  /** What a device that watches is provisioned with: as the desk's user. Makes a thing for it to watch where it has none of its own. Secrets. */
  watcher(): WatchSettings;
  /** A device has told of its activation. */
  activated(): void;
  close(): Promise<void>;
}
