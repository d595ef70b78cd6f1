import { errorBody, StripeError, unsupported } from "./http/errors.ts";
import { expandAnswer } from "./http/expand.ts";
import { type FormValue, parseForm } from "./http/form.ts";
import type { Route } from "./http/route.ts";
import { catalogRoutes } from "./routes/catalog.ts";
import { checkoutRoutes } from "./routes/checkout.ts";
import { customerRoutes } from "./routes/customers.ts";
import { invoiceRoutes } from "./routes/invoices.ts";
import { paymentRoutes } from "./routes/payments.ts";
import { portalRoutes } from "./routes/portal.ts";
import { subscriptionRoutes } from "./routes/subscriptions.ts";
import type { World } from "./world.ts";

const ROUTES: readonly Route[] = [
  ...catalogRoutes,
  ...customerRoutes,
  ...checkoutRoutes,
  ...subscriptionRoutes,
  ...invoiceRoutes,
  ...paymentRoutes,
  ...portalRoutes,
];

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Answers one call of the API as Stripe would: who asks, under which key it is remembered, what it does. */
export async function answerApi(world: World, request: Request): Promise<Response> {
  const id = world.newId("req");
  try {
    checkKey(request);
    const { answer, replayed } = await remembered(world, request);
    const headers: Record<string, string> = { "content-type": "application/json", "request-id": id };
    if (replayed) headers["idempotent-replayed"] = "true";
    return new Response(answer.body, { status: answer.status, headers });
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const headers = { "content-type": "application/json", "request-id": id };
    return new Response(errorBody(error), { status: error.status, headers });
  }
}

function checkKey(request: Request): void {
  const key = /^Bearer (sk_test_\w+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (key === undefined) throw new StripeError(401, { message: "Invalid API Key provided." });
}

/** A key with the same request hears the same answer; with another it is refused. What was not valid is not remembered. */
async function remembered(world: World, request: Request): Promise<{ answer: Answer; replayed: boolean }> {
  const url = new URL(request.url);
  const text = request.method === "GET" ? url.search.slice(1) : new TextDecoder().decode(await request.arrayBuffer());
  const path = url.pathname.slice(url.pathname.indexOf("/v1/"));
  const key = request.method === "POST" ? request.headers.get("idempotency-key") : null;
  const fingerprint = `${request.method} ${path} ${text}`;
  const known = key === null ? undefined : world.state.idempotency[key];
  if (known !== undefined && known.fingerprint !== fingerprint) {
    throw new StripeError(400, {
      type: "idempotency_error",
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}'.`,
    });
  }
  if (known !== undefined) return { answer: known, replayed: true };
  const answer = { status: 200, body: run(world, request.method, path, parseForm(text)) };
  if (key !== null) world.state.idempotency[key] = { ...answer, fingerprint };
  return { answer, replayed: false };
}

function run(world: World, method: string, path: string, form: { [key: string]: FormValue }): string {
  for (const route of ROUTES) {
    const match = route.method === method ? route.pattern.exec(path) : null;
    if (match === null) continue;
    const answer = route.run(world, match.slice(1).map(decodeURIComponent), form);
    const expand = Array.isArray(form["expand"]) ? form["expand"].map(String) : [];
    return JSON.stringify(expandAnswer(world, answer, expand));
  }
  throw unsupported(`${method} ${path}`);
}
