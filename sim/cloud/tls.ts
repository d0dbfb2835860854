/**
 * The TLS identity of a local cloud: a certificate authority of its own, and a server certificate under it.
 *
 * The authority is made at the first start and kept in the state folder, so that `--cafile` stays valid: `ca.pem` for
 * everyone, `ca.key` for the owner only. The server's key lives in memory: each start makes a new one. Nobody but this
 * machine should ever trust the authority; it signs for loopback names alone.
 */
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "./certificate";
import type { Host } from "./host";

const dayMs = 24 * 3600 * 1000;
/** Life of the authority; it is made anew once a server certificate would outlive it. */
const authorityMs = 3650 * dayMs;
const serverMs = 397 * dayMs;
/** Clocks of clients may be behind. */
const backdateMs = dayMs;

const authorityName = "Motet local cloud authority";
/** What the server certificate is good for. */
export const tlsHosts: readonly string[] = ["localhost", "127.0.0.1", "::1"];

export interface TlsIdentity {
  /** Path of the authority's certificate: what clients are given to trust. */
  readonly caPath: string;
  /** PEM texts for a TLS listener. */
  readonly key: string;
  readonly cert: string;
}

interface Authority {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** The identity of the cloud whose state is in `folder`, made or renewed as needed. Throws with what to do about it. */
export function tlsIdentity(host: Host, folder: string): TlsIdentity {
  const caPath = join(folder, "ca.pem");
  const keyPath = join(folder, "ca.key");
  const known = existsSync(caPath) && existsSync(keyPath) ? load(host, caPath, keyPath) : undefined;
  const authority = known ?? create(host, folder, caPath, keyPath);
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const from = host.now() - backdateMs;
  const cert = makeCertificate({
    subject: "localhost",
    issuer: authorityName,
    subjectKey: publicKey,
    issuerKey: authority,
    serial: host.random(16),
    from,
    until: from + serverMs,
    hosts: tlsHosts,
  });
  return { caPath, key: privateKey.export({ type: "pkcs8", format: "pem" }) as string, cert };
}

/** Undefined when the authority is near its end. */
function load(host: Host, caPath: string, keyPath: string): Authority | undefined {
  let certificate: X509Certificate;
  let privateKey: KeyObject;
  try {
    certificate = new X509Certificate(readFileSync(caPath));
    privateKey = createPrivateKey(readFileSync(keyPath));
  } catch {
    throw new Error(`${caPath} or ${keyPath} cannot be read: delete both to have a new certificate authority made`);
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`${caPath} and ${keyPath} do not belong together: delete both to have a new certificate authority made`);
  }
  if (Date.parse(certificate.validTo) < host.now() + serverMs) return undefined;
  return { publicKey: createPublicKey(privateKey), privateKey };
}

function create(host: Host, folder: string, caPath: string, keyPath: string): Authority {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const from = host.now() - backdateMs;
  const certificate = makeCertificate({
    subject: authorityName,
    issuer: authorityName,
    subjectKey: pair.publicKey,
    issuerKey: pair,
    serial: host.random(16),
    from,
    until: from + authorityMs,
    hosts: undefined,
  });
  replaceFile(keyPath, pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string, 0o600);
  replaceFile(caPath, certificate, 0o644);
  return pair;
}

/** Whole or not at all, and never readable by others for a moment. */
function replaceFile(path: string, text: string, mode: number): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}
