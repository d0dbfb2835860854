/**
 * EVRYTHNG's native WebSockets for whoever watches: the address is the topic, the key stands in a header of the opening, and
 * messages are those of the topic. Refused keys, permissions, names and paths are all 403. Facts: EVRYTHNG developer documentation, "Pub/Sub".
 */
import type { LoginProfile, RealtimeProfile } from "../realtime";

function login(): LoginProfile {
  return { exists: false, always: false, renews: false, path: () => "", body: () => "", read: () => {} };
}

/** The native WebSockets of EVRYTHNG. */
export function evrythngRealtime(): RealtimeProfile {
  return {
    name: "evrythng",
    portPlain: 80,
    portTls: 443,
    login: login(),
    single: true,
    opensLive: true,
    // With the present value first, where there is one.
    path: (request) => request + "?pubStates=1",
    header: "Authorization",
    helloOpen: () => "",
    helloItem: () => "",
    helloClose: "",
    order: () => "",
    look: (_message, found) => {
      found.index = -1;
    },
  };
}
