import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { isLocator } from "../../domain/tenancy/merchant.ts";
import { createAuth } from "../auth/auth.ts";
import { currentSession } from "../auth/sessions.ts";
import type { AppEnv } from "../hono-env.ts";
import { ProblemError } from "../http/problem.ts";
import { loginContext } from "../ports.ts";
import { toRoles } from "../services/staff/schemas.ts";
import { clientAddress } from "./client-address.ts";
import { ownOrigin } from "./same-origin.ts";

/** Sets up the login for a request, signed in or not. */
export const openLogin = createMiddleware<AppEnv>(async (c, next) => {
  const origin = ownOrigin(c.req.url);
  c.set("auth", createAuth(c.env, origin));
  c.set("login", loginContext(c.env, { request_id: c.var.requestId, origin, address: clientAddress(c) }));
  await next();
  c.header("cache-control", "no-store");
});

/** Accepts a session's cookie. Read from D1 with every request, so an ended session ends at once. */
export const authenticateSession = createMiddleware<AppEnv>(async (c, next) => {
  const signedIn = await currentSession(c.var.auth, c.req.raw.headers);
  if (signedIn === null) throw new ProblemError("session_missing");
  c.set("signedIn", signedIn);
  setCookies(c, signedIn.cookies);
  await next();
});

/**
 * Opens the merchant that the path names for whoever works there. Somebody else's merchant is an unknown one: the
 * answer is the same. Roles are read with every request, so a change counts from the next one on.
 */
export const openMerchant = createMiddleware<AppEnv>(async (c, next) => {
  const { login, signedIn } = c.var;
  const locator = c.req.param("merchant") ?? "";
  if (!isLocator(locator, login.locatorMac)) throw new ProblemError("merchant_unknown");
  const tenant = login.openTenant(locator);
  const [[person]] = await tenant.batch([tenant.staff.byUser(signedIn.user.id)]);
  if (person === undefined) throw new ProblemError("merchant_unknown");
  const [roles] = await tenant.batch([tenant.staffRoles.of(person.id)]);
  c.set("desk", {
    tenant,
    actor: { kind: "staff", staff: person.id, roles: toRoles(roles) },
    request_id: c.var.requestId,
    ports: login.ports,
    login: login.login,
    digest: login.digest,
    mail: login.mail,
    origin: login.origin,
  });
  await next();
});

/** Sets cookies as the login library wrote them. */
export function setCookies(c: Context<AppEnv>, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header("set-cookie", cookie, { append: true });
}
