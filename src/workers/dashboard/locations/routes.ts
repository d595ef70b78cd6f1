import { createRoute } from "@hono/zod-openapi";
import { location, locationChange, locationInput, locationList } from "../../../contract/dashboard-v1/merchant.ts";
import { given } from "../../services/given.ts";
import { archiveLocation } from "../../services/location/archive.ts";
import { createLocation } from "../../services/location/create.ts";
import { listLocations } from "../../services/location/list.ts";
import { updateLocation } from "../../services/location/update.ts";
import type { DashboardApp } from "../app.ts";
import { archivedQuery, json, jsonBody, merchantPath, problems, thingPath } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderLocation } from "../render.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/locations",
  operationId: "listLocations",
  tags: ["Locations"],
  summary: "List locations",
  request: { params: merchantPath, query: archivedQuery },
  responses: { 200: json("The locations.", locationList), ...problems({ for: "merchant" }) },
});

const openRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/locations",
  operationId: "createLocation",
  tags: ["Locations"],
  summary: "Open a location",
  description: "Country and time zone are the merchant's unless given. Owners only.",
  request: { params: merchantPath, body: jsonBody(locationInput) },
  responses: {
    201: json("The location.", location),
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "plan_limit_reached", "changes_paused"]),
  },
});

const updateRoute = createRoute({
  method: "patch",
  path: "/api/merchants/{merchant}/locations/{id}",
  operationId: "updateLocation",
  tags: ["Locations"],
  summary: "Change a location",
  request: { params: thingPath, body: jsonBody(locationChange) },
  responses: { 200: json("The location.", location), ...problems({ for: "merchant", changes: true }) },
});

const archiveRoute = createRoute({
  method: "delete",
  path: "/api/merchants/{merchant}/locations/{id}",
  operationId: "archiveLocation",
  tags: ["Locations"],
  summary: "Close a location",
  description: "For good. Its tills must be archived first, and the last location stays.",
  request: { params: thingPath },
  responses: {
    200: json("The location, closed.", location),
    ...problems({ for: "merchant", changes: true }, ["location_has_tills", "last_location"]),
  },
});

/** The shops of a merchant. */
export function locationRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const rows = must(await listLocations({ ctx: c.var.desk, input: c.req.valid("query") }));
    return c.json({ data: rows.map(renderLocation) }, 200);
  });
  app.openapi(openRoute, async (c) => {
    const { name, ...fields } = c.req.valid("json");
    const made = must(await createLocation({ ctx: c.var.desk, input: { name, ...given(fields) } }));
    return c.json(renderLocation(made), 201);
  });
  app.openapi(updateRoute, async (c) => {
    const input = { id: c.req.valid("param").id, ...given(c.req.valid("json")) };
    return c.json(renderLocation(must(await updateLocation({ ctx: c.var.desk, input }))), 200);
  });
  app.openapi(archiveRoute, async (c) => {
    const closed = must(await archiveLocation({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderLocation(closed), 200);
  });
}
