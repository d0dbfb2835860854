/** The local cloud of a desk, whatever its platform. */
import type { DeskCloud } from "./desk-cloud";
import type { DeskTime } from "./time";
import { startEvrythngDesk } from "./cloud-evrythng";
import { startThethingsDesk } from "./cloud-thethings";
import { startThingsboardDesk } from "./cloud-thingsboard";

/** Starts the cloud of a platform, with its state and the session of an app in the folder. Rejects with one sentence for the user. */
export function startDeskCloud(platform: string, stateDir: string, time: DeskTime): Promise<DeskCloud> {
  if (platform === "thingsboard") return startThingsboardDesk(stateDir, time);
  return platform === "evrythng" ? startEvrythngDesk(stateDir, time) : startThethingsDesk(stateDir, time);
}
