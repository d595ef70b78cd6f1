import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { reportFailure, Problem } from "./start/problem.ts";
import { stripeAt } from "./stripe-sync/stripe-at.ts";
import { syncCatalog } from "./stripe-sync/sync-catalog.ts";

// Makes products, prices and the portal at Stripe what src/domain/billing/plans.ts says.
try {
  const key = secretKey(resolve(import.meta.dirname, ".."));
  console.log(`Stripe, ${key.startsWith("sk_live_") || key.startsWith("rk_live_") ? "LIVE" : "test"} mode:`);
  await syncCatalog(stripeAt(key), { log: (line) => console.log(`  ${line}`) });
} catch (error) {
  reportFailure(error);
  process.exit(1);
}

/** From the environment, else from .dev.vars. */
function secretKey(root: string): string {
  const file = join(root, ".dev.vars");
  const known = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const key = process.env["STRIPE_SECRET_KEY"] ?? known["STRIPE_SECRET_KEY"] ?? "";
  if (key === "")
    throw new Problem(
      "STRIPE_SECRET_KEY is missing: put it in .dev.vars or the environment; docs/billing.md says how.",
    );
  return key;
}
