/** What lies in the flash of a board that is not there, as its device finds it. */
import { checksum } from "../../boards/toolchain/provision/mirror";
import { recordsOpen } from "../../firmware/store/records";
import type { RecordStore } from "../../firmware/store/records";
import type { WorldFlash } from "../../sim/world/flash";

export function recordsIn({ port }: WorldFlash): RecordStore {
  return recordsOpen(port, checksum, port.open("records")!);
}

/** The bytes of records and log. */
export function dumpOf(flash: WorldFlash): string {
  return flash.dump("records") + flash.dump("log");
}
