import { PRICES } from "./dollars.ts";

/** Sales of a member in a month, and how many of the days it comes it has one. A café's regular comes more, most come less. */
const SALES_A_MONTH = 2;
/** Members of the merchant with whom the second table multiplies. */
const MEMBERS_OF_ONE = 300;
const MONTHS_KEPT = 12;

/**
 * Bytes on disk: a line through the files of the demo café's accounts, and its insights and its registry divided by their
 * rows. The baskets of a wholesaler, twenty lines each, make 4,500 of a booking and 2,900 of its projection.
 */
const BYTES = { account: 22_000, booking: 2_200, projected: 700, registered: 850 };

/** What a merchant costs in a month without a sale, of both modes: each night a look at its configuration, and a walk. */
const NIGHTLY = { calls: 2 * 2 * 30, rows_written: 2 * 5 * 30 };
/** Each week insights asks every account for its head; each night it re-adds those that were written to. */
const WALKS_A_MONTH = 30 / 7;

export interface Growth {
  readonly name: string;
  readonly sales: number;
  /** Dollars of one month, without the allowances of the plan and its base price. */
  readonly selling: number;
  readonly checking: number;
  readonly standing: number;
  readonly storage: number;
}

/**
 * What a month costs from one member to a million, and from one merchant to a hundred thousand, in dollars at list prices.
 *
 * @param per_million dollars per million sales, all in
 * @param object_call dollars per million calls of an object with the time it takes
 */
export function growthOf(per_million: number, object_call: number): readonly Growth[] {
  const at = (name: string, merchants: number, members: number): Growth => {
    const sales = members * SALES_A_MONTH;
    const checks = sales + members * WALKS_A_MONTH;
    const kept = sales * MONTHS_KEPT;
    const bytes = members * (BYTES.account + BYTES.registered) + kept * (BYTES.booking + BYTES.projected);
    const idle = NIGHTLY.calls * object_call + NIGHTLY.rows_written * PRICES.row_written;
    return {
      name,
      sales,
      selling: (sales * per_million) / 1e6,
      checking: (checks * object_call) / 1e6,
      standing: (merchants * idle) / 1e6,
      storage: (bytes / 1e9) * PRICES.gigabyte_month,
    };
  };
  const powers = (max: number) => Array.from({ length: Math.log10(max) + 1 }, (_, power) => 10 ** power);
  const text = (count: number) => count.toLocaleString("en");
  return [
    ...powers(1_000_000).map((members) => at(`1 merchant, members: ${text(members)}`, 1, members)),
    ...powers(100_000).map((merchants) =>
      at(`merchants with ${MEMBERS_OF_ONE} members each: ${text(merchants)}`, merchants, merchants * MEMBERS_OF_ONE),
    ),
  ];
}
