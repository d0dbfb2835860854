/** The client id of a device whose platform does not prescribe one. */
import { sub } from "../../base/intrinsics";

/** The most that every broker must take [MQTT-3.1.3-5]. */
const PORTABLE_LENGTH_MAX = 23;

/**
 * A client id that every broker must accept, one for each machine: `uniqueId` (of the system port: 4 to 32 of 0-9 a-z), or
 * its last 23 characters, because vendor prefixes stand in front.
 */
export function clientIdOf(uniqueId: string): string {
  const length = uniqueId.length;
  return length <= PORTABLE_LENGTH_MAX ? uniqueId : sub(uniqueId, length - PORTABLE_LENGTH_MAX, length);
}
