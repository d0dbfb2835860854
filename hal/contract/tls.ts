/** The contract of TLS in hal/ports/tcp.ts: what the declared level (hal/ports/tls.ts) promises, held against five servers. */
import { Fault } from "../ports/fault";
import { TlsLevel } from "../ports/tls";
import type { CertificateKind, MakeHarness } from "./harness";
import { contract } from "./suite";
import { connect, everyByte } from "./tcp";

const refusedKinds: readonly CertificateKind[] = ["wrongName", "wrongAuthority", "selfSigned", "expired"];

/** For adapters whose level is above `none`. */
export function tlsContract(adapter: string, make: MakeHarness): void {
  contract("tcp (TLS)", adapter, make, (it) => {
    it("a good server: connected after the handshake, bytes both ways", async ({ ports, listen, serverName, until }) => {
      const peer = await listen("good");
      const heard = connect(ports, peer, { tls: { serverName } });
      expect(heard.socket).toBeGreaterThan(0);
      await until(() => heard.writables === 1 && peer.connections.length === 1);
      expect(ports.tcp.write(heard.socket, everyByte(600))).toBe(0);
      peer.connections[0]!.send(everyByte(2000));
      await until(() => peer.connections[0]!.received.length >= 600 && heard.received.length >= 2000);
      expect(peer.connections[0]!.received).toBe(everyByte(600));
      expect(heard.received).toBe(everyByte(2000));
      peer.connections[0]!.close();
      await until(() => heard.faults.length > 0);
      expect(heard.faults).toEqual([Fault.closed]);
    });

    for (const kind of refusedKinds) {
      it(`a server with a certificate of the kind ${kind}`, async ({ ports, listen, serverName, until, settle }) => {
        const peer = await listen(kind);
        const heard = connect(ports, peer, { tls: { serverName } });
        await until(() => heard.faults.length > 0 || heard.writables > 0);
        await settle();
        const verified = ports.tcp.tlsLevel === TlsLevel.verified;
        expect(heard.faults).toEqual(verified ? [Fault.tls] : []);
        expect(heard.writables).toBe(verified ? 0 : 1);
        // No byte of ours reaches an impostor.
        if (verified) expect(peer.connections.map((connection) => connection.received).join("")).toBe("");
      });
    }

    it("a server that speaks no TLS is a TLS fault", async ({ ports, listen, serverName, until, settle }) => {
      const peer = await listen();
      const heard = connect(ports, peer, { tls: { serverName } });
      // A server on plain TCP drops what it cannot read.
      await until(() => heard.faults.length > 0 || peer.connections.length > 0);
      for (const connection of peer.connections) connection.close();
      await until(() => heard.faults.length > 0);
      await settle();
      expect(heard.faults).toEqual([Fault.tls]);
      expect(heard.writables).toBe(0);
    });

    it("names at the limit pass, above it open nothing", async ({ ports, listen, settle }) => {
      const peer = await listen("good");
      const label = "a".repeat(63);
      const longest = `${label}.${label}.${label}.${"a".repeat(61)}`;
      expect(longest).toHaveLength(253);
      for (const serverName of ["", `${longest}a`, `${label}a.example`, "two words", "a..b"]) {
        expect(connect(ports, peer, { tls: { serverName } }).socket).toBe(0);
      }
      const heard = connect(ports, peer, { tls: { serverName: longest } });
      expect(heard.socket).toBeGreaterThan(0);
      ports.tcp.close(heard.socket);
      await settle();
      expect([heard.writables, heard.faults]).toEqual([0, []]);
    });
  });
}

/** For adapters whose level is `none`. */
export function noTlsContract(adapter: string, make: MakeHarness): void {
  contract("tcp (no TLS)", adapter, make, (it) => {
    it("declares none, and never connects where TLS was asked for", async ({ ports, listen, serverName, settle }) => {
      const peer = await listen("good");
      expect(ports.tcp.tlsLevel).toBe(TlsLevel.none);
      expect(connect(ports, peer, { tls: { serverName } }).socket).toBe(0);
      await settle();
      expect(peer.connections).toHaveLength(0);
    });
  });
}
