import { Buffer } from "node:buffer";
import { z } from "zod";
import type { CardKeys } from "../../domain/tenancy/card-token.ts";
import type { Mode, Tenant } from "../../domain/tenancy/merchant.ts";
import { signingKey } from "./signing-keys.ts";

/**
 * What a member has, signed, so that a till without a connection can trust it: a compact JWS (RFC 7515) under EdDSA, with
 * the merchant's and mode's own key. It says nothing about the person.
 */
export interface Snapshot {
  readonly merchant: string;
  readonly mode: Mode;
  /** Member id. */
  readonly member: string;
  /** The account's sequence: of two snapshots the larger is the newer. */
  readonly seq: number;
  /** Epoch seconds, as in a JWT. */
  readonly iat: number;
  readonly exp: number;
  /** Free to spend, by unit; zero is left out. */
  readonly balances: Readonly<Record<string, number>>;
  /** Id of the level; null without one. */
  readonly tier: string | null;
  /** What may be handed out a day without a connection. */
  readonly allowance: { readonly amount: number; readonly currency: string };
}

const payloadSchema = z.object({
  merchant: z.string(),
  mode: z.enum(["live", "test"]),
  member: z.string(),
  seq: z.int(),
  iat: z.int(),
  exp: z.int(),
  balances: z.record(z.string(), z.int()),
  tier: z.string().nullable(),
  allowance: z.object({ amount: z.int(), currency: z.string() }),
});
const headerSchema = z.object({ alg: z.literal("EdDSA"), kid: z.string() });

/** Signs with the newest key. */
export async function signSnapshot(seeds: CardKeys, tenant: Tenant, snapshot: Snapshot): Promise<string> {
  const key = await signingKey(seeds, tenant, seeds.current);
  if (key === null) throw new Error(`card key ${seeds.current} is missing`);
  const signed = `${encode({ alg: "EdDSA", kid: key.kid })}.${encode(snapshot)}`;
  const signature = await crypto.subtle.sign({ name: "Ed25519" }, key.private, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString("base64url")}`;
}

/** The snapshot, when this merchant's key of any generation signed it in this mode; null otherwise. */
export async function verifySnapshot(seeds: CardKeys, tenant: Tenant, text: string): Promise<Snapshot | null> {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text);
  if (parts === null) return null;
  const [, head = "", body = "", signature = ""] = parts;
  const header = headerSchema.safeParse(decode(head));
  const key = header.success ? await signingKey(seeds, tenant, header.data.kid) : null;
  if (key === null) return null;
  const bytes = Buffer.from(signature, "base64url");
  const signed = Buffer.from(`${head}.${body}`);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, key.public, bytes, signed))) return null;
  const payload = payloadSchema.safeParse(decode(body));
  const own = payload.success && payload.data.merchant === tenant.merchant && payload.data.mode === tenant.mode;
  return own ? payload.data : null;
}

/** How a card's code carries a snapshot: behind the token, so that a till with a connection reads the token alone. */
export const SNAPSHOT_SEPARATOR = "~";

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
