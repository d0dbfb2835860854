/** Each value at both ends of its range, and the sentence for what lies outside. */
import { TlsLevel } from "../../../hal/ports/tls";
import { settingsProblem, toProvision } from "./settings";
import type { DeviceSettings } from "./settings";

const cloud = { host: "mqtt.example.org", port: 0, tls: TlsLevel.encryptedUnverified, timeHost: "" };
const watch = { host: "h", port: 0, tls: TlsLevel.none, loginHost: "", loginPort: 0, user: "", secret: "s", app: "", thing: "" };

test.each<[string, DeviceSettings]>([
  ["nothing", {}],
  ["an open network", { wifi: { ssid: "x", password: "" } }],
  ["the longest name, in bytes", { wifi: { ssid: "é".repeat(16), password: "12345678" } }],
  ["the longest passphrase", { wifi: { ssid: "x", password: "p".repeat(63) } }],
  ["a key in hex", { wifi: { ssid: "x", password: "0aF".repeat(21) + "9" } }],
  ["an address", { cloud: { ...cloud, host: "192.168.1.7", port: 65535, timeHost: "pool.ntp.org" } }],
  ["the longest code", { code: "c".repeat(100) }],
  ["a profile's key and secret", { code: "key0123456789:secret0123456789" }],
  ["the longest token", { token: "t".repeat(128) }],
  ["the longest watcher", { watch: { ...watch, secret: "s".repeat(236) } }],
])("%s is taken", (_name, settings) => {
  expect(settingsProblem(settings)).toBeUndefined();
});

test.each<[string, DeviceSettings, RegExp]>([
  ["a network without a name", { wifi: { ssid: "", password: "" } }, /name has 1 to 32 bytes, and this one has 0/],
  ["a name of 33 bytes", { wifi: { ssid: `${"é".repeat(16)}x`, password: "" } }, /this one has 33/],
  ["a name with a line end", { wifi: { ssid: "a\nb", password: "" } }, /no control characters/],
  ["a short passphrase", { wifi: { ssid: "x", password: "1234567" } }, /8 to 63 characters of ASCII/],
  ["64 characters that are no key", { wifi: { ssid: "x", password: "g".repeat(64) } }, /64 hexadecimal digits/],
  ["a passphrase that is not ASCII", { wifi: { ssid: "x", password: "pässword" } }, /ASCII/],
  ["a host with a scheme", { cloud: { ...cloud, host: "mqtt://x" } }, /a name or an IPv4 address/],
  ["a long host", { cloud: { ...cloud, host: "h".repeat(101) } }, /1 to 100/],
  ["a port out of range", { cloud: { ...cloud, port: 65536 } }, /1 to 65535/],
  ["a level that is none", { cloud: { ...cloud, tls: 3 as TlsLevel } }, /none, encrypted or verified/],
  ["a long time server", { cloud: { ...cloud, timeHost: "t".repeat(61) } }, /at most 60/],
  ["a code with a slash, which would be another topic", { code: "a/b" }, /without blanks, quotes, slashes/],
  ["a long code", { code: "c".repeat(101) }, /1 to 100/],
  ["an empty code", { code: "" }, /1 to 100/],
  ["a token with a blank", { token: "a b" }, /letters, digits, dashes/],
  ["a long token", { token: "t".repeat(129) }, /1 to 128/],
  ["both", { code: "c", token: "t" }, /a code or a token|an activation code or a token/],
  ["a watcher without a secret", { watch: { ...watch, secret: "" } }, /add --watch-secret/],
  ["a watcher with too much", { watch: { ...watch, user: "u".repeat(10), secret: "s".repeat(227) } }, /236 bytes at most together, and these have 237/],
  ["a watcher at no host", { watch: { ...watch, host: "a b" } }, /wss:\/\/HOST/],
  ["a watcher's login at no host", { watch: { ...watch, loginHost: "a b" } }, /login/],
])("%s is refused in one sentence", (_name, settings, sentence) => {
  expect(settingsProblem(settings)).toMatch(sentence);
  expect(settingsProblem(settings)).toMatch(/^[^.].*\.$/);
});

test("no sentence repeats a secret", () => {
  for (const settings of [{ code: "canary/0001" }, { token: "canary 0001" }, { wifi: { ssid: "x", password: "canary\n0001" } }]) expect(settingsProblem(settings)).not.toMatch(/canary/);
});

test("texts become the bytes of their UTF-8, and what is absent stays as the device knows it", () => {
  expect(toProvision({ wifi: { ssid: "Café", password: "12345678" } }, cloud)).toMatchObject({ host: "mqtt.example.org", ssid: "Caf\xc3\xa9", code: "", token: "" });
});
