import type { RefAccount, RefSale } from "./account.ts";

/** Answers what puts an account and some sales back as they are now. */
export function remember(account: RefAccount, sales: readonly RefSale[]): () => void {
  const { seq, isDue, seen_ms } = account;
  const piles = account.piles.map((pile) => ({ ...pile }));
  const maps = {
    fractions: new Map(account.fractions),
    gave_ms: new Map(account.gave_ms),
    standing: new Map(account.standing),
    holds: new Map(account.holds),
    ended: new Map(account.ended),
    gifts: new Map(account.gifts),
    challenges: new Map(
      [...account.challenges].map(([tally, windows]) => [
        tally,
        windows.map((window) => ({ ...window, parts: new Map(window.parts) })),
      ]),
    ),
  };
  const lists = { notes: [...account.notes], gone: [...account.gone], issues: [...account.issues] };
  const stories = sales.map((sale) => ({
    sale,
    story: {
      keptQuantity: new Map(sale.keptQuantity),
      offByLine: new Map(sale.offByLine),
      offInAll: sale.offInAll,
      now: sale.now,
      spent: sale.spent,
      isGone: sale.isGone,
      coupon: sale.coupon,
      stripsNow: sale.stripsNow,
      stripsPaying: sale.stripsPaying,
      topUpNow: sale.topUpNow,
      creditNow: sale.creditNow,
      clawed: sale.clawed.map((one) => ({ ...one, piles: [...one.piles] })),
    },
    returns: [...sale.returns],
  }));
  return () => {
    Object.assign(account, { seq, isDue, seen_ms, piles, ...maps, ...lists });
    for (const { sale, story, returns } of stories) {
      Object.assign(sale, story);
      sale.returns.clear();
      for (const [id, known] of returns) sale.returns.set(id, known);
    }
  };
}
