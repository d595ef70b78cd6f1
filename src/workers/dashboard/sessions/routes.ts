import { createRoute } from "@hono/zod-openapi";
import {
  codeInput,
  codeRequested,
  codeSessionInput,
  sessionList,
  sessionsEnded,
  signedIn,
} from "../../../contract/dashboard-v1/login.ts";
import { endOtherSessions, endSession, listSessions, makeCode, signInWithCode, signOut } from "../../auth/sessions.ts";
import { ProblemError } from "../../http/problem.ts";
import { setCookies } from "../../middleware/authenticate-session.ts";
import { email as emailField } from "../../services/fields.ts";
import { parseInput } from "../../services/refusal.ts";
import { countAttempt, forgive } from "../../services/session/attempts.ts";
import { CODE_MINUTES, requestCode } from "../../services/session/request-code.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, ownPath, problems } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderSession, renderUser } from "../render.ts";

const codeRoute = createRoute({
  method: "post",
  path: "/api/auth/codes",
  operationId: "requestCode",
  tags: ["Sign in"],
  summary: "Mail a code",
  description: "Mails six digits that work for ten minutes, once. The answer is the same for every address.",
  request: { body: jsonBody(codeInput) },
  responses: {
    202: json("The mail is on its way.", codeRequested),
    ...problems({ for: "everybody", changes: true }, ["rate_limited"]),
  },
});

const signInRoute = createRoute({
  method: "post",
  path: "/api/auth/sessions",
  operationId: "signIn",
  tags: ["Sign in"],
  summary: "Sign in with a code",
  description: "Opens a session of 30 days, kept in a cookie. Whoever is new becomes a user by it.",
  request: { body: jsonBody(codeSessionInput) },
  responses: {
    201: json("Signed in; the cookie is set.", signedIn),
    ...problems({ for: "everybody", changes: true }, ["code_invalid", "rate_limited"]),
  },
});

/** Signing in by e-mail, for everybody. */
export function signInRoutes(app: DashboardApp): void {
  app.openapi(codeRoute, async (c) => {
    const { email, locale } = c.req.valid("json");
    const input = { email, ...(locale === undefined ? {} : { locale }) };
    must(await requestCode(c.var.login, input, (to) => makeCode(c.var.auth, to)));
    return c.json({ object: "code_request" as const, expires_in_seconds: CODE_MINUTES * 60 }, 202);
  });

  app.openapi(signInRoute, async (c) => {
    const { login, auth } = c.var;
    const { code, name, ...given } = c.req.valid("json");
    const email = must(parseInput(emailField, given.email));
    must(await countAttempt(login, "sign_in_by_address", login.address));
    must(await countAttempt(login, "sign_in_as_mailbox", email));
    const opened = await signInWithCode(auth, c.req.raw.headers, { email, code, name });
    if (!opened.ok) throw new ProblemError(opened.error);
    await forgive(login, [
      ["sign_in_by_address", login.address],
      ["sign_in_as_mailbox", email],
    ]);
    setCookies(c, opened.value.cookies);
    return c.json({ object: "signed_in" as const, user: renderUser(opened.value.user) }, 201);
  });
}

const listRoute = createRoute({
  method: "get",
  path: "/api/auth/sessions",
  operationId: "listSessions",
  tags: ["Sign in"],
  summary: "List your sessions",
  description: "Every browser in which you are signed in, newest first.",
  responses: { 200: json("The sessions.", sessionList), ...problems({ for: "signed_in" }) },
});

const endRoute = createRoute({
  method: "delete",
  path: "/api/auth/sessions/{id}",
  operationId: "endSession",
  tags: ["Sign in"],
  summary: "End one of your sessions",
  description: "It is refused from the next request on. `current` ends the session that asks, and clears the cookie.",
  request: { params: ownPath },
  responses: {
    204: { description: "The session has ended." },
    ...problems({ for: "signed_in", changes: true }, ["session_unknown"]),
  },
});

const endOthersRoute = createRoute({
  method: "delete",
  path: "/api/auth/sessions",
  operationId: "endOtherSessions",
  tags: ["Sign in"],
  summary: "End all other sessions",
  description: "Ends every session of yours but the one that asks.",
  responses: {
    200: json("How many have ended.", sessionsEnded),
    ...problems({ for: "signed_in", changes: true }),
  },
});

/** One's own sessions. */
export function sessionRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const current = c.var.signedIn.session.id;
    const sessions = await listSessions(c.var.auth, c.req.raw.headers);
    return c.json({ data: sessions.map((session) => renderSession(session, current)) }, 200);
  });

  app.openapi(endOthersRoute, async (c) => {
    const count = await endOtherSessions(c.var.auth, c.req.raw.headers);
    return c.json({ object: "sessions_ended" as const, count }, 200);
  });

  app.openapi(endRoute, async (c) => {
    const { auth, signedIn: own } = c.var;
    const { id } = c.req.valid("param");
    if (id === "current" || id === own.session.id) {
      setCookies(c, await signOut(auth, c.req.raw.headers));
      return c.body(null, 204);
    }
    if (!(await endSession(auth, c.req.raw.headers, id))) throw new ProblemError("session_unknown");
    return c.body(null, 204);
  });
}
