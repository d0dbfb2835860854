/** Unit tests of the certificate authority: what node and OpenSSL make of it, and what lies in the state folder. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:tls";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realHost } from "./host";
import { tlsIdentity } from "./tls";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "motet-tls-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const at = (time: string) => ({ ...realHost(), now: () => Date.parse(time) });

test("the server certificate is signed by the authority and names loopback only", () => {
  const { caPath, cert, key } = tlsIdentity(realHost(), folder);
  const authority = new X509Certificate(readFileSync(caPath));
  const server = new X509Certificate(cert);
  expect(authority.ca).toBe(true);
  expect(server.ca).toBe(false);
  expect(authority.verify(authority.publicKey)).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkIssued(authority)).toBe(true);
  expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(server.checkHost("localhost")).toBe("localhost");
  expect(server.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(server.checkIP("::1")).toBe("::1");
  expect(server.checkHost("example.org")).toBeUndefined();
});

test("the authority's key is readable by the owner only and the authority is kept", () => {
  const first = tlsIdentity(realHost(), folder);
  const before = readFileSync(first.caPath, "utf8");
  expect(statSync(join(folder, "ca.key")).mode & 0o777).toBe(0o600);
  const second = tlsIdentity(realHost(), folder);
  expect(readFileSync(second.caPath, "utf8")).toBe(before);
  expect(second.key).not.toBe(first.key);
  expect(new X509Certificate(second.cert).verify(new X509Certificate(before).publicKey)).toBe(true);
});

test("an authority near its end is made anew; dates beyond 2049 are understood", () => {
  const { caPath } = tlsIdentity(at("2045-06-01T00:00:00Z"), folder);
  const before = readFileSync(caPath, "utf8");
  expect(new X509Certificate(before).validTo).toMatch(/ 2055 GMT$/);
  tlsIdentity(at("2054-01-01T00:00:00Z"), folder);
  expect(readFileSync(caPath, "utf8")).toBe(before);
  tlsIdentity(at("2055-01-01T00:00:00Z"), folder);
  expect(readFileSync(caPath, "utf8")).not.toBe(before);
});

test("a damaged or mixed-up authority is refused with what to do", () => {
  const { caPath } = tlsIdentity(realHost(), folder);
  const other = mkdtempSync(join(tmpdir(), "motet-tls-"));
  writeFileSync(caPath, readFileSync(tlsIdentity(realHost(), other).caPath));
  rmSync(other, { recursive: true });
  expect(() => tlsIdentity(realHost(), folder)).toThrow("delete both");
  writeFileSync(caPath, "nothing");
  expect(() => tlsIdentity(realHost(), folder)).toThrow("delete both");
});

test("a client that trusts the authority is served, and one that does not refuses", async () => {
  const { caPath, cert, key } = tlsIdentity(realHost(), folder);
  const server = createServer({ cert, key }, (socket) => socket.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dial = (ca: string | undefined): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", ...(ca === undefined ? {} : { ca }) });
      socket.on("data", (bytes) => resolve(bytes.toString()));
      socket.on("error", (error) => resolve((error as { code?: string }).code ?? "error"));
    });
  expect(await dial(readFileSync(caPath, "utf8"))).toBe("hello");
  expect(await dial(undefined)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  await new Promise((resolve) => server.close(resolve));
});
