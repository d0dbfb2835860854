/**
 * Users and their tokens (section 5): login, renewal, and who stands behind a token.
 *
 * Tokens are JSON Web Tokens, HS512, signed with a secret of the state; passwords are kept as salted scrypt hashes. Users
 * come from the options of the cloud, and stay what they are over restarts.
 */
import { scryptSync, timingSafeEqual } from "node:crypto";
import { createSigner, createVerifier } from "fast-jwt";
import type { Core } from "./core";
import { isRecord, textIn } from "./json";
import type { User } from "./state";
import { refuse } from "./types";
import type { Principal, Refused, Result } from "./types";

export interface UserOptions {
  readonly email: string;
  readonly password: string;
  /** Name of the tenant; default "Tenant". */
  readonly tenant?: string;
  /** Title of the customer whose user it is; without one, the user administers the tenant. */
  readonly customer?: string;
}

export interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
  readonly scope: null;
}

/** Why a token is refused: it has had its time, or it never was one of ours. */
export type TokenFault = "expired" | "invalid";

export interface Accounts {
  login(email: unknown, password: unknown): Result<Tokens>;
  /** New tokens for a refresh token. */
  renew(refreshToken: unknown): Tokens | TokenFault;
  /** Who stands behind a token of the REST API. */
  principal(token: string): Principal | TokenFault;
  tenantId(name: string): string;
}

export const tenantDefault = "Tenant";
/** What the platform says where there is no customer. */
export const nullId = "13814000-1dd2-11b2-8080-808080808080";
const accessUse = "access";
const refreshScope = "REFRESH_TOKEN";

export function newAccounts(core: Core, users: readonly UserOptions[]): Accounts {
  const { state, host, limits } = core;
  const must = (refused: Refused | undefined): void => {
    if (refused !== undefined) throw new Error(refused.message);
  };
  if (state.secret === "") must(core.commit({ t: "secret", secret: host.random(64).toString("base64url") }));
  const tenantId = (name: string): string => {
    const known = [...state.tenants.values()].find((tenant) => tenant.name === name);
    if (known !== undefined) return known.id;
    const tenant = { id: core.newId(), name };
    must(core.commit({ t: "tenant", tenant }));
    return tenant.id;
  };
  for (const user of users) addUser(core, user, tenantId(user.tenant ?? tenantDefault), must);
  const sign = createSigner({ key: state.secret, algorithm: "HS512" });
  const verify = createVerifier({ key: state.secret, algorithms: ["HS512"], ignoreExpiration: true });

  const issue = (user: User): Tokens => {
    const iat = Math.floor(host.now() / 1000);
    const claims = { sub: user.email, userId: user.id, sessionId: core.newId(), iss: "thingsboard.io", iat, isPublic: false, tenantId: user.tenantId, customerId: user.customerId ?? nullId };
    const authority = user.customerId === null ? "TENANT_ADMIN" : "CUSTOMER_USER";
    return {
      token: sign({ ...claims, scopes: [authority], enabled: true, exp: iat + limits.tokenMs / 1000 }),
      refreshToken: sign({ ...claims, scopes: [refreshScope], exp: iat + limits.refreshMs / 1000 }),
      scope: null,
    };
  };
  const userOf = (token: unknown, use: typeof accessUse | typeof refreshScope): User | TokenFault => {
    let claims: unknown;
    try {
      claims = verify(textIn(token));
    } catch {
      return "invalid";
    }
    if (!isRecord(claims) || !Array.isArray(claims["scopes"])) return "invalid";
    const user = state.users.get(textIn(claims["userId"]));
    if (claims["scopes"].includes(refreshScope) !== (use === refreshScope) || user === undefined) return "invalid";
    return typeof claims["exp"] === "number" && claims["exp"] * 1000 > host.now() ? user : "expired";
  };
  return {
    login: (email, password) => {
      const user = state.users.get(state.emails.get(textIn(email).toLowerCase()) ?? "");
      // An unknown name costs as much time as a wrong password, so that names cannot be tried out.
      const isRight = matches(user ?? { salt: "", hash: "" }, textIn(password));
      return user !== undefined && isRight ? { ok: true, value: issue(user) } : refuse("unauthorized", "Invalid username or password");
    },
    renew: (refreshToken) => {
      const user = userOf(refreshToken, refreshScope);
      return typeof user === "string" ? user : issue(user);
    },
    principal: (token) => {
      const user = userOf(token, accessUse);
      return typeof user === "string" ? user : { userId: user.id, email: user.email, tenantId: user.tenantId, customerId: user.customerId ?? undefined };
    },
    tenantId,
  };
}

/** Makes a user of the options, or brings a known one up to them. */
function addUser(core: Core, { email, password, customer }: UserOptions, tenantId: string, must: (refused: Refused | undefined) => void): void {
  const { state } = core;
  if (email === "" || password === "" || email.length > core.limits.nameCharsMax) throw new Error("A user needs an email address and a password");
  let customerId: string | null = null;
  if (customer !== undefined) {
    const known = [...state.customers.values()].find((one) => one.tenantId === tenantId && one.title === customer);
    customerId = known?.id ?? core.newId();
    if (known === undefined) must(core.commit({ t: "customer", customer: { id: customerId, tenantId, title: customer, createdTime: core.host.now() } }));
  }
  const before = state.users.get(state.emails.get(email.toLowerCase()) ?? "");
  if (before !== undefined && before.tenantId === tenantId && before.customerId === customerId && matches(before, password)) return;
  if (before === undefined && state.users.size >= core.limits.usersMax) throw new Error(`This cloud holds ${core.limits.usersMax} users at most`);
  const salt = core.host.random(16).toString("base64url");
  must(core.commit({ t: "user", user: { id: before?.id ?? core.newId(), tenantId, customerId, email, salt, hash: digest(password, salt).toString("base64url") } }));
}

function digest(password: string, salt: string): Buffer {
  return scryptSync(password, salt, 32);
}

function matches({ salt, hash }: Pick<User, "salt" | "hash">, password: string): boolean {
  const expected = Buffer.from(hash, "base64url");
  const found = digest(password, salt);
  return expected.length === found.length && timingSafeEqual(expected, found);
}
