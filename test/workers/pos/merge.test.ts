import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { accountClient } from "../../../src/durable/member-account/client.ts";
import { accountObjectName, formatObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { programPayload } from "../../support/workerd/account.ts";
import { createTestMerchant, type Json, type TestMerchant } from "../../support/workerd/merchant.ts";
import { balances, listOf, text } from "./routes.ts";

const EUR = (amount: number) => ({ amount, currency: "EUR" });

interface Pair extends TestMerchant {
  /** Goes up in the other; has 12 points, a plastic card and a phone number. */
  readonly old: string;
  readonly oldAnswer: Json;
  /** Stays; has 5 points. */
  readonly kept: string;
  readonly sale: string;
}

async function pair(): Promise<Pair> {
  const merchant = await createTestMerchant();
  const { till } = merchant;
  const consent = (granted: boolean) => [{ purpose: "marketing_email", granted, text: "Mail me (v1)" }];
  const oldAnswer = await till.must("POST", "/v1/members", {
    phone: "0612345678",
    birthday: "02-29",
    card: "0001000000112345",
    consents: consent(false),
  });
  const keptAnswer = await till.must("POST", "/v1/members", {
    name: "Anna",
    phone: "0687654321",
    consents: consent(true),
  });
  const [old, kept] = [text(oldAnswer["member"]?.["id"]), text(keptAnswer["member"]?.["id"])];
  const sold = await till.must("POST", "/v1/sales", { receipt: "A-1", member: { id: old }, total: EUR(1250) });
  await till.must("POST", "/v1/sales", { receipt: "A-2", member: { id: kept }, total: EUR(560) });
  return { ...merchant, old, oldAnswer, kept, sale: text(sold["sale"]?.["id"]) };
}

const preview = ({ till, old, kept }: Pair) =>
  till.must("POST", `/v1/members/${kept}/merge/preview`, { from: { id: old } });

async function merged(both: Pair): Promise<Json> {
  const { token } = await preview(both);
  return both.till.must("POST", `/v1/members/${both.kept}/merge`, { from: { id: both.old }, token });
}

describe("merging two members", () => {
  test("is shown first and writes nothing, and then does what was shown", async () => {
    const both = await pair();
    const shown = await preview(both);
    expect(shown).toMatchObject({ member: both.kept, from: both.old, cards: 2, released_redemptions: 0 });
    expect(shown["consents"]).toEqual([{ purpose: "marketing_email", granted: false }]);
    expect((await preview(both))["token"]).toBe(shown["token"]);
    expect(await balances({ till: both.till, member: both.old })).toMatchObject({ points: 12 });

    const answer = await merged(both);
    for (const field of ["wallet", "rewards", "explanation", "cards"]) expect(answer[field]).toEqual(shown[field]);
    expect(listOf(answer["explanation"])).toContain("+12 punten: van de samengevoegde kaart");
    const member = await both.till.must("GET", `/v1/members/${both.kept}`);
    expect(member["member"]).toMatchObject({ name: "Anna", phone: "+31687654321", birthday: "02-29" });
    expect(member["member"]?.["consents"]).toMatchObject([{ purpose: "marketing_email", granted: false }]);
    expect(listOf(member["cards"]).map(({ number }) => number)).toContain("0001000000112345");
    expect(await balances({ till: both.till, member: both.kept })).toMatchObject({ points: 17 });
  });

  test("the old id, phone number, plastic card and QR code lead to the member who stays", async () => {
    const both = await pair();
    await merged(both);
    const names = [
      { id: both.old },
      { phone: "0612345678" },
      { card: "0001000000112345" },
      { card: both.oldAnswer["card_token"] },
    ];
    for (const [index, member] of names.entries()) {
      const found = await both.till.must("POST", "/v1/members/identify", { member });
      expect(found["member"]?.["id"]).toBe(both.kept);
      const sale = await both.till.must("POST", "/v1/sales", { receipt: `B-${index}`, member, total: EUR(100) });
      expect(sale["sale"]).toMatchObject({ member: both.kept });
    }
    expect(await balances({ till: both.till, member: both.old })).toMatchObject({ points: 22 });
  });

  test.each([
    ["its id", (both: Pair) => ({ sale: { id: both.sale } })],
    ["its receipt at the old id", (both: Pair) => ({ sale: { receipt: "A-1" }, member: { id: both.old } })],
    ["its receipt at the member who stays", (both: Pair) => ({ sale: { receipt: "A-1" }, member: { id: both.kept } })],
    ["its receipt at the old phone number", () => ({ sale: { receipt: "A-1" }, member: { phone: "0612345678" } })],
  ])("an earlier sale is returned by %s, once", async (_how, named) => {
    const both = await pair();
    await both.till.must("POST", "/v1/returns", { return_id: "R-1", sale: { id: both.sale }, total: EUR(250) });
    await merged(both);
    await both.till.must("POST", "/v1/returns", { return_id: "R-2", ...named(both) });
    expect(await balances({ till: both.till, member: both.kept })).toMatchObject({ points: 5 });
    const again = await both.till.call("POST", "/v1/returns", { body: { return_id: "R-3", ...named(both) } });
    expect(again.body).toMatchObject({ code: "already_returned" });
  });

  test("a receipt of the old card that came back whole can be rung up again with it, and counts at the new one", async () => {
    const both = await pair();
    const body = { receipt: "A-1", member: { card: text(both.oldAnswer["card_token"]) }, total: EUR(900) };
    await merged(both);
    await both.till.must("POST", "/v1/returns", { return_id: "R-1", sale: { id: both.sale }, total: EUR(250) });
    expect((await both.till.call("POST", "/v1/sales", { body })).body).toMatchObject({ code: "receipt_reused" });
    const whole = { return_id: "R-2", sale: { id: both.sale } };
    await both.till.call("POST", "/v1/returns", { body: whole, idem: "whole" });
    await both.till.call("POST", "/v1/returns", { body: whole, idem: "whole" });

    const before = await balances({ till: both.till, member: both.kept });
    const sold = await both.till.call("POST", "/v1/sales", { body, idem: "again" });
    expect(sold.body["sale"]).toMatchObject({ member: both.kept, total: EUR(900), returned: "no" });
    expect((await both.till.call("POST", "/v1/sales", { body, idem: "again" })).body).toEqual(sold.body);
    expect((await both.till.call("POST", "/v1/sales", { body, idem: "newer" })).body).toEqual(sold.body);
    expect(await balances({ till: both.till, member: both.kept })).toMatchObject({
      points: Number(before["points"]) + 9,
    });
    const member = { card: text(both.oldAnswer["card_token"]) };
    const back = { return_id: "R-3", sale: { receipt: "A-1" }, member };
    expect((await both.till.must("POST", "/v1/returns", back))["return"]).toMatchObject({
      sale: sold.body["sale"]?.["id"],
      full: true,
    });
  });

  test("a return that waited for its sale is carried out when the sale arrives at the old card", async () => {
    const both = await pair();
    const body = { return_id: "R-1", sale: { receipt: "L-1" }, member: { id: both.old } };
    const early = await both.till.call("POST", "/v1/returns", { body, idem: "early" });
    expect(early.body).toMatchObject({ code: "sale_not_known_yet" });
    await merged(both);
    await both.till.must("POST", "/v1/sales", { receipt: "L-1", member: { id: both.old }, total: EUR(900) });
    expect(await balances({ till: both.till, member: both.kept })).toMatchObject({ points: 17 });
    const late = await both.till.call("POST", "/v1/returns", { body, idem: "early" });
    expect(late.body["return"]).toMatchObject({ full: true, member: both.kept });
  });

  test.each([["its own"], ["another"]])(
    "a return that waited is carried out under %s key when its sale has come along",
    async (which) => {
      const both = await pair();
      const { till, kept } = both;
      const metadata = { reason: "te laat" };
      const body = { return_id: "R-1", sale: { receipt: "A-1" }, member: { id: kept }, metadata };
      const ask = (idem: string, changes: object = {}) =>
        till.call("POST", "/v1/returns", { body: { ...body, ...changes }, idem });
      expect((await ask("early")).body).toMatchObject({ code: "sale_not_known_yet" });
      await merged(both);

      expect((await ask("early", { total: EUR(1) })).body).toMatchObject({ code: "idempotency_mismatch" });
      expect((await ask("other", { total: EUR(1) })).body).toMatchObject({ code: "return_id_reused" });
      const carried = await ask(which === "another" ? "fresh" : "early");
      expect(carried.body["return"]).toMatchObject({ full: true, member: kept, sale: both.sale, metadata });
      expect(await balances({ till, member: kept })).toMatchObject({ points: 5 });
      for (const idem of ["early", "fresh", "later"]) expect((await ask(idem)).body).toEqual(carried.body);
      // A newer sale with that receipt has nothing to give back.
      await till.must("POST", "/v1/sales", { receipt: "A-1", member: { id: kept }, total: EUR(700) });
      expect(await balances({ till, member: kept })).toMatchObject({ points: 12 });
    },
  );

  test("a return that waits goes by its key after another merge too, however many accounts it came by", async () => {
    const both = await pair();
    await merged(both);
    const body = { return_id: "R-1", sale: { receipt: "L-1" }, member: { id: both.old } };
    const again = (changes: object = {}) =>
      both.till.call("POST", "/v1/returns", { body: { ...body, ...changes }, idem: "early" });
    expect((await again()).body).toMatchObject({ code: "sale_not_known_yet" });
    const third = await both.till.must("POST", "/v1/members", { name: "Bram" });
    const last = text(third["member"]?.["id"]);
    await merged({ ...both, old: both.kept, kept: last });

    expect((await again()).body).toMatchObject({ code: "sale_not_known_yet" });
    expect((await again({ total: EUR(100) })).body).toMatchObject({ code: "idempotency_mismatch" });
    await both.till.must("POST", "/v1/sales", { receipt: "L-1", member: { id: both.old }, total: EUR(900) });
    expect((await again()).body["return"]).toMatchObject({ full: true, member: last });
    expect((await again({ total: EUR(100) })).body).toMatchObject({ code: "idempotency_mismatch" });
  });

  test("a blocked card stays blocked, and a card that came along can be blocked", async () => {
    const both = await pair();
    await both.till.must("POST", "/v1/cards/block", { card: "0001000000112345", reason: "lost" });
    await merged(both);
    const lost = { receipt: "B-1", member: { card: "0001000000112345" }, total: EUR(100) };
    expect((await both.till.call("POST", "/v1/sales", { body: lost })).body).toMatchObject({ code: "card_blocked" });
    const token = both.oldAnswer["card_token"];
    await both.till.must("POST", "/v1/cards/block", { card: token, reason: "stolen" });
    const stolen = { receipt: "B-2", member: { card: token }, total: EUR(100) };
    expect((await both.till.call("POST", "/v1/sales", { body: stolen })).body).toMatchObject({ code: "card_blocked" });
    expect(await balances({ till: both.till, member: both.kept })).toMatchObject({ points: 17 });
  });

  test("a retry under the same key answers the same; another body under it is refused", async () => {
    const both = await pair();
    const { token } = await preview(both);
    const path = `/v1/members/${both.kept}/merge`;
    const body = { from: { phone: "0612345678" }, token };
    const first = await both.till.call("POST", path, { body, idem: "merge" });
    expect(first.status).toBe(200);
    expect((await both.till.call("POST", path, { body, idem: "merge" })).body).toEqual(first.body);
    const other = { from: { id: both.old }, token: "x".repeat(26) };
    expect((await both.till.call("POST", path, { body: other, idem: "merge" })).body).toMatchObject({
      code: "idempotency_mismatch",
    });
    expect(await balances({ till: both.till, member: both.kept })).toMatchObject({ points: 17 });
  });

  test("what has changed since it was shown must be shown again", async () => {
    const both = await pair();
    const { token } = await preview(both);
    await both.till.must("POST", "/v1/sales", { receipt: "B-1", member: { id: both.old }, total: EUR(100) });
    const body = { from: { id: both.old }, token };
    const refused = await both.till.call("POST", `/v1/members/${both.kept}/merge`, { body });
    expect(refused.body).toMatchObject({ code: "merge_changed" });
  });

  test("with oneself is refused, and so is what has gone up in a third", async () => {
    const both = await pair();
    const self = { from: { id: both.kept } };
    const path = (member: string) => `/v1/members/${member}/merge`;
    expect((await both.till.call("POST", `${path(both.kept)}/preview`, { body: self })).body).toMatchObject({
      code: "merge_same_member",
    });
    await merged(both);
    const third = text((await both.till.must("POST", "/v1/members", {}))["member"]?.["id"]);
    const body = { from: { id: both.old }, token: "x".repeat(26) };
    expect((await both.till.call("POST", path(third), { body })).body).toMatchObject({ code: "already_merged" });
  });

  test("of two that go up in each other at once, at most one does", async () => {
    const both = await pair();
    const shown = await Promise.all([preview(both), preview({ ...both, old: both.kept, kept: both.old })]);
    const paths = [both.kept, both.old];
    const answers = await Promise.all(
      shown.map(({ token }, index) =>
        both.till.call("POST", `/v1/members/${paths[index]}/merge`, {
          body: { from: { id: paths[1 - index] }, token },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    const all = await Promise.all(paths.map((member) => balances({ till: both.till, member })));
    const found = await Promise.all(paths.map((id) => both.till.must("GET", `/v1/members/${id}`)));
    const same = found[0]?.["member"]?.["id"] === found[1]?.["member"]?.["id"];
    expect(Number(all[0]?.["points"]) + (same ? 0 : Number(all[1]?.["points"]))).toBe(17);
  });
});

describe("a chain of merges", () => {
  /** Old goes up in kept, and kept in a third with 3 points; the old sale of 1250 is returned in parts on the way. */
  async function chain(): Promise<Pair & { readonly third: string }> {
    const both = await pair();
    const { till } = both;
    const third = text((await till.must("POST", "/v1/members", { phone: "0611111111" }))["member"]?.["id"]);
    await till.must("POST", "/v1/sales", { receipt: "A-3", member: { id: third }, total: EUR(300) });
    await till.must("POST", "/v1/returns", { return_id: "R-1", sale: { id: both.sale }, total: EUR(250) });
    await merged(both);
    await till.must("POST", "/v1/returns", { return_id: "R-2", sale: { id: both.sale }, total: EUR(400) });
    expect(await balances({ till, member: both.kept })).toMatchObject({ points: 5 + 6 });
    await merged({ ...both, old: both.kept, kept: third });
    expect(await balances({ till, member: third })).toMatchObject({ points: 3 + 5 + 6 });
    return { ...both, third };
  }
  type Chain = Awaited<ReturnType<typeof chain>>;
  const ways: readonly [string, (all: Chain) => Record<string, unknown>][] = [
    ["its id", (all) => ({ sale: { id: all.sale } })],
    ["its receipt at the first", (all) => ({ sale: { receipt: "A-1" }, member: { id: all.old } })],
    ["its receipt at the second", (all) => ({ sale: { receipt: "A-1" }, member: { id: all.kept } })],
    ["its receipt at the third", (all) => ({ sale: { receipt: "A-1" }, member: { id: all.third } })],
    ["its receipt at the first phone number", () => ({ sale: { receipt: "A-1" }, member: { phone: "0612345678" } })],
  ];

  test.each(ways)("the returns booked on the way count for a return by %s", async (_how, named) => {
    const all = await chain();
    const tooMuch = { return_id: "R-3", ...named(all), total: EUR(601) };
    expect((await all.till.call("POST", "/v1/returns", { body: tooMuch })).body).toMatchObject({
      code: "return_exceeds_sale",
    });
    await all.till.must("POST", "/v1/returns", { return_id: "R-4", ...named(all), total: EUR(100) });
    expect(await balances({ till: all.till, member: all.third })).toMatchObject({ points: 3 + 5 + 5 });
    await all.till.must("POST", "/v1/returns", { return_id: "R-5", ...named(all) });
    expect(await balances({ till: all.till, member: all.third })).toMatchObject({ points: 3 + 5 });
  });

  test.each(ways)("a return booked on the way is not booked again under a new key, by %s", async (_how, named) => {
    const all = await chain();
    for (const [return_id, amount] of [
      ["R-1", 250],
      ["R-2", 400],
    ] as const) {
      const again = { return_id, ...named(all), total: EUR(amount) };
      const { body } = await all.till.call("POST", "/v1/returns", { body: again });
      expect(body["return"]).toMatchObject({ return_id });
    }
    expect(await balances({ till: all.till, member: all.third })).toMatchObject({ points: 3 + 5 + 6 });
  });
});

test("erasing that is cut off is finished by the alarm: absorbed notes, profile and phone number", async () => {
  const both = await pair();
  const { till, tenant } = both;
  const [old, kept] = [both.old, both.kept].map((id) => both.ids.parseMember(id) ?? "");
  const clientOf = (account = "") => accountClient(env.MEMBER_ACCOUNT, tenant, account, { clock_offset_ms: 0 });
  await till.must("POST", "/v1/adjustments", {
    member: { id: both.old },
    unit: "points",
    delta: 1,
    reason: "Anna vroeg",
  });
  await merged(both);
  const notes = async (account: string | undefined) =>
    (await clientOf(account).chain(0)).rows.filter(({ note }) => note !== null).length;
  expect(await notes(old)).toBeGreaterThan(0);

  // As the Worker does it, and then dies: the account is erased, nothing else is.
  const by = { kind: "till", till: "til_1", location: "loc_1", key: "key_1" } as const;
  const erase = {
    command: { type: "erase" },
    by,
    till: "til_1",
    idem: "til_1:e",
    request_hash: "e",
    note: null,
  } as const;
  const program = programPayload(1);
  expect(await clientOf(kept).run({ ...erase, programs: [program], preview: false })).toMatchObject({ ok: true });
  expect(await notes(old)).toBeGreaterThan(0);

  const name = accountObjectName(tenant, kept ?? "");
  if (name === null) throw new Error("no account");
  const stub = env.MEMBER_ACCOUNT.getByName(formatObjectName(name));
  await evictDurableObject(stub);
  await runDurableObjectAlarm(stub);
  expect(await notes(old)).toBe(0);
  expect((await till.call("GET", `/v1/members/${both.kept}`)).body).toMatchObject({ code: "member_erased" });
  const found = await till.call("POST", "/v1/members/identify", { body: { member: { phone: "0687654321" } } });
  expect(found.body).toMatchObject({ code: "member_unknown" });
});

describe("a merge that is cut off", () => {
  const CASHIER = { kind: "system", job: "registry" } as const;

  test.each(["after the old account ended", "after the other has everything", "after the person was brought"])(
    "%s is finished by the alarm",
    async (when) => {
      const both = await pair();
      const [from, into] = [both.ids.parseMember(both.old) ?? "", both.ids.parseMember(both.kept) ?? ""];
      const options = { clock_offset_ms: 0 };
      const giver = accountClient(env.MEMBER_ACCOUNT, both.tenant, from, options);
      const step = { reason: "merge", by: CASHIER } as const;
      const parcel = await giver.handOver({ receiver: into, ...step });
      if (!parcel.ok) throw new Error(parcel.refusal.code);
      if (when !== "after the old account ended") {
        const receiver = accountClient(env.MEMBER_ACCOUNT, both.tenant, into, options);
        await receiver.receive({ from, estate: parcel.value.estate, ...step });
      }
      const name = accountObjectName(both.tenant, from);
      if (name === null) throw new Error("no account");
      const stub = env.MEMBER_ACCOUNT.getByName(formatObjectName(name));
      await evictDurableObject(stub);
      await runDurableObjectAlarm(stub);
      if (when === "after the person was brought") await runDurableObjectAlarm(stub);
      const found = await both.till.must("POST", "/v1/members/identify", { member: { phone: "0612345678" } });
      expect(found["member"]).toMatchObject({ id: both.kept, birthday: "02-29" });
      expect(await balances({ till: both.till, member: both.kept })).toMatchObject({ points: 17 });
      const { rows } = await giver.chain(0);
      expect(rows.map((row): unknown => JSON.parse(row.body)).at(-1)).toMatchObject({ type: "delivered" });
    },
  );
});
