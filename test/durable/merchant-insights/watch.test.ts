import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import type { WatchLimits } from "../../../src/domain/insights/watch.ts";
import type { MerchantConfig } from "../../../src/domain/tenancy/config.ts";
import { Projector } from "../../../src/durable/member-account/projector.ts";
import { RegistryClient } from "../../../src/durable/merchant-registry/client.ts";
import { grant, hold, returnOf, sale, type TestAccount } from "../../support/workerd/account.ts";
import { newConfig, newProgram } from "../merchant-registry/support.ts";
import { ledgerRows, newAccountId, randomFrom, TestShop } from "./support.ts";

const SHOP = "loc_0000000000000001";
/** Yesterday at noon, and in the night before, at the shop, which goes by UTC. */
const NOON = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000;
const NIGHT = NOON - 9 * 3_600_000;
const YESTERDAY = new Date(NOON).toISOString().slice(0, 10);
const YESTERDAYS_WEEKDAY = new Date(NOON).getUTCDay() || 7;

/** A merchant of which the registry knows the hours, the limits and one cashier's own card. */
async function openShop(watch: Partial<WatchLimits> = {}) {
  const shop = new TestShop();
  const own = newAccountId();
  const program = newProgram(1, 0);
  const plain = newConfig(shop.tenant, 1, [program]);
  const config: MerchantConfig = {
    ...plain,
    merchant: { ...plain.merchant, watch },
    locations: [
      {
        id: SHOP,
        name: "Kerkstraat",
        country: "NL",
        timezone: "UTC",
        // Open all day but for yesterday's nights, so that the time of day at which this runs does not matter.
        opening_hours: ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) =>
          weekday === YESTERDAYS_WEEKDAY
            ? { weekday, opens: "08:00", closes: "18:00" }
            : { weekday, opens: "00:00", closes: "24:00" },
        ),
      },
    ],
    staff: [{ id: "stf_0000000000000001", till_code: "c07", member_account: own }],
  };
  const applied = await new RegistryClient(env.MERCHANT_REGISTRY, shop.tenant).applyConfig(
    config,
    [program],
    Date.now(),
  );
  if (!applied.ok) throw new Error(applied.error.code);
  return { shop, anna: await shop.account("member", own), bram: await shop.account() };
}

function bought(changes: Parameters<typeof sale>[0] = {}) {
  return sale({ occurred_at_ms: NOON, business_date: YESTERDAY, ...changes });
}

/** Books as a cashier. */
async function bookAs(staff: string, account: TestAccount, command: Parameters<TestAccount["message"]>[0]) {
  const message = account.message(command);
  const by = { ...message.by, staff };
  const answer = await account.client.run({ ...message, by });
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.view;
}

async function redeem(account: TestAccount): Promise<void> {
  const held = await account.book(hold("rew_two_euro"));
  await account.book({ type: "capture", hold: held.body.seq });
}

async function flags(shop: TestShop, state: "open" | "fine" = "open") {
  await shop.settle();
  return (await shop.insights.flags({ state, behind: null, limit: 20 })).flags;
}

test("a card that is used more often than usual is flagged with its uses, and not before", async () => {
  const { shop, anna } = await openShop({ card_uses_max: 2 });
  for (let visit = 0; visit < 2; visit += 1) await anna.book(bought());
  expect(await flags(shop)).toEqual([]);

  const third = await anna.book(bought());
  const [flag, ...others] = await flags(shop);
  expect(others).toEqual([]);
  expect(flag).toMatchObject({ rule: "card_used_often", subject: `${anna.id}|${YESTERDAY}`, usual: 2, state: "open" });
  expect(flag?.evidence).toHaveLength(3);
  expect(flag?.evidence.at(-1)).toMatchObject({ seq: third.body.seq, card_no: 1, till: "til_0000000000000001" });

  // A sale that comes back in full was none.
  await anna.book(returnOf(third.body));
  expect(await flags(shop)).toEqual([]);
  expect(await flags(shop, "fine")).toMatchObject([{ resolved_by: "system:withdrawn" }]);
});

