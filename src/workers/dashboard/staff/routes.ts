import { createRoute } from "@hono/zod-openapi";
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
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "pin_taken"]),
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
    ...problems({ for: "merchant", changes: true }, ["pin_taken", "last_owner"]),
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
    return c.json({ data: rows.map(renderStaff) }, 200);
  });
  app.openapi(takeOnRoute, async (c) => {
    const { name, roles, pin = null } = c.req.valid("json");
    return c.json(renderStaff(must(await createStaff({ ctx: c.var.desk, input: { name, roles, pin } }))), 201);
  });
  app.openapi(updateRoute, async (c) => {
    const input = { id: c.req.valid("param").id, ...given(c.req.valid("json")) };
    return c.json(renderStaff(must(await updateStaff({ ctx: c.var.desk, input }))), 200);
  });
  app.openapi(archiveRoute, async (c) => {
    const gone = must(await archiveStaff({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderStaff(gone), 200);
  });
  app.openapi(pinRoute, async (c) => {
    const input = { id: c.req.valid("param").id, pin: c.req.valid("json").pin };
    return c.json(renderStaff(must(await setPin({ ctx: c.var.desk, input }))), 200);
  });
}
