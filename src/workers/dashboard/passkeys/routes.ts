import { createRoute } from "@hono/zod-openapi";
import {
  passkey,
  passkeyList,
  passkeyOptions,
  passkeyRegistration,
  passkeySessionInput,
  signedIn,
} from "../../../contract/dashboard-v1/login.ts";
import {
  listPasskeys,
  registerPasskey,
  registrationChallenge,
  removePasskey,
  signInChallenge,
  signInWithPasskey,
} from "../../auth/passkeys.ts";
import { ProblemError } from "../../http/problem.ts";
import { setCookies } from "../../middleware/authenticate-session.ts";
import { countAttempt, forgive } from "../../services/session/attempts.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, ownPath, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderPasskey, renderUser } from "../render.ts";

const challengeRoute = createRoute({
  method: "post",
  path: "/api/auth/passkeys/challenge",
  operationId: "challengePasskey",
  tags: ["Sign in"],
  summary: "Begin to sign in with a passkey",
  description: "Options for `navigator.credentials.get`; a cookie ties the answer to them for five minutes.",
  responses: {
    200: json("The options.", passkeyOptions),
    ...problems({ for: "everybody", changes: true }, ["rate_limited"]),
  },
});

const signInRoute = createRoute({
  method: "post",
  path: "/api/auth/passkeys/sessions",
  operationId: "signInWithPasskey",
  tags: ["Sign in"],
  summary: "Sign in with a passkey",
  description: "Opens a session of 30 days, kept in a cookie.",
  request: { body: jsonBody(passkeySessionInput) },
  responses: {
    201: json("Signed in; the cookie is set.", signedIn),
    ...problems({ for: "everybody", changes: true }, ["passkey_refused", "rate_limited"]),
  },
});

/** Signing in with a passkey, for everybody. */
export function passkeySignInRoutes(app: DashboardApp): void {
  app.openapi(challengeRoute, async (c) => {
    const { login, auth } = c.var;
    must(await countAttempt(login, "sign_in_by_address", login.address));
    const { options, cookies } = await signInChallenge(auth, c.req.raw.headers);
    setCookies(c, cookies);
    return c.json({ object: "passkey_options" as const, options }, 200);
  });

  app.openapi(signInRoute, async (c) => {
    const { login, auth } = c.var;
    const opened = await signInWithPasskey(auth, c.req.raw.headers, c.req.valid("json").response);
    if (!opened.ok) throw new ProblemError(opened.error);
    await forgive(login, [["sign_in_by_address", login.address]]);
    setCookies(c, opened.value.cookies);
    return c.json({ object: "signed_in" as const, user: renderUser(opened.value.user) }, 201);
  });
}

const beginRoute = createRoute({
  method: "post",
  path: "/api/auth/passkeys/registration",
  operationId: "beginPasskey",
  tags: ["Sign in"],
  summary: "Begin to add a passkey",
  description: "Options for `navigator.credentials.create`. Needs a sign-in of the last 24 hours.",
  responses: {
    200: json("The options.", passkeyOptions),
    ...problems({ for: "signed_in", changes: true }, ["session_stale"]),
  },
});

const addRoute = createRoute({
  method: "post",
  path: "/api/auth/passkeys",
  operationId: "addPasskey",
  tags: ["Sign in"],
  summary: "Add a passkey",
  description: "Keeps the public half of what the browser made.",
  request: { body: jsonBody(passkeyRegistration) },
  responses: {
    201: json("The passkey.", passkey),
    ...problems({ for: "signed_in", changes: true }, ["passkey_refused"]),
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/auth/passkeys",
  operationId: "listPasskeys",
  tags: ["Sign in"],
  summary: "List your passkeys",
  responses: { 200: json("The passkeys.", passkeyList), ...problems({ for: "signed_in" }) },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/api/auth/passkeys/{id}",
  operationId: "removePasskey",
  tags: ["Sign in"],
  summary: "Remove a passkey",
  request: { params: ownPath },
  responses: {
    204: { description: "It opens nothing any more." },
    ...problems({ for: "signed_in", changes: true }, ["passkey_unknown"]),
  },
});

/** One's own passkeys. */
export function passkeyRoutes(app: DashboardApp): void {
  app.openapi(beginRoute, async (c) => {
    const begun = await registrationChallenge(c.var.auth, c.req.raw.headers);
    if (!begun.ok) throw new ProblemError(begun.error);
    setCookies(c, begun.value.cookies);
    return c.json({ object: "passkey_options" as const, options: begun.value.options }, 200);
  });

  app.openapi(addRoute, async (c) => {
    const { response, name } = c.req.valid("json");
    const added = await registerPasskey(c.var.auth, c.req.raw.headers, { response, name });
    if (!added.ok) throw new ProblemError(added.error);
    return c.json(renderPasskey(added.value), 201);
  });

  app.openapi(listRoute, async (c) => {
    const passkeys = await listPasskeys(c.var.auth, c.req.raw.headers);
    return c.json({ data: passkeys.map(renderPasskey) }, 200);
  });

  app.openapi(removeRoute, async (c) => {
    const removed = await removePasskey(c.var.auth, c.req.raw.headers, c.req.valid("param").id);
    if (!removed) throw new ProblemError("passkey_unknown");
    return c.body(null, 204);
  });
}
