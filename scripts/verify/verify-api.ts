import { z } from "zod";
import { Api } from "../seed/api.ts";
import type { Verification } from "./verify-state.ts";

const entry = z.object({
  id: z.string(),
  unit: z.string(),
  bucket: z.enum(["available", "pending", "held"]),
  delta: z.int(),
  balance_after: z.int(),
});
type Entry = z.output<typeof entry>;
const balance = z.object({
  unit: z.string(),
  available: z.int(),
  pending: z.int(),
  held: z.int(),
  expiring: z.array(z.object({ amount: z.int(), on: z.string() })),
});
type Balance = z.output<typeof balance>;
const lot = z.object({
  unit: z.string(),
  bucket: entry.shape.bucket,
  class: z.string(),
  amount: z.int(),
  expires_on: z.string().nullable(),
});
const exportAnswer = z.object({ lots: z.array(lot) });
const memberAnswer = z.object({ wallet: z.object({ balances: z.array(balance) }) });
const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });

/**
 * What can be checked from outside, with a key alone: that every member's entries add up to what each says remains, the
 * last of them to the wallet, and the lots to the wallet and to what it says expires. The hashes do not travel; for those
 * the files are needed.
 */
export async function verifyApi(url: string, key: string, signal: AbortSignal): Promise<Verification> {
  const api = new Api(url, signal);
  const members = await readAll(api, key, "/v1/members", z.object({ id: z.string() }));
  const findings: Verification["findings"][number][] = [];
  let count = 0;
  for (const { id } of members) {
    // Read again when it disagrees: a till may have sold something between two calls.
    const first = await readMember(api, key, id);
    const { entries, problems } = first.problems.length === 0 ? first : await readMember(api, key, id);
    count += entries;
    for (const problem of problems) findings.push({ object: id, seq: null, problem });
  }
  return { ledgers: members.length, merchants: 1, bookings: 0, entries: count, findings };
}

async function readMember(api: Api, key: string, id: string) {
  const { wallet } = await api.call({ method: "GET", path: `/v1/members/${id}`, key, answer: memberAnswer });
  const entries = await readAll(api, key, `/v1/members/${id}/entries`, entry);
  const { lots } = await api.call({ method: "GET", path: `/v1/members/${id}/export`, key, answer: exportAnswer });
  const problems = [...disagreements(entries, wallet.balances), ...lotsApart(lots, wallet.balances)];
  return { entries: entries.length, problems };
}

/** Lots that are not what the wallet says, in sum, by sign, and by the last day on which they can be spent. */
function lotsApart(lots: readonly z.output<typeof lot>[], balances: readonly Balance[]): string[] {
  const problems: string[] = [];
  for (const { unit, bucket, class: kind, amount } of lots) {
    const wrong = kind === "debt" ? amount >= 0 : amount <= 0;
    if (wrong) problems.push(`a lot of ${unit} ${bucket} (${kind}) holds ${amount}`);
  }
  for (const { unit, expiring, ...buckets } of balances) {
    const own = lots.filter((one) => one.unit === unit);
    for (const [bucket, amount] of Object.entries(buckets)) {
      const sum = total(own.filter((one) => one.bucket === bucket));
      if (sum !== amount) problems.push(`the wallet has ${amount} ${unit} ${bucket}, the lots add up to ${sum}`);
    }
    for (const on of new Set(expiring.map((one) => one.on))) {
      const amount = total(expiring.filter((one) => one.on === on));
      const sum = total(own.filter((one) => one.expires_on === on && one.bucket === "available"));
      if (sum !== amount) problems.push(`the wallet has ${amount} ${unit} until ${on}, the lots add up to ${sum}`);
    }
  }
  return problems;
}

function total(parts: readonly { readonly amount: number }[]): number {
  return parts.reduce((sum, { amount }) => sum + amount, 0);
}

function disagreements(entries: readonly Entry[], balances: readonly Balance[]): string[] {
  const sums = new Map<string, number>();
  const problems: string[] = [];
  for (const { id, unit, bucket, delta, balance_after } of entries) {
    const place = `${unit} ${bucket}`;
    const sum = (sums.get(place) ?? 0) + delta;
    if (sum !== balance_after)
      problems.push(`${id} says ${balance_after} ${place} remain, the entries add up to ${sum}`);
    sums.set(place, balance_after);
  }
  for (const { unit, expiring: _expiring, ...buckets } of balances) {
    for (const [bucket, amount] of Object.entries(buckets)) {
      const sum = sums.get(`${unit} ${bucket}`) ?? 0;
      if (sum !== amount) problems.push(`the wallet has ${amount} ${unit} ${bucket}, the entries add up to ${sum}`);
    }
  }
  return problems;
}

async function readAll<Item extends z.ZodType>(api: Api, key: string, path: string, item: Item) {
  const all: z.output<Item>[] = [];
  for (let cursor = ""; ;) {
    const query = new URLSearchParams({ limit: "100", order: "asc", ...(cursor === "" ? {} : { cursor }) });
    const found = await api.call({ method: "GET", path: `${path}?${query.toString()}`, key, answer: page(item) });
    all.push(...found.data);
    if (found.next_cursor === null) return all;
    cursor = found.next_cursor;
  }
}
