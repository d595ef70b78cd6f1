import { createRoute } from "@hono/zod-openapi";
import { meInput } from "../../../contract/dashboard-v1/login.ts";
import { me } from "../../../contract/dashboard-v1/merchant.ts";
import { listMemberships } from "../../services/session/memberships.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, problems } from "../openapi.ts";
import { renderUser } from "../render.ts";

const getRoute = createRoute({
  method: "get",
  path: "/api/me",
  operationId: "getMe",
  tags: ["Sign in"],
  summary: "Who you are",
  description: "You, and the merchants you work for with your roles.",
  responses: { 200: json("You.", me), ...problems({ for: "signed_in" }) },
});

const updateRoute = createRoute({
  method: "patch",
  path: "/api/me",
  operationId: "updateMe",
  tags: ["Sign in"],
  summary: "Change your name",
  request: { body: jsonBody(meInput) },
  responses: { 200: json("You.", me), ...problems({ for: "signed_in", changes: true }) },
});

/** The person who is signed in. */
export function meRoutes(app: DashboardApp): void {
  app.openapi(getRoute, async (c) => {
    const { signedIn, login } = c.var;
    return c.json(await renderMe(login, renderUser(signedIn.user)), 200);
  });

  app.openapi(updateRoute, async (c) => {
    const { signedIn, login } = c.var;
    const { name } = c.req.valid("json");
    await login.login.batch([login.login.rename(signedIn.user.id, name, login.ports.now_ms())]);
    return c.json(await renderMe(login, { ...renderUser(signedIn.user), name }), 200);
  });
}

async function renderMe(login: Parameters<typeof listMemberships>[0], user: ReturnType<typeof renderUser>) {
  const memberships = await listMemberships(login, user.id);
  const data = memberships.map(({ merchant, staff, roles }) => ({
    object: "membership" as const,
    merchant,
    staff,
    roles: [...roles],
  }));
  return { object: "me" as const, user, memberships: data };
}
