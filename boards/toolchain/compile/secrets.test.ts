/** Texts that a build takes for secrets, and their neighbours that it lets pass. */
import ts from "typescript";
import { secretProblems } from "./secrets";

const found = (text: string): string[] => secretProblems(ts.createSourceFile("app.ts", text, ts.ScriptTarget.ES2022, true)).map(({ line, column, message }) => `${line}:${column} ${message}`);

test.each([
  'const password = "canary-12";',
  "const WIFI_PASSWORD = `canary-12`;",
  'let activationCode = "canary-12";',
  'open({ ssid: "home", passphrase: "canary-12" });',
  'settings.token = "canary-12";',
  'function join(psk = "canary-12") {}',
  'const options = { "api_key": "canary-12" };',
  'const apiKey = "canary-12";',
  'const host = "mqtt://me:canary-12@example.org";',
  'const pem = "-----BEGIN PRIVATE KEY-----\\ncanary-12";',
])("%s is refused, and not repeated", (text) => {
  expect(found(text)).toEqual([expect.stringMatching(/^1:\d+ .*motet provision/)]);
  expect(found(text).join()).not.toContain("canary");
});

test.each([
  'measure(thing, { key: "token" });',
  'const tokens = "canary-12";',
  'const passed = "canary-12";',
  'const password = "";',
  'const secretary = "canary-12";',
  'const url = "wss://example.org/path";',
  "const token = read();",
  'if (password === "canary-12") act();',
])("%s passes", (text) => {
  expect(found(text)).toEqual([]);
});
