import { Hono } from "hono";

export { MemberAccount, MerchantGuard, MerchantInsights, MerchantRegistry } from "../durable/index.ts";

const app = new Hono<{ Bindings: Env }>();

app.get("/health", (c) => c.json({ status: "ok" }));

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;
