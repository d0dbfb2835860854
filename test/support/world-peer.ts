/** A TCP peer in the virtual world, as the contract suites want one. */
import type { CertificateKind, PeerConnection } from "../../hal/contract/index";
import type { ServerTls } from "../../sim/world/ends";
import type { World } from "../../sim/world/world";

/** What a peer shows of itself: only `good` is what a machine that checks may take. */
export function certificatesFor(serverName: string): Record<CertificateKind, ServerTls> {
  return {
    good: { names: [serverName], trusted: true },
    wrongName: { names: ["other.example"], trusted: true },
    wrongAuthority: { names: [serverName], trusted: false },
    selfSigned: { names: [serverName], trusted: false },
    expired: { names: [serverName], trusted: false },
  };
}

/** Listens on a port of the server; the connections come in the order of accepting. */
export function listenInWorld(world: World, port: number, tls: ServerTls | undefined): PeerConnection[] {
  const connections: PeerConnection[] = [];
  world.listenTcp(
    port,
    (stream) => {
      const connection: PeerConnection = {
        received: "",
        ended: false,
        send: (bytes) => stream.send(bytes),
        close: () => stream.close(),
        reset: () => stream.abort(),
        pause: () => stream.pause(),
        resume: () => stream.resume(),
      };
      connections.push(connection);
      return {
        onBytes: (bytes) => (connection.received += bytes),
        onEnded: () => (connection.ended = true),
      };
    },
    { tls },
  );
  return connections;
}
