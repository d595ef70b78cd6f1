import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { IdCodec } from "../../../domain/tenancy/ids.ts";
import { pinInput, staff, staffChange, staffInput, staffList } from "../../../contract/dashboard-v1/merchant.ts";
import { given } from "../../services/given.ts";
import { archiveStaff } from "../../services/staff/archive.ts";
import { createStaff } from "../../services/staff/create.ts";
import { listStaff } from "../../services/staff/list.ts";
import { setPin } from "../../services/staff/set-pin.ts";
import { updateStaff } from "../../services/staff/update.ts";
import type { DashboardApp } from "../app.ts";
import { archivedQuery, json, jsonBody, merchantPath, problems, thingPath } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderStaff } from "../render.ts";
import type { AppEnv } from "../../hono-env.ts";
import { ProblemError } from "../../http/problem.ts";
import { readSecrets } from "../../secrets.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/staff",
  operationId: "listStaff",
  tags: ["Staff"],
  summary: "List staff",
  request: { params: merchantPath, query: archivedQuery },
  responses: { 200: json("Who works here.", staffList), ...problems({ for: "merchant" }) },
});

const takeOnRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/staff",
  operationId: "createStaff",
  tags: ["Staff"],
  summary: "Take somebody on",
  description: "With a name and a PIN; whoever shall use the dashboard is invited. Managers may take on cashiers.",
  request: { params: merchantPath, body: jsonBody(staffInput) },
  responses: {
    201: json("The person.", staff),
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "pin_taken", "member_unknown"]),
  },
});

const updateRoute = createRoute({
  method: "patch",
  path: "/api/merchants/{merchant}/staff/{id}",
  operationId: "updateStaff",
  tags: ["Staff"],
  summary: "Change somebody's name or roles",
  description: "Roles, when given, replace all roles. Somebody must stay owner.",
  request: { params: thingPath, body: jsonBody(staffChange) },
  responses: {
    200: json("The person.", staff),
    ...problems({ for: "merchant", changes: true }, ["pin_taken", "last_owner", "member_unknown"]),
  },
});

const archiveRoute = createRoute({
  method: "delete",
  path: "/api/merchants/{merchant}/staff/{id}",
  operationId: "archiveStaff",
  tags: ["Staff"],
  summary: "Let somebody go",
  description: "Roles, PIN and access end at once; the name stays for old sales. Somebody must stay owner.",
  request: { params: thingPath },
  responses: {
    200: json("The person, gone.", staff),
    ...problems({ for: "merchant", changes: true }, ["last_owner"]),
  },
});

const pinRoute = createRoute({
  method: "put",
  path: "/api/merchants/{merchant}/staff/{id}/pin",
  operationId: "setPin",
  tags: ["Staff"],
  summary: "Set a PIN",
  description: "Four to eight digits, one's own or that of somebody one manages. A new PIN lifts a lock.",
  request: { params: thingPath, body: jsonBody(pinInput) },
  responses: { 200: json("The person.", staff), ...problems({ for: "merchant", changes: true }, ["pin_taken"]) },
});

/** Who works for a merchant. */
export function staffRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const rows = must(await listStaff({ ctx: c.var.desk, input: c.req.valid("query") }));
    const ids = idsOf(c);
    return c.json({ data: rows.map((row) => renderStaff(row, ids)) }, 200);
  });
  app.openapi(takeOnRoute, async (c) => {
    const { own_member = null, pin = null, till_code = null, name, roles } = c.req.valid("json");
    const ids = idsOf(c);
    const input = { name, roles, pin, till_code, member_account: accountOf(ids, own_member) };
    return c.json(renderStaff(must(await createStaff({ ctx: c.var.desk, input })), ids), 201);
  });
  app.openapi(updateRoute, async (c) => {
    const { own_member, ...fields } = c.req.valid("json");
    const ids = idsOf(c);
    const member_account = own_member === undefined ? undefined : accountOf(ids, own_member);
    const input = { id: c.req.valid("param").id, ...given({ ...fields, member_account }) };
    return c.json(renderStaff(must(await updateStaff({ ctx: c.var.desk, input })), ids), 200);
  });
  app.openapi(archiveRoute, async (c) => {
    const gone = must(await archiveStaff({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderStaff(gone, idsOf(c)), 200);
  });
  app.openapi(pinRoute, async (c) => {
    const input = { id: c.req.valid("param").id, pin: c.req.valid("json").pin };
    return c.json(renderStaff(must(await setPin({ ctx: c.var.desk, input })), idsOf(c)), 200);
  });
}

/** The ids of live mode, where the cards are that count. */
function idsOf(c: Context<AppEnv>): IdCodec {
  return new IdCodec(readSecrets(c.env).idMac, { mode: "live", merchant: c.req.param("merchant") ?? "" });
}

/** @throws ProblemError `member_unknown` */
function accountOf(ids: IdCodec, member: string | null): string | null {
  if (member === null) return null;
  const account = ids.parseMember(member);
  if (account === null) throw new ProblemError("member_unknown");
  return account;
}
