import { createRoute } from "@hono/zod-openapi";
import {
  item,
  itemChange,
  itemInput,
  itemList,
  itemsInput,
  itemsTaken,
} from "../../../contract/dashboard-v1/merchant.ts";
import { given } from "../../services/given.ts";
import { archiveItem } from "../../services/item/archive.ts";
import { createItem } from "../../services/item/create.ts";
import { listItems } from "../../services/item/list.ts";
import { updateItem } from "../../services/item/update.ts";
import { upsertItems } from "../../services/item/upsert.ts";
import type { DashboardApp } from "../app.ts";
import { archivedQuery, json, jsonBody, merchantPath, pageQuery, problems, thingPath } from "../openapi.ts";
import { must } from "../refusal.ts";
import { renderItem } from "../render.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/merchants/{merchant}/items",
  operationId: "listItems",
  tags: ["Items"],
  summary: "List items",
  description: "In the order of their buttons.",
  request: { params: merchantPath, query: pageQuery.extend(archivedQuery.shape) },
  responses: { 200: json("A page of items.", itemList), ...problems({ for: "merchant" }) },
});

const addRoute = createRoute({
  method: "post",
  path: "/api/merchants/{merchant}/items",
  operationId: "createItem",
  tags: ["Items"],
  summary: "Add an item",
  request: { params: merchantPath, body: jsonBody(itemInput) },
  responses: {
    201: json("The item.", item),
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "sku_taken"]),
  },
});

const takeRoute = createRoute({
  method: "put",
  path: "/api/merchants/{merchant}/items",
  operationId: "takeItems",
  tags: ["Items"],
  summary: "Take in a list of items",
  description: "By sku: new ones are added and those in use replaced, all or none; others stay.",
  request: { params: merchantPath, body: jsonBody(itemsInput) },
  responses: {
    200: json("How many there were of each.", itemsTaken),
    ...problems({ for: "merchant", changes: true }, ["limit_reached"]),
  },
});

const updateRoute = createRoute({
  method: "patch",
  path: "/api/merchants/{merchant}/items/{id}",
  operationId: "updateItem",
  tags: ["Items"],
  summary: "Change an item",
  request: { params: thingPath, body: jsonBody(itemChange) },
  responses: {
    200: json("The item.", item),
    ...problems({ for: "merchant", changes: true }, ["limit_reached", "sku_taken"]),
  },
});

const archiveRoute = createRoute({
  method: "delete",
  path: "/api/merchants/{merchant}/items/{id}",
  operationId: "archiveItem",
  tags: ["Items"],
  summary: "Take an item off the list",
  request: { params: thingPath },
  responses: { 200: json("The item, archived.", item), ...problems({ for: "merchant", changes: true }) },
});

/** What a merchant sells. */
export function itemRoutes(app: DashboardApp): void {
  app.openapi(listRoute, async (c) => {
    const { limit, cursor = null, archived } = c.req.valid("query");
    const page = must(await listItems({ ctx: c.var.desk, input: { limit, cursor, archived } }));
    return c.json({ data: page.data.map(renderItem), next_cursor: page.next_cursor }, 200);
  });
  app.openapi(addRoute, async (c) => {
    const { sku, name, ...fields } = c.req.valid("json");
    const made = must(await createItem({ ctx: c.var.desk, input: { sku, name, ...given(fields) } }));
    return c.json(renderItem(made), 201);
  });
  app.openapi(takeRoute, async (c) => {
    const items = c.req.valid("json").items.map(({ sku, name, ...fields }) => ({ sku, name, ...given(fields) }));
    const taken = must(await upsertItems({ ctx: c.var.desk, input: { items } }));
    return c.json({ object: "items_taken" as const, ...taken }, 200);
  });
  app.openapi(updateRoute, async (c) => {
    const input = { id: c.req.valid("param").id, ...given(c.req.valid("json")) };
    return c.json(renderItem(must(await updateItem({ ctx: c.var.desk, input }))), 200);
  });
  app.openapi(archiveRoute, async (c) => {
    const archived = must(await archiveItem({ ctx: c.var.desk, input: { id: c.req.valid("param").id } }));
    return c.json(renderItem(archived), 200);
  });
}
