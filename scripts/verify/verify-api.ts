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
const balance = z.object({ unit: z.string(), available: z.int(), pending: z.int(), held: z.int() });
const memberAnswer = z.object({ wallet: z.object({ balances: z.array(balance) }) });
const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });

/**
 * What can be checked from outside, with a key alone: that every member's entries add up to what each says remains, and
 * the last of them to the wallet. The hashes do not travel; for those the files are needed.
 */
export async function verifyApi(url: string, key: string, signal: AbortSignal): Promise<Verification> {
  const api = new Api(url, signal);
  const members = await readAll(api, key, "/v1/members", z.object({ id: z.string() }));
  const findings: Verification["findings"][number][] = [];
  let count = 0;
  for (const { id } of members) {
    const { wallet } = await api.call({ method: "GET", path: `/v1/members/${id}`, key, answer: memberAnswer });
    const entries = await readAll(api, key, `/v1/members/${id}/entries`, entry);
    count += entries.length;
    for (const problem of disagreements(entries, wallet.balances)) findings.push({ object: id, seq: null, problem });
  }
  return { ledgers: members.length, merchants: 1, bookings: 0, entries: count, findings };
}

function disagreements(entries: readonly Entry[], balances: readonly z.output<typeof balance>[]): string[] {
  const sums = new Map<string, number>();
  const problems: string[] = [];
  for (const { id, unit, bucket, delta, balance_after } of entries) {
    const place = `${unit} ${bucket}`;
    const sum = (sums.get(place) ?? 0) + delta;
    if (sum !== balance_after)
      problems.push(`${id} says ${balance_after} ${place} remain, the entries add up to ${sum}`);
    sums.set(place, balance_after);
  }
  for (const { unit, ...buckets } of balances) {
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
