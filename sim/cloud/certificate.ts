/**
 * X.509 certificates (RFC 5280) for the local clouds' TLS, signed with ECDSA over P-256 and SHA-256.
 *
 * Node makes keys and signatures but no certificates. This writes the few DER structures of a certificate authority and
 * of a server under it; it reads none: node does that.
 */
import { createHash, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";

export interface CertificateSpec {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKey: KeyObject;
  readonly issuerKey: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** 16 unpredictable bytes. */
  readonly serial: Buffer;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  /** Names and addresses of a server; undefined for a certificate authority. */
  readonly hosts: readonly string[] | undefined;
}

const enum Tag {
  Boolean = 0x01,
  Integer = 0x02,
  BitString = 0x03,
  OctetString = 0x04,
  ObjectIdentifier = 0x06,
  Utf8String = 0x0c,
  GeneralizedTime = 0x18,
  UtcTime = 0x17,
  Sequence = 0x30,
  Set = 0x31,
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = [body.length & 255];
  for (let rest = body.length >>> 8; rest > 0; rest >>>= 8) length.unshift(rest & 255);
  const head = body.length < 128 ? [tag, body.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(head), body]);
}

/** Only arcs that the identifiers below have: the first two make one byte, any other at most 21 bits. */
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of arcs) {
    if (arc >= 16384) bytes.push(0x80 | (arc >> 14));
    if (arc >= 128) bytes.push(0x80 | ((arc >> 7) & 127));
    bytes.push(arc & 127);
  }
  return der(Tag.ObjectIdentifier, Buffer.from(bytes));
}

const ecdsaWithSha256 = der(Tag.Sequence, oid("1.2.840.10045.4.3.2"));

function name(commonName: string): Buffer {
  const attribute = der(Tag.Sequence, oid("2.5.4.3"), der(Tag.Utf8String, Buffer.from(commonName)));
  return der(Tag.Sequence, der(Tag.Set, attribute));
}

/** UTCTime through 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5). */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  return text < "2050" ? der(Tag.UtcTime, Buffer.from(text.slice(2))) : der(Tag.GeneralizedTime, Buffer.from(text));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const mark = critical ? [der(Tag.Boolean, Buffer.from([0xff]))] : [];
  return der(Tag.Sequence, oid(id), ...mark, der(Tag.OctetString, value));
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest().subarray(0, 20);
}

/** subjectAltName: addresses as bytes (IPv6: only "::1" comes up), all else as DNS names. */
function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split(".").map(Number)));
  if (host === "::1") return der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]));
  return der(0x82, Buffer.from(host));
}

function extensions(spec: CertificateSpec): Buffer {
  const common = [
    extension("2.5.29.14", false, der(Tag.OctetString, keyIdentifier(spec.subjectKey))),
    extension("2.5.29.35", false, der(Tag.Sequence, der(0x80, keyIdentifier(spec.issuerKey.publicKey)))),
  ];
  const isAuthority = der(Tag.Boolean, Buffer.from([0xff]));
  const own =
    spec.hosts === undefined
      ? [
          extension("2.5.29.19", true, der(Tag.Sequence, isAuthority)),
          // keyCertSign and cRLSign.
          extension("2.5.29.15", true, der(Tag.BitString, Buffer.from([1, 0x06]))),
        ]
      : [
          extension("2.5.29.19", true, der(Tag.Sequence)),
          // digitalSignature.
          extension("2.5.29.15", true, der(Tag.BitString, Buffer.from([7, 0x80]))),
          extension("2.5.29.37", false, der(Tag.Sequence, oid("1.3.6.1.5.5.7.3.1"))),
          extension("2.5.29.17", false, der(Tag.Sequence, ...spec.hosts.map(alternativeName))),
        ];
  return der(0xa3, der(Tag.Sequence, ...own, ...common));
}

/** The certificate as PEM text. */
export function makeCertificate(spec: CertificateSpec): string {
  // Positive and of constant length whatever the random bytes are.
  const serial = Buffer.concat([Buffer.from([0x40]), spec.serial]);
  const body = der(
    Tag.Sequence,
    der(0xa0, der(Tag.Integer, Buffer.from([2]))),
    der(Tag.Integer, serial),
    ecdsaWithSha256,
    name(spec.issuer),
    der(Tag.Sequence, time(spec.from), time(spec.until)),
    name(spec.subject),
    spec.subjectKey.export({ type: "spki", format: "der" }),
    extensions(spec),
  );
  const signature = sign("sha256", body, spec.issuerKey.privateKey);
  const whole = der(Tag.Sequence, body, ecdsaWithSha256, der(Tag.BitString, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
