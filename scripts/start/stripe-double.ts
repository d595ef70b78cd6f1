import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StripeDouble } from "../../dev/stripe-double/double.ts";
import { type DoubleState, emptyState } from "../../dev/stripe-double/state.ts";
import { syncCatalog } from "../stripe-sync/sync-catalog.ts";
import { stripeAt } from "../stripe-sync/stripe-at.ts";

/** What the Worker is told when the stand-in answers in Stripe's place. No secrets: they open nothing. */
export const DOUBLE_SECRETS = {
  STRIPE_SECRET_KEY: "sk_test_standin",
  STRIPE_WEBHOOK_SECRET: "whsec_standin",
} as const;

/** Events go out when a request has had time to end, and again while somebody refuses them. */
const DELIVER_AFTER_MS = 150;
const DELIVER_AGAIN_MS = 10_000;

export interface RunningDouble {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly stop: () => void;
}

/** The stand-in for Stripe beside the platform: it remembers in the state directory, and its pages are below /dev/stripe. */
export async function startStripeDouble(state: string, origin: string): Promise<RunningDouble> {
  const file = join(state, "stripe-double.json");
  const double = new StripeDouble({
    pages: `${origin}/dev/stripe`,
    state: readState(file),
    endpoint: {
      secret: DOUBLE_SECRETS.STRIPE_WEBHOOK_SECRET,
      send: (payload, signature) => post(origin, payload, signature),
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const deliverLater = (wait_ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void double.deliver().then((waiting) => {
        writeState(file, double.world.state);
        if (waiting > 0) deliverLater(DELIVER_AGAIN_MS);
      });
    }, wait_ms);
    timer.unref();
  };
  await syncCatalog(
    stripeAt(DOUBLE_SECRETS.STRIPE_SECRET_KEY, (request) => double.fetch(request)),
    { log: () => {} },
  );
  writeState(file, double.world.state);
  return {
    fetch: async (request) => {
      const answer = await double.fetch(request);
      writeState(file, double.world.state);
      deliverLater(DELIVER_AFTER_MS);
      return answer;
    },
    stop: () => clearTimeout(timer),
  };
}

async function post(origin: string, body: string, signature: string): Promise<{ readonly status: number }> {
  const headers = { "content-type": "application/json", "stripe-signature": signature };
  const answer = await fetch(`${origin}/webhooks/stripe`, { method: "POST", body, headers });
  // Read to the end: the runtime would complain of a reader that leaves in the middle.
  await answer.arrayBuffer();
  return { status: answer.status };
}

/** What an older version of the stand-in left behind may lack tables. */
function readState(file: string): DoubleState {
  if (!existsSync(file)) return emptyState();
  try {
    const known: Partial<DoubleState> = JSON.parse(readFileSync(file, "utf8"));
    return { ...emptyState(), ...known };
  } catch {
    return emptyState();
  }
}

/** Never half a file. */
function writeState(file: string, state: DoubleState): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(state));
  renameSync(`${file}.tmp`, file);
}
