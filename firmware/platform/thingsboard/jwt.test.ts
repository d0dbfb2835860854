import { jwtLifetimeSec } from "./jwt";

const token = (claims: unknown): string => `${["{}", JSON.stringify(claims)].map((part) => Buffer.from(part).toString("base64url")).join(".")}.c2ln`;

test("the lifetime is the difference of exp and iat, whatever stands around them", () => {
  expect(jwtLifetimeSec(token({ sub: "ann@example.org", scopes: ["A"], exp: 1767234600, iss: "x", iat: 1767225600 }))).toBe(9000);
  // Every length of the last group.
  for (const sub of ["", "a", "ab", "abc", "~~~???"]) expect(jwtLifetimeSec(token({ sub, iat: 1, exp: 2 }))).toBe(1);
});

test("what says nothing of it has none", () => {
  const odd = ["", "a", "a.b", "a.b.c", "..", token({}), token({ exp: 5 }), token({ iat: 5, exp: 5 }), token({ iat: 6, exp: 5 }), token({ iat: "1", exp: "2" }), token([1]), token({ iat: 1.5, exp: 2.5 }), token({ iat: 1, exp: 99999999999 })];
  for (const text of odd) expect([text, jwtLifetimeSec(text)]).toEqual([text, 0]);
  expect(jwtLifetimeSec(token({ iat: 1, exp: 2, pad: "x".repeat(2000) }))).toBe(0);
});
