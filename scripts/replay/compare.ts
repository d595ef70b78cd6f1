import { z } from "zod";
import type { Api } from "./api.ts";
import type { Balances } from "./expected-balances.ts";
import { stopped } from "./replay-error.ts";

/** A member whose balance is not what the file says. */
export interface Difference {
  readonly customer: string;
  /** Null when there is no such member. */
  readonly member: string | null;
  readonly unit: string;
  readonly platform: number;
  readonly computed: number;
}

const memberAnswer = z.object({
  wallet: z.object({
    balances: z.array(z.object({ unit: z.string(), available: z.int(), pending: z.int(), held: z.int() })),
  }),
});

/** What the platform says a member has. Nothing of a replay is ever pending or held, so that counts under names of its own. */
export async function readBalances(api: Api, member: string): Promise<Balances> {
  const answer = await api.get(`/v1/members/${encodeURIComponent(member)}`);
  if (!answer.ok) throw stopped(`cannot read ${member} back: ${answer.detail} (${answer.code})`);
  const parsed = memberAnswer.safeParse(answer.body);
  if (!parsed.success) throw stopped(`the platform's answer to GET /v1/members/${member} names no balances`);
  const all = parsed.data.wallet.balances.flatMap(({ unit, available, pending, held }) => [
    [unit, available] as const,
    [`${unit} pending`, pending] as const,
    [`${unit} held`, held] as const,
  ]);
  return new Map(all);
}

/** Every unit in which one customer's balance differs; a unit that one side does not name is zero there. */
export function compareBalances(
  who: { readonly customer: string; readonly member: string | null },
  platform: Balances,
  computed: Balances,
): Difference[] {
  return [...new Set([...computed.keys(), ...platform.keys()])].flatMap((unit) => {
    const has = platform.get(unit) ?? 0;
    const should = computed.get(unit) ?? 0;
    return has === should ? [] : [{ ...who, unit, platform: has, computed: should }];
  });
}
