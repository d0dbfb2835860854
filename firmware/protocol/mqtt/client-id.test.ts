import { clientIdOf } from "./client-id";

test("23 characters stay, the 24th costs the first", () => {
  expect(clientIdOf("abcd")).toBe("abcd");
  expect(clientIdOf("0123456789abcdefghijklm")).toBe("0123456789abcdefghijklm");
  expect(clientIdOf("0123456789abcdefghijklmn")).toBe("123456789abcdefghijklmn");
});
