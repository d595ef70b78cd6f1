import { env } from "cloudflare:workers";
import { customerOf, installStripe } from "../../support/workerd/stripe.ts";
import { text } from "../../support/workerd/browser.ts";
import type { Role, Row, RowRequest, World } from "./routes.ts";

// The rows of billing: each needs a merchant who has, or has not, a subscription at the stand-in.

const BILLING = "/api/merchants/{merchant}/billing";
const OWNER: readonly Role[] = ["owner"];
const LARGEST = { plan: "pro", interval: "month", extra_locations: 90 };

/** Room for all the locations that the rows make. */
export async function giveRoom(locator: string): Promise<void> {
  const day_ms = 86_400_000;
  const subscription = {
    status: "active",
    selection: { plan: "pro", interval: "month", extra_locations: 90, member_blocks: 0 },
    period_start_ms: Date.now(),
    period_end_ms: Date.now() + 30 * day_ms,
    trial_ends_at_ms: null,
    ends_at_ms: null,
    ended_at_ms: null,
    next: null,
  };
  await env.DB.prepare("UPDATE billing SET subscription = ? WHERE merchant = ?")
    .bind(JSON.stringify(subscription), locator)
    .run();
}

async function isCustomer(locator: string): Promise<boolean> {
  return (await customerOf(locator).catch(() => null)) !== null;
}

async function subscribed(world: World): Promise<void> {
  const double = await installStripe();
  const { owner, path, locator } = world;
  if (await isCustomer(locator)) {
    if (double.subscriptionOf(await customerOf(locator))?.status === "active") return;
  } else {
    await env.DB.prepare("UPDATE billing SET subscription = NULL, trial_ends_at_ms = 0 WHERE merchant = ?")
      .bind(locator)
      .run();
  }
  const { url } = await owner.must("POST", `${path}/billing/checkout`, { body: LARGEST });
  double.pay(text(url).split("/").at(-1) ?? "");
  await owner.must("POST", `${path}/billing/refresh`);
}

async function unsubscribed(world: World): Promise<void> {
  await subscribed(world);
  const subscription = (await installStripe()).subscriptionOf(await customerOf(world.locator));
  if (subscription !== undefined) subscription.status = "canceled";
  await world.owner.must("POST", `${world.path}/billing/refresh`);
}

interface Shape {
  readonly status?: number;
  readonly before?: (world: World) => Promise<unknown>;
  readonly body?: (world: World) => object | Promise<object>;
}

function row(method: string, below: string, { status = 200, before, body }: Shape = {}): Row {
  return {
    method,
    route: `${BILLING}${below}`,
    may: OWNER,
    status,
    request: async (world): Promise<RowRequest> => {
      await installStripe();
      await before?.(world);
      const path = `${world.path}/billing${below}`;
      return body === undefined ? { path } : { path, body: await body(world) };
    },
  };
}

async function blocks({ owner, path }: World): Promise<number> {
  const { subscription } = await owner.must("GET", `${path}/billing`);
  return Number(subscription?.["selection"]?.["member_blocks"]);
}

/** A change with its preview: one block of members more, or one less. */
async function changeBy(world: World, difference: number): Promise<object> {
  const wanted = { ...LARGEST, member_blocks: (await blocks(world)) + difference };
  const preview = await world.owner.must("POST", `${world.path}/billing/change/preview`, { body: wanted });
  return { ...wanted, proration_at: preview["proration_at"] };
}

/** A planned change for less, so that there is one to drop. */
async function planned(world: World): Promise<void> {
  await subscribed(world);
  await world.owner.call("DELETE", `${world.path}/billing/change`);
  const more = await changeBy(world, 1);
  await world.owner.must("POST", `${world.path}/billing/change`, { body: more });
  const less = await changeBy(world, -1);
  await world.owner.must("POST", `${world.path}/billing/change`, { body: less });
}

async function cancelled(world: World): Promise<void> {
  await subscribed(world);
  await world.owner.must("POST", `${world.path}/billing/cancellation`, { body: { when: "period_end" } });
}

export const BILLING_ROWS: readonly Row[] = [
  row("GET", ""),
  row("POST", "/refresh"),
  row("POST", "/portal", { status: 201, before: subscribed }),
  row("GET", "/invoices", { before: subscribed }),
  row("POST", "/checkout", { status: 201, before: unsubscribed, body: () => LARGEST }),
  row("POST", "/change/preview", { before: subscribed, body: () => ({ ...LARGEST, member_blocks: 99 }) }),
  row("POST", "/change", { before: subscribed, body: (world) => changeBy(world, 1) }),
  row("DELETE", "/change", { before: planned }),
  row("POST", "/cancellation", { before: subscribed, body: () => ({ when: "period_end" }) }),
  row("DELETE", "/cancellation", { before: cancelled }),
  row("PATCH", "/details", { body: () => ({ invoice_email: "boekhouder@example.com" }) }),
];
