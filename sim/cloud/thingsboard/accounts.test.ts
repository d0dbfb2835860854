import { realHost } from "../host";
import { createThingsboard } from "./model";

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;

test("a token says when it was made and when it ends, by the platform's clock", () => {
  const model = createThingsboard({ ...realHost(), now: () => 1767225600500 }, { users: [{ email: "ann@example.org", password: "x" }], limits: { tokenMs: 9000000, refreshMs: 604800000 } });
  const tokens = model.accounts.login("ann@example.org", "x");
  if (!tokens.ok) throw new Error(tokens.message);
  expect(claimsOf(tokens.value.token)).toMatchObject({ sub: "ann@example.org", scopes: ["TENANT_ADMIN"], iss: "thingsboard.io", iat: 1767225600, exp: 1767234600 });
  expect(claimsOf(tokens.value.refreshToken)).toMatchObject({ scopes: ["REFRESH_TOKEN"], iat: 1767225600, exp: 1767830400 });
  model.close();
});
