import { z } from "zod";
import type { Api } from "./api.ts";
import type { Balances } from "./expected-balances.ts";
import { stopped } from "./replay-error.ts";

/** A member whose balance is not what the file says, or a sale without one that earned something else. */
export interface Difference extends Whose {
  readonly unit: string;
  readonly platform: number;
  readonly computed: number;
}

interface Whose {
  /** Null for a sale without a customer. */
  readonly customer: string | null;
  /** Such a sale's invoice; null for a customer. */
  readonly invoice: string | null;
  /** Null when there is no such member. */
  readonly member: string | null;
}

const walletAnswer = z.object({
  wallet: z.object({
    balances: z.array(z.object({ unit: z.string(), available: z.int(), pending: z.int(), held: z.int() })),
  }),
});

/** What the platform says a member has. */
export async function readBalances(api: Api, member: string): Promise<Balances> {
  const answer = await api.get(`/v1/members/${encodeURIComponent(member)}`);
  if (!answer.ok) throw stopped(`cannot read ${member} back: ${answer.detail} (${answer.code})`);
  return balancesIn(answer.body, `GET /v1/members/${member}`);
}

/** The wallet in an answer. Nothing of a replay is ever pending or held, so that counts under names of its own. */
export function balancesIn(body: unknown, request: string): Balances {
  const parsed = walletAnswer.safeParse(body);
  if (!parsed.success) throw stopped(`the platform's answer to ${request} names no balances`);
  const all = parsed.data.wallet.balances.flatMap(({ unit, available, pending, held }) => [
    [unit, available] as const,
    [`${unit} pending`, pending] as const,
    [`${unit} held`, held] as const,
  ]);
  return new Map(all);
}

/** Every unit in which a balance differs; a unit that one side does not name is zero there. */
export function compareBalances(who: Whose, platform: Balances, computed: Balances): Difference[] {
  return [...new Set([...computed.keys(), ...platform.keys()])].flatMap((unit) => {
    const has = platform.get(unit) ?? 0;
    const should = computed.get(unit) ?? 0;
    return has === should ? [] : [{ ...who, unit, platform: has, computed: should }];
  });
}
