// A build that must be caught: it says yes before anything is committed.
import worker from "../../src/workers/main.ts";

export { MemberAccount, MerchantGuard, MerchantInsights, MerchantRegistry } from "../../src/workers/main.ts";

const WRITES = new Set(["/v1/sales", "/v1/adjustments"]);
/** How long the write lies about before it is done. */
const LATE_MS = 100;

export default {
  ...worker,
  async fetch(request, env, ctx) {
    if (request.method !== "POST" || !WRITES.has(new URL(request.url).pathname)) {
      return worker.fetch(request, env, ctx);
    }
    const copy = new Request(request.url, {
      method: "POST",
      headers: request.headers,
      body: await request.arrayBuffer(),
    });
    const late = new Promise<void>((resolve) => setTimeout(resolve, LATE_MS));
    ctx.waitUntil(late.then(() => worker.fetch(copy, env, ctx)));
    return Response.json({ object: "sale" }, { status: 201 });
  },
} satisfies ExportedHandler<Env>;
