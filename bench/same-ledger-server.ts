import { createHash } from "node:crypto";
import { serve } from "@hono/node-server";
import { Pool } from "pg";
import { z } from "zod";
import { ITEMS } from "../scripts/seed/koffie-en-zo.ts";
import { KOFFIE_EN_ZO } from "../scripts/seed/descriptions.ts";
import { FULL_PROGRAM } from "../scripts/seed/full-program.ts";
import { parseApiKey } from "../src/domain/tenancy/api-key.ts";
import type { MerchantConfig } from "../src/domain/tenancy/config.ts";
import type { Tenant } from "../src/domain/tenancy/merchant.ts";
import type { CommandMessage } from "../src/durable/member-account/protocol.ts";
import type { ConfigSnapshot, ResolveAnswer } from "../src/durable/merchant-registry/protocol.ts";
import { createPosApp } from "../src/workers/pos/v1/app.ts";
import { testSecrets } from "../test/support/test-secrets.ts";
import { LedgerInPostgres } from "./ledger-in-postgres.ts";

// The peer that runs the same ledger: the product's own POS app (Hono, zod, rules, answer) on Node, with accounts in
// PostgreSQL and one merchant in memory. It tells no insights. Started by the bench as its own process:
//   node bench/same-ledger-server.ts DATABASE_URL API_KEY on|off      (the last is synchronous_commit)

const [url, key, synchronous_commit] = z
  .tuple([z.string(), z.string(), z.enum(["on", "off"])])
  .parse(process.argv.slice(2));
const pool = new Pool({ connectionString: url, max: 16, options: `-c synchronous_commit=${synchronous_commit}` });
const ledger = new LedgerInPostgres(pool);
await ledger.createSchema();

const claimed = parseApiKey(key);
if (claimed === null) throw new Error("the second argument is not an API key");
const snapshot = snapshotOf(claimed, key);
const env = {
  ...testSecrets,
  ENVIRONMENT: "local",
  RATE_LIMITS: "off",
  MEMBER_ACCOUNT: namespace((account) => ({ run: (message: CommandMessage) => ledger.run(account, message) })),
  MERCHANT_REGISTRY: namespace(() => ({ resolve: () => Promise.resolve(resolved(snapshot)) })),
};
const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
const app = createPosApp();
const server = serve(
  { fetch: (request) => app.fetch(request, env, context), hostname: "127.0.0.1", port: 0 },
  ({ port }) => console.log(port),
);
process.once("SIGTERM", () => server.close(() => process.exit(0)));

/** What stands where a namespace of objects does: calls by name, and no regions. */
function namespace<Stub>(getByName: (name: string) => Stub) {
  const own = { getByName, jurisdiction: () => own };
  return own;
}

function resolved(known: ConfigSnapshot): ResolveAnswer {
  const { version } = known.config;
  return { ok: true, value: { configVersion: version, clock_offset_ms: 0, snapshot: known, identifier: null } };
}

/** The merchant of `openShop`, as the registry would answer it. */
function snapshotOf({ merchant, mode }: Tenant, secret: string): ConfigSnapshot {
  const json = JSON.stringify(FULL_PROGRAM);
  const program = { version: 1, effective_at_ms: 0, hash: sha256Hex(json) };
  const { name, country, currency, timezone } = KOFFIE_EN_ZO;
  const facts = { locator: merchant, name, country, currency, timezone, locale: "nl", claims: true } as const;
  const config: MerchantConfig = {
    version: 1,
    mode,
    merchant: { ...facts, strict_receipts: false },
    locations: [{ id: "loc_bench", name: "Bench", country, timezone, opening_hours: [] }],
    tills: [{ id: "til_bench", name: "Kassa 1", location: "loc_bench" }],
    keys: [{ id: "key_bench", hash: sha256Hex(secret), till: "til_bench", scopes: ["sell"], expires_at_ms: null }],
    items: ITEMS,
    programs: [program],
  };
  return { config, programs: [{ ...program, json }] };
}

function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
