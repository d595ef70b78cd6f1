import { createRoute } from "@hono/zod-openapi";
import {
  pairingCode,
  pairingCodeInput,
  till,
  tillChange,
  tillInput,
  tillList,
} from "../../../contract/dashboard-v1/merchant.ts";
import { createPairingCode } from "../../services/pairing/create-code.ts";
import { archiveTill } from "../../services/till/archive.ts";
import { createTill } from "../../services/till/create.ts";
import { listTills } from "../../services/till/list.ts";
import { updateTill } from "../../services/till/update.ts";
import type { DashboardApp } from "../app.ts";
import { archivedQuery, json, jsonBody, merchantPath, problems, thingPath } from "../openapi.ts";
import { must } from "../refusal.ts";
import { at, renderTill } from "../render.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/tills",
  operationId: "listTills",
  tags: ["Tills"],
  summary: "List tills",
  request: { params: merchantPath, query: archivedQuery },
  responses: { 200: json("The tills.", tillList), ...problems({ for: "merchant" }) },
});

const setUpRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/tills",
  operationId: "createTill",
  tags: ["Tills"],
  summary: "Set up a till",
  request: { params: merchantPath, body: jsonBody(tillInput) },
  responses: { 201: json("The till.", till), ...problems({ for: "merchant", changes: true }, ["limit_reached"]) },
});

const updateRoute = createRoute({
  method: "patch",
  path: "/api/merchants/{merchant}/tills/{id}",
  operationId: "updateTill",
  tags: ["Tills"],
  summary: "Rename a till",
  request: { params: thingPath, body: jsonBody(tillChange) },
  responses: { 200: json("The till.", till), ...problems({ for: "merchant", changes: true }) },
});

const archiveRoute = createRoute({
  method: "delete",
  path: "/api/merchants/{merchant}/tills/{id}",
  operationId: "archiveTill",
  tags: ["Tills"],
  summary: "Take a till out of use",
  description: "Its keys are refused everywhere within a minute.",
  request: { params: thingPath },
  responses: { 200: json("The till, out of use.", till), ...problems({ for: "merchant", changes: true }) },
});

const pairRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/tills/{id}/pairing-codes",
  operationId: "createPairingCode",
  tags: ["Tills"],
  summary: "Make a pairing code",
  description:
    "Six digits that the till swaps for its key with `POST /v1/pairings`: once, within ten minutes. A new code ends the till's one before it.",
  request: { params: thingPath, body: jsonBody(pairingCodeInput) },
  responses: { 201: json("The code.", pairingCode), ...problems({ for: "merchant", changes: true }) },
});

/** The tills of a merchant, and pairing them. */
export function tillRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const rows = must(await listTills({ ctx: c.var.desk, input: c.req.valid("query") }));
    return c.json({ data: rows.map(renderTill) }, 200);
  });
  app.openapi(setUpRoute, async (c) =>
    c.json(renderTill(must(await createTill({ ctx: c.var.desk, input: c.req.valid("json") }))), 201),
  );
  app.openapi(updateRoute, async (c) => {
    const input = { id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(renderTill(must(await updateTill({ ctx: c.var.desk, input }))), 200);
  });
  app.openapi(archiveRoute, async (c) => {
    const archived = must(await archiveTill({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderTill(archived), 200);
  });
  app.openapi(pairRoute, async (c) => {
    const input = { till: c.req.valid("param").id, ...c.req.valid("json") };
    const { expires_at_ms, ...made } = must(await createPairingCode({ ctx: c.var.desk, input }));
    return c.json({ object: "pairing_code" as const, ...made, expires_at: at(expires_at_ms) }, 201);
  });
}
