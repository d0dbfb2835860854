/**
 * Certificates for TLS tests: an authority, and the servers that a machine must accept or refuse (RFC 5280, 6125).
 */
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { makeCertificate } from "../../sim/cloud/certificate";

/** A server's certificate and key, both PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The authority that machines are given, PEM. */
  readonly authority: string;
  readonly servers: Readonly<Record<"good" | "wrongName" | "wrongAuthority" | "selfSigned" | "expired", ServerCertificate>>;
}

interface Party {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const DAY_MS = 86400000;

function party(name: string): Party {
  return { name, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) };
}

function certify(subject: Party, issuer: Party, hosts: readonly string[] | undefined, untilDays: number): string {
  const now = Date.now();
  return makeCertificate({
    subject: subject.name,
    issuer: issuer.name,
    subjectKey: subject.publicKey,
    issuerKey: issuer,
    serial: randomBytes(16),
    from: now - 30 * DAY_MS,
    until: now + untilDays * DAY_MS,
    hosts,
  });
}

/** Certificates for a server of that name; they hold for 30 days. */
export function makeCertificates(serverName: string): Certificates {
  const authority = party("Test authority");
  // The same name and another key: what tells authorities apart is the signature.
  const impostor = party("Test authority");
  const issue = (issuer: Party, name: string, untilDays: number): ServerCertificate => {
    const server = party(name);
    const key = server.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return { cert: certify(server, issuer, [name], untilDays), key };
  };
  const alone = party(serverName);
  return {
    authority: certify(authority, authority, undefined, 30),
    servers: {
      good: issue(authority, serverName, 30),
      wrongName: issue(authority, `other.${serverName}`, 30),
      wrongAuthority: issue(impostor, serverName, 30),
      selfSigned: {
        cert: certify(alone, alone, [serverName], 30),
        key: alone.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      },
      expired: issue(authority, serverName, -1),
    },
  };
}
