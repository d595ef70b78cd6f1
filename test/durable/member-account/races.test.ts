import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Command } from "../../../src/domain/ledger/command.ts";
import { foldBookings } from "../../../src/domain/ledger/fold.ts";
import { Ledger } from "../../../src/durable/member-account/ledger.ts";
import { grant, hold, MINUTE_MS, openAccount, sale, type TestAccount } from "../../support/workerd/account.ts";

/** How often the race for the last points is run: 200 times in the full run, `RACE_RUNS=200`. */
const RUNS = Number(env.RACE_RUNS);
const PARALLEL = 100;
const COST = 100;

afterEach(() => {
  vi.restoreAllMocks();
});

/** An account with points for one reward, and how many of those who ask for it at once have it. */
async function race(meanwhile: (account: TestAccount) => Promise<void> = async () => {}) {
  const account = await openAccount();
  await account.book(grant(COST));
  await meanwhile(account);
  const answers = await Promise.all(Array.from({ length: PARALLEL }, () => account.send(hold("rew_mug"))));
  return { account, winners: answers.filter((answer) => answer.ok).length };
}

test(`${PARALLEL} parallel redemptions of one reward, ${RUNS} times: exactly one has it each time`, async () => {
  const winners: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { account, winners: had } = await race();
    winners.push(had);
    expect(await account.balances()).toEqual({ points: { available: 0, held: COST } });
  }
  expect(winners).toEqual(winners.map(() => 1));
}, 600_000);

test("an account that decides on what it read before the others booked is caught (negative control)", async () => {
  const { winners } = await race(async (account) => {
    const bodies = (await account.bookings()).map(({ body }) => body);
    vi.spyOn(Ledger.prototype, "current").mockReturnValue(foldBookings(null, bodies));
    vi.spyOn(Ledger.prototype, "commit").mockReturnValue();
  });
  expect(winners).toBeGreaterThan(1);
});

/** What can end a hold. The alarm rings twice, as the platform may let it. */
type Ending = "capture" | "cancel" | "sale" | "expiry";
const ENDINGS: readonly Ending[] = ["capture", "cancel", "sale", "expiry"];

function orders<Value>(values: readonly Value[]): Value[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((first, at) => orders(values.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

/** Lets one thing happen; answers how the hold stands to it: ended by it, or ended before. */
async function happen(account: TestAccount, seq: number, ending: Ending): Promise<string> {
  if (ending === "expiry") {
    account.clock_offset_ms += 15 * MINUTE_MS;
    await account.inside((_, object) => object.alarm());
    await account.inside((_, object) => object.alarm());
    return "expired";
  }
  const command: Command = ending === "sale" ? sale({ total: 900, holds: [seq] }) : { type: ending, hold: seq };
  const answer = await account.send(command);
  return answer.ok ? "ended" : answer.refusal.code;
}

const NAMES: Record<Ending, string> = { capture: "captured", cancel: "cancelled", sale: "captured", expiry: "expired" };

describe("a hold ends once, in whatever order its ends come", () => {
  test.for(orders(ENDINGS))("%s, %s, %s, %s", async (order) => {
    const account = await openAccount({ mode: "test" });
    await account.book(grant(COST));
    const { body } = await account.book(hold("rew_mug"));
    const [first = "capture"] = order;
    const heard: string[] = [];
    for (const ending of order) heard.push(await happen(account, body.seq, ending));

    const late = `hold_${NAMES[first]}`;
    const expected = order.map((ending, at) => (ending === "expiry" ? "expired" : at === 0 ? "ended" : late));
    expect(heard).toEqual(expected);
    const gone = NAMES[first] === "captured";
    const earned = first === "sale" ? 9 : 0;
    expect((await account.balances())["points"]?.available ?? 0).toBe((gone ? 0 : COST) + earned);
    const story = await account.client.booking(body.seq);
    expect(story).toMatchObject({ value: { story: { hold_end: { end: NAMES[first] } } } });
  });

  test.for(orders(ENDINGS).slice(0, 8))("all at once: %s, %s, %s, %s", async (order) => {
    const account = await openAccount({ mode: "test" });
    await account.book(grant(COST));
    const { body } = await account.book(hold("rew_mug"));
    const answers = await Promise.all(order.map((ending) => happen(account, body.seq, ending)));

    const ended = answers.filter((answer) => answer === "ended").length;
    expect(ended).toBeLessThanOrEqual(1);
    const ends = (await account.bookings()).filter(
      ({ body: booked }) =>
        booked.expired_holds?.includes(body.seq) === true ||
        booked.type === "hold_captured" ||
        booked.type === "hold_cancelled" ||
        (booked.type === "sale" && booked.captures.length > 0),
    );
    expect(ends).toHaveLength(1);
  });
});
