import { expectSilent, formsOf } from "./canary";

test("a secret is found in every form, whatever stands around it", () => {
  const secret = "canary-7fQ2.x_9Z";
  const bytes = Buffer.from(secret);
  const shown = [
    secret,
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    encodeURIComponent(secret),
    [...bytes].map((byte) => `%${byte.toString(16)}`).join(""),
    ...["", "a", "ab", "abc"].map((before) => Buffer.from(`${before}${secret}after`).toString("base64")),
    ...["", "a", "ab"].map((before) => Buffer.from(`${before}${secret}`).toString("base64url")),
  ];
  for (const text of shown) expect(() => expectSilent(`<<${text}>>`, ["another-secret", secret])).toThrow("secret 1 stands in the output");
  expect(() => expectSilent("canary-7fQ2.x_9z", [secret])).not.toThrow();
  expect(formsOf(secret).every((form) => form.length > 12)).toBe(true);
});