test("a redemption without a sale is flagged until the member buys something there that day", async () => {
  const { shop, anna, bram } = await openShop({ lone_redemptions_max: 1, outside_hours_minutes: null });
  for (const account of [anna, bram]) {
    await account.book(grant(40));
    await redeem(account);
  }
  const [flag] = await flags(shop);
  expect(flag).toMatchObject({ rule: "redeemed_without_sale", usual: 1 });
  expect(flag?.evidence.map(({ account, type }) => [account, type])).toEqual(
    [anna.id, bram.id].sort().map((account) => [account, "hold_captured"]),
  );

  const today = new Date().toISOString().slice(0, 10);
  const sold = await bram.book(sale({ occurred_at_ms: Date.now(), business_date: today }));
  expect(await flags(shop)).toEqual([]);

  await bram.book(returnOf(sold.body));
  expect(await flags(shop)).toMatchObject([{ id: flag?.id, rule: "redeemed_without_sale" }]);
});

test("a cashier who serves their own card is flagged, named by id or by the till's code", async () => {
  const { shop, anna, bram } = await openShop();
  await bookAs("c07", bram, bought());
  await bookAs("c08", anna, bought());
  expect(await flags(shop)).toEqual([]);

  await bookAs("c07", anna, bought());
  await bookAs("stf_0000000000000001", anna, grant(10));
  const found = await flags(shop);
  expect(found.filter(({ rule }) => rule === "own_card_used").map(({ subject }) => subject.split("|")[0])).toEqual(
    expect.arrayContaining(["c07", "stf_0000000000000001"]),
  );
});

test("what happens while the shop is closed is flagged per day", async () => {
  const { shop, anna, bram } = await openShop();
  await anna.book(bought());
  expect(await flags(shop)).toEqual([]);
  await anna.book(bought({ occurred_at_ms: NIGHT }));
  await bram.book(bought({ occurred_at_ms: NIGHT + 1000 }));

  const found = await flags(shop);
  expect(found).toMatchObject([{ rule: "outside_hours", subject: `${SHOP}|${YESTERDAY}`, usual: 0 }]);
  expect(found[0]?.evidence.map(({ account }) => account).sort()).toEqual([anna.id, bram.id].sort());
});

test("nothing is flagged of a merchant of whom nothing is known", async () => {
  const shop = new TestShop();
  const anna = await shop.account();
  for (let visit = 0; visit < 8; visit += 1) await anna.book(bought({ occurred_at_ms: NIGHT }));

  expect(await flags(shop)).toEqual([]);
});

test.for([1, 2, 3])("delivered several times, in any order, and rebuilt, findings stay the same (%i)", async (seed) => {
  vi.spyOn(Projector.prototype, "note").mockReturnValue();
  const { shop, anna, bram } = await openShop({ card_uses_max: 1, lone_redemptions_max: 0 });
  for (const account of [anna, bram]) {
    await account.book(grant(40));
    await account.book(bought({ occurred_at_ms: NIGHT }));
    await account.book(bought());
    await redeem(account);
  }
  const rows = [await ledgerRows(anna), await ledgerRows(bram)];
  const random = randomFrom(seed);
  const arrived = [0, 0];
  for (let turn = 0; turn < 60; turn += 1) {
    const who = random(2);
    const row = rows[who]?.[random(rows[who]?.length ?? 1)];
    const account = who === 0 ? anna : bram;
    if (row === undefined) continue;
    arrived[who] = (await shop.insights.push({ account: account.id, rows: [row], failed_attempts: 0 })).seq;
  }
  for (const [who, account] of [anna, bram].entries()) {
    const rest = (rows[who] ?? []).slice(arrived[who] ?? 0);
    await shop.insights.push({ account: account.id, rows: rest, failed_attempts: 0 });
  }
  const found = (await shop.insights.flags({ state: null, behind: null, limit: 50 })).flags;
  const told = found.map(({ rule, subject, state, evidence }) => ({
    rule,
    subject: subject.split("|")[0],
    state,
    evidence: evidence.map(({ account, seq }) => `${account}:${seq}`),
  }));
  expect(told.map(({ rule, state }) => `${rule} ${state}`).sort()).toEqual([
    "card_used_often open",
    "card_used_often open",
    "outside_hours open",
    "redeemed_without_sale open",
  ]);
  expect(told.find(({ rule }) => rule === "redeemed_without_sale")?.evidence).toHaveLength(2);

  await shop.insights.startWalk("rebuild");
  await shop.finishWalk();
  expect((await shop.insights.flags({ state: null, behind: null, limit: 50 })).flags).toEqual(found);
  vi.restoreAllMocks();
});
