import { createRoute } from "@hono/zod-openapi";
import { apiKey, apiKeyInput, apiKeyList, newApiKey, rollInput } from "../../../contract/dashboard-v1/merchant.ts";
import { createKey } from "../../services/key/create.ts";
import { listKeys } from "../../services/key/list.ts";
import { revokeKey } from "../../services/key/revoke.ts";
import { rollKey } from "../../services/key/roll.ts";
import type { DashboardApp } from "../app.ts";
import { json, jsonBody, merchantPath, pageQuery, problems, thingPath } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderKey, renderNewKey } from "../render.ts";
import { z } from "zod";

const listRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/keys",
  operationId: "listKeys",
  tags: ["Keys"],
  summary: "List keys",
  description: "All keys ever made, oldest first, of the merchant or of one till.",
  request: { params: merchantPath, query: pageQuery.extend({ till: z.string().max(64).optional() }) },
  responses: { 200: json("A page of keys.", apiKeyList), ...problems({ for: "merchant" }) },
});

const makeRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/keys",
  operationId: "createKey",
  tags: ["Keys"],
  summary: "Make a key",
  description: "For a till. The secret is in this answer and nowhere else. `admin` and `backfill` are for owners.",
  request: { params: merchantPath, body: jsonBody(apiKeyInput) },
  responses: {
    201: json("The key with its secret.", newApiKey),
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "expiry_past"]),
  },
});

const rollRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/keys/{id}/roll",
  operationId: "rollKey",
  tags: ["Keys"],
  summary: "Roll a key",
  description: "Makes a successor; the old key works on for the grace period, so two are valid at once.",
  request: { params: thingPath, body: jsonBody(rollInput) },
  responses: {
    201: json("The successor with its secret.", newApiKey),
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "key_inactive", "already_rolled"]),
  },
});

const revokeRoute = createRoute({
  method: "delete",
  path: "/api/merchants/{merchant}/keys/{id}",
  operationId: "revokeKey",
  tags: ["Keys"],
  summary: "Revoke a key",
  description: "It is refused everywhere within 60 seconds.",
  request: { params: thingPath },
  responses: { 200: json("The key, revoked.", apiKey), ...problems({ for: "merchant", changes: true }) },
});

/** The tills' keys. */
export function keyRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor = null, till = null } = c.req.valid("query");
    const page = must(await listKeys({ ctx: c.var.desk, input: { limit, cursor, till } }));
    return c.json({ data: page.data.map(renderKey), next_cursor: page.next_cursor }, 200);
  });
  app.openapi(makeRoute, async (c) => {
    const { till, mode, scopes, name = null, expires_at } = c.req.valid("json");
    const expires_at_ms = expires_at === undefined || expires_at === null ? null : Date.parse(expires_at);
    const made = must(await createKey({ ctx: c.var.desk, input: { till, mode, scopes, name, expires_at_ms } }));
    return c.json(renderNewKey(made), 201);
  });
  app.openapi(rollRoute, async (c) => {
    const input = { id: c.req.valid("param").id, grace_ms: c.req.valid("json").grace_seconds * 1000 };
    return c.json(renderNewKey(must(await rollKey({ ctx: c.var.desk, input }))), 201);
  });
  app.openapi(revokeRoute, async (c) => {
    const revoked = must(await revokeKey({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderKey(revoked), 200);
  });
}
