/** What goes wrong in the cloud, for everybody at once. */
import type { FaultKind } from "./fault";

/** A kind that holds for a while. */
function outage(name: string, says: string, begin: FaultKind["begin"]): FaultKind {
  return { name, says, befalls: "all", settings: {}, begin };
}

export const cloudKinds: readonly FaultKind[] = [
  outage("broker-restart", "the cloud's servers are down, and have forgotten every session when they are back", ({ cloud }) => {
    cloud.stop();
    return () => cloud.start();
  }),
  outage("lost-answers", "what the cloud sends is lost, acknowledgements included", ({ cloud }) => {
    cloud.wire.toDevice = false;
    return () => {
      cloud.wire.toDevice = true;
    };
  }),
  outage("lost-requests", "what devices send is lost before the cloud reads it", ({ cloud }) => {
    cloud.wire.toCloud = false;
    return () => {
      cloud.wire.toCloud = true;
    };
  }),
  outage("cloud-disk-full", "the cloud cannot store anything", ({ cloud }) => {
    cloud.disk.works = false;
    return () => {
      cloud.disk.works = true;
    };
  }),
];
