import { z } from "zod";
import { type Api, Refused } from "./api.ts";
import type { BasketLine } from "./baskets.ts";
import { CURRENCY, PROGRAM } from "./koffie-en-zo.ts";
import type { Person } from "./people.ts";
import { Random } from "./random.ts";
import type { Visit } from "./visits.ts";

/** The key that writes at each location. */
export type LocationKeys = readonly [string, string];

const rewards = z.array(z.object({ id: z.string(), available: z.boolean() }));
type Rewards = z.output<typeof rewards>;
const memberAnswer = z.object({ member: z.object({ id: z.string() }), card_token: z.string(), rewards });
const saleAnswer = z.object({ sale: z.object({ id: z.string() }), rewards });
const redemptionAnswer = z.object({
  redemption: z.object({
    id: z.string(),
    effect: z.object({ lines: z.array(z.object({ line: z.string(), discount: z.int() })) }),
  }),
});

/** How the till names the member: most give their phone number, the others show the card. */
type MemberRef = { readonly phone: string } | { readonly card: string };

interface Redemption {
  readonly id: string;
  readonly lines: readonly BasketLine[];
}

/** A redemption ends by itself after a quarter of an hour; a seed that went on later finds it so. */
const HOLD_IS_OVER = ["redemption_expired", "redemption_cancelled", "redemption_captured"];

/**
 * Tells everything that one person buys, in order. Under the same keys every time: what was told before is replayed and
 * changes nothing, so a seed that was broken off goes on where it stopped.
 */
export async function playPerson(
  api: Api,
  keys: LocationKeys,
  person: Person,
  visits: readonly Visit[],
  told: () => void,
): Promise<void> {
  const key = keys[person.home];
  const idempotencyKey = `demo-member-${person.number}`;
  const made = await api.call({
    path: "/v1/members",
    key,
    idempotencyKey,
    body: person.profile,
    answer: memberAnswer,
  });
  told();
  const { phone } = person.profile;
  let available = made.rewards;
  for (const visit of visits) {
    const showsCard = phone === undefined || new Random("card", visit.name).chance(0.35);
    const ref = showsCard ? { card: made.card_token } : { phone };
    available = await playVisit(api, keys[visit.location], ref, visit, available);
    told();
  }
}

async function playVisit(api: Api, key: string, member: MemberRef, visit: Visit, known: Rewards): Promise<Rewards> {
  const redemption = await redeem(api, key, member, visit, known);
  const sold = await sell(api, key, member, visit, redemption);
  if (visit.comesBack === "nothing") return sold.rewards;
  const last = visit.lines.at(-1)?.id;
  const body = {
    return_id: `R-${visit.receipt}`,
    sale: { id: sold.sale.id },
    ...(visit.comesBack === "a_line" ? { lines: [{ id: last }] } : {}),
    staff: visit.staff,
  };
  const idempotencyKey = `demo-return-${visit.name}`;
  const returned = await api.call({
    path: "/v1/returns",
    key,
    idempotencyKey,
    body,
    answer: z.object({ rewards }),
  });
  return returned.rewards;
}

/** Holds a reward that fits the basket; null when they want none, or none is to be had. */
async function redeem(
  api: Api,
  key: string,
  member: MemberRef,
  { name, lines, wantsReward }: Visit,
  known: Rewards,
): Promise<Redemption | null> {
  const fitting = known.filter(({ id, available }) => available && fits(id, lines));
  const [first, ...others] = fitting;
  if (!wantsReward || first === undefined) return null;
  const { id: reward } = new Random("reward", name).pick([first, ...others]);
  try {
    const { redemption } = await api.call({
      path: "/v1/redemptions",
      key,
      idempotencyKey: `demo-redemption-${name}`,
      body: { member, reward, lines },
      answer: redemptionAnswer,
    });
    return { id: redemption.id, lines: withDiscounts(lines, redemption.effect.lines) };
  } catch (error) {
    // The demo's own programme may have been changed meanwhile; then they simply pay.
    if (error instanceof Refused && error.status < 500) return null;
    throw error;
  }
}

/** Whether a reward is of use with this basket, as a cashier would see at a glance. */
function fits(id: string, lines: readonly BasketLine[]): boolean {
  const reward = PROGRAM.rewards.find((candidate) => candidate.id === id);
  if (reward === undefined) return false;
  const wanted = reward.effect.only?.categories;
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  return (
    total >= (reward.minimum_spend ?? 0) &&
    (wanted === undefined || lines.some((line) => wanted.includes(line.category)))
  );
}

function withDiscounts(
  lines: readonly BasketLine[],
  discounts: readonly { readonly line: string; readonly discount: number }[],
): BasketLine[] {
  return lines.map((line) => {
    const off = discounts.find((discount) => discount.line === line.id)?.discount ?? 0;
    return { ...line, amount: line.amount - off };
  });
}

async function sell(api: Api, key: string, member: MemberRef, visit: Visit, redemption: Redemption | null) {
  if (redemption === null) return postSale(api, key, member, visit, null);
  try {
    return await postSale(api, key, member, visit, redemption);
  } catch (error) {
    if (!(error instanceof Refused) || !HOLD_IS_OVER.includes(error.code)) throw error;
    return postSale(api, key, member, visit, null);
  }
}

function postSale(api: Api, key: string, member: MemberRef, visit: Visit, redemption: Redemption | null) {
  const lines = redemption?.lines ?? visit.lines;
  const amount = lines.reduce((sum, line) => sum + line.amount, 0);
  return api.call({
    path: "/v1/sales",
    key,
    // A sale without the reward it was meant to carry is another request, and so has another key.
    idempotencyKey: `demo-sale-${visit.name}${redemption === null ? "" : "-reward"}`,
    body: {
      receipt: visit.receipt,
      occurred_at: new Date(visit.occurred_at_ms).toISOString(),
      member,
      total: { amount, currency: CURRENCY },
      lines,
      tender: [{ kind: visit.tender, amount }],
      redemptions: redemption === null ? [] : [redemption.id],
      staff: visit.staff,
    },
    answer: saleAnswer,
  });
}
