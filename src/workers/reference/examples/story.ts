import type { z } from "zod";
import type { actionInput } from "../../../contract/pos-v1/action.ts";
import type { handOutExport, handOutPage } from "../../../contract/pos-v1/hand-out.ts";
import type { storedValueStatement } from "../../../contract/pos-v1/stored-value.ts";
import type { rewardStock } from "../../../contract/pos-v1/reward-stock.ts";
import type { adjustmentInput, paperCardInput } from "../../../contract/pos-v1/adjustment.ts";
import type { claimInput } from "../../../contract/pos-v1/claim.ts";
import type {
  blockInput,
  cardInput,
  identifyInput,
  memberInput,
  memberPatch,
} from "../../../contract/pos-v1/member.ts";
import type { mergeInput, mergePreviewInput } from "../../../contract/pos-v1/merge.ts";
import type { giftcardInput } from "../../../contract/pos-v1/giftcard.ts";
import type { giftInput, issuedRewardInput } from "../../../contract/pos-v1/issued-reward.ts";
import type { pairingAnswer, pairingInput } from "../../../contract/pos-v1/pairing.ts";
import type { redemptionInput } from "../../../contract/pos-v1/redemption.ts";
import type { returnInput } from "../../../contract/pos-v1/return.ts";
import type { saleInput } from "../../../contract/pos-v1/sale.ts";
import type { transferInput } from "../../../contract/pos-v1/transfer.ts";
import type { syncInput } from "../../../contract/pos-v1/sync.ts";
import type { programDocument } from "../../../domain/program/document.ts";

// One afternoon at a coffee bar, told in requests. The examples of the reference are these requests and what the API
// answers to them; a test plays the story against the real Worker and compares.

/** The merchant of the examples, as its owner would set it up. */
export const exampleMerchant = {
  name: "Koffie & Zo",
  country: "NL",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  location: "Koffie & Zo Oudegracht",
  till: "Kassa 1",
} as const;

export const exampleItems = [
  { sku: "FLAT-WHITE", name: "Flat white", price: 390, category: "coffee", tax_rate: "9" },
  { sku: "CROISSANT", name: "Croissant", price: 260, category: "bakery", tax_rate: "9" },
  { sku: "MOK", name: "Mok met logo", price: 1450, category: "shop", tax_rate: "21" },
] as const;

export const exampleProgram = {
  schema: 1,
  name: "Koffie & Zo spaarkaart",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  units: { points: { name: { nl: "punten", en: "points" } } },
  exclude: { categories: ["alcohol"] },
  earning: [{ id: "ear_euro", kind: "spend", give: 1, per: 100 }],
  stamp_cards: [
    {
      id: "stc_koffie",
      name: { nl: "Koffiekaart", en: "Coffee card" },
      size: 10,
      earning: [{ id: "ear_koffie", kind: "category", give: 1, categories: ["coffee"] }],
      reward: "rew_gratis_koffie",
    },
  ],
  actions: [
    {
      id: "act_vriend",
      kind: "referral",
      name: { nl: "vriend meegebracht", en: "friend brought along" },
      give: 25,
      each: "subject",
    },
  ],
  challenges: [
    {
      id: "chl_vijftig",
      name: { nl: "Vijftig koppen koffie", en: "Fifty cups of coffee" },
      counts: { kind: "items" },
      goal: 50,
      only: { categories: ["coffee"] },
      until: "2030-12-31",
      gives: { kind: "units", give: 40 },
    },
  ],
  dated_gifts: [
    {
      id: "gif_verjaardag",
      name: { nl: "Koffie op je verjaardag", en: "Coffee on your birthday" },
      on: { kind: "birthday" },
      days_after: 14,
      gives: { kind: "reward", reward: "rew_gratis_koffie", valid_for: { days: 14 } },
    },
  ],
  rewards: [
    {
      id: "rew_gratis_koffie",
      name: { nl: "Gratis koffie", en: "Free coffee" },
      cost: { unit: "stamps:stc_koffie", amount: 10 },
      effect: { kind: "free_item", only: { categories: ["coffee"] } },
    },
    {
      id: "rew_twee_euro",
      name: { nl: "€ 2 korting", en: "€2 off" },
      cost: { unit: "points", amount: 20 },
      effect: { kind: "amount_off", amount: 200 },
      minimum_spend: 500,
    },
  ],
  pay_with_points: { points: 10, amount: 100 },
  credit: { top_up_bonus: [{ from: 2500, percent: 10 }] },
  transfers: { points: true },
} satisfies z.input<typeof programDocument>;

const anna = { phone: "06 12345678" };

export const newMember = {
  name: "Anna de Vries",
  phone: "06 12345678",
  locale: "nl",
  consents: [{ purpose: "marketing_email", granted: true, text: "Mail me offers of Koffie & Zo (version 2)" }],
} satisfies z.input<typeof memberInput>;

export const anonymousMember = { card: "0001000000112345" } satisfies z.input<typeof memberInput>;

export const identifyByPhone = { member: anna } satisfies z.input<typeof identifyInput>;

export const firstSale = {
  receipt: "2026-000123",
  member: anna,
  total: { amount: 1040, currency: "EUR" },
  lines: [
    { sku: "FLAT-WHITE", name: "Flat white", category: "coffee", quantity: "2", amount: 780, tax_rate: "9" },
    { sku: "CROISSANT", name: "Croissant", category: "bakery", quantity: "1", amount: 260, tax_rate: "9" },
  ],
  tender: [{ kind: "card", amount: 1040 }],
} satisfies z.input<typeof saleInput>;

export const saleByAmount = {
  receipt: "2026-000124",
  member: anna,
  total: { amount: 1250, currency: "EUR" },
} satisfies z.input<typeof saleInput>;

export const saleWithoutMember = {
  receipt: "2026-000125",
  total: { amount: 390, currency: "EUR" },
} satisfies z.input<typeof saleInput>;

/** The sale above, by the claim link in its answer. */
export const collectSale = (token: string) => ({ token, member: anna }) satisfies z.input<typeof claimInput>;

export const queuedOffline = {
  items: [
    { call: "createMember", key: "till-1-000121", body: { name: "Bram Bakker", external_id: "17850" } },
    {
      call: "createSale",
      key: "till-1-000122",
      body: {
        receipt: "2026-000127",
        member: { item: "till-1-000121" },
        total: { amount: 390, currency: "EUR" },
      },
    },
    {
      call: "createRedemption",
      key: "till-1-000123",
      body: { member: { item: "till-1-000121" }, reward: "rew_twee_euro" },
    },
  ],
} satisfies z.input<typeof syncInput>;

export const pairingCode = { code: "402913", name: "iPad bar" } satisfies z.input<typeof pairingInput>;

export const welcomeGift = {
  member: anna,
  unit: "points",
  delta: 100,
  reason: "Welcome gift, opening week",
} satisfies z.input<typeof adjustmentInput>;

export const friendBrought = {
  member: anna,
  action: "act_vriend",
  subject: "mem_mpbffy96dbrqnwne8yv2mfm9",
} satisfies z.input<typeof actionInput>;

export const giftOfReward = {
  member: anna,
  reward: "rew_twee_euro",
  expires_on: "2099-12-31",
  message: "Thank you for bringing the whole office!",
} satisfies z.input<typeof giftInput>;

export const giftOfPoints = {
  member: anna,
  unit: "points",
  amount: 50,
  message: "Happy birthday!",
} satisfies z.input<typeof giftInput>;

export const payNowCollectLater = { member: anna, reward: "rew_twee_euro" } satisfies z.input<typeof issuedRewardInput>;

/** A reward that was issued is redeemed like any other, for nothing. */
export const redeemIssued = (issued_reward: string) =>
  ({ member: anna, issued_reward, sale_total: { amount: 780, currency: "EUR" } }) satisfies z.input<
    typeof redemptionInput
  >;

export const paperCard = {
  member: { phone: "06 12345678" },
  stamp_card: "stc_koffie",
  stamps: 6,
  reason: "Paper card handed in",
  staff: "c07",
} satisfies z.input<typeof paperCardInput>;

export const openingBalance = {
  member: { external_id: "17850" },
  unit: "stamps:stc_koffie",
  delta: 4,
  kind: "opening",
  reason: "Four stamps on the paper card",
} satisfies z.input<typeof adjustmentInput>;

export const twoEuroOff = {
  member: anna,
  reward: "rew_twee_euro",
  lines: [
    { id: "l1", sku: "FLAT-WHITE", quantity: "1", amount: 390 },
    { id: "l2", sku: "MOK", quantity: "1", amount: 1450 },
  ],
} satisfies z.input<typeof redemptionInput>;

export const payWithPoints = {
  member: anna,
  unit: "points",
  amount: 30,
  sale_total: { amount: 780, currency: "EUR" },
} satisfies z.input<typeof redemptionInput>;

export const topUp = {
  receipt: "2026-000128",
  member: anna,
  total: { amount: 2500, currency: "EUR" },
  lines: [{ id: "l1", name: "Opwaarderen", kind: "top_up", quantity: "1", amount: 2500 }],
} satisfies z.input<typeof saleInput>;

export const giftCard = {
  amount: { amount: 2500, currency: "EUR" },
  message: "Happy birthday!",
} satisfies z.input<typeof giftcardInput>;

export const payWithGiftCard = (code: string) =>
  ({
    member: { card: code },
    unit: "credit:EUR",
    amount: 780,
    sale_total: { amount: 780, currency: "EUR" },
  }) satisfies z.input<typeof redemptionInput>;

export const payWithCredit = {
  member: anna,
  unit: "credit:EUR",
  amount: 1000,
  sale_total: { amount: 780, currency: "EUR" },
} satisfies z.input<typeof redemptionInput>;

/** The sale in which a held redemption is used: its effect stands as a discount line, and the sale names it. */
export const saleWithReward = (redemption: string) =>
  ({
    receipt: "2026-000126",
    member: anna,
    total: { amount: 1640, currency: "EUR" },
    lines: [
      { id: "l1", sku: "FLAT-WHITE", quantity: "1", amount: 390 },
      { id: "l2", sku: "MOK", quantity: "1", amount: 1450 },
      { id: "l3", name: "€ 2 korting", kind: "discount", quantity: "1", amount: -200 },
    ],
    redemptions: [redemption],
  }) satisfies z.input<typeof saleInput>;

export const croissantBack = {
  return_id: "R-77",
  sale: { receipt: "2026-000123" },
  member: anna,
  lines: [{ sku: "CROISSANT", quantity: "1" }],
} satisfies z.input<typeof returnInput>;

export const wholeSaleBack = (sale: string) =>
  ({ return_id: "R-78", sale: { id: sale } }) satisfies z.input<typeof returnInput>;

export const changedMember = { name: "Anna Jansen", birthday: "03-14" } satisfies z.input<typeof memberPatch>;

export const identifyById = { member: { external_id: "17850" } } satisfies z.input<typeof identifyInput>;

export const otherCard = { from: { external_id: "17850" } } satisfies z.input<typeof mergePreviewInput>;

export const mergeOther = (token: string) => ({ ...otherCard, token }) satisfies z.input<typeof mergeInput>;

export const giveTen = { to: { external_id: "17850" }, amount: 10 } satisfies z.input<typeof transferInput>;

export const plasticCard = { number: "0001000000112345" } satisfies z.input<typeof cardInput>;

export const lostCard = { card: "0001000000112345", reason: "lost" } satisfies z.input<typeof blockInput>;

/** Told by hand: it is there about a second after it happened, and a story does not wait. */
const mugToCollect = {
  object: "hand_out",
  id: "iss_mpbffy96dbrqnwne00586mzy5tg",
  created_at: "2026-06-16T10:00:00.000Z",
  state: "open",
  reward: "rew_mok",
  name: "Mok met logo",
  kind: "product",
  sku: "MOK",
  partner: null,
  member: "mem_mpbffy96dbrqnwne8yv2mfm9",
  issued_reward: "iss_mpbffy96dbrqnwne00586mzy5tg",
  redemption: null,
  expires_on: null,
  cost_price: 380,
  location: "loc_khd18er1cn7s653b",
  handed_over: null,
  cancelled: null,
} as const;

export const seatsLeft = {
  object: "reward_stock",
  reward: "rew_proeverij",
  stock_max: 12,
  left: 5,
} satisfies z.input<typeof rewardStock>;

const credit = {
  unit: "credit:EUR",
  name: "Tegoed",
  counted_in: "minor_units",
  vat_purpose: "multi_purpose",
  taken_over: 0,
  lapsed: 0,
  moved: 0,
} as const;

export const storedValue = {
  object: "stored_value_statement",
  drawn_up_at: "2027-02-01T08:00:00.000Z",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  periods: [
    {
      from: "2027-01-01",
      to: "2027-01-31",
      data: [
        {
          ...credit,
          kind: "paid",
          opening: 12000,
          sold: 5000,
          granted: 0,
          redeemed: 3250,
          returned: 1000,
          expired: 0,
          closing: 12750,
        },
        {
          ...credit,
          kind: "granted",
          opening: 900,
          sold: 0,
          granted: 500,
          redeemed: 250,
          returned: 100,
          expired: 50,
          closing: 1000,
        },
      ],
    },
  ],
} satisfies z.input<typeof storedValueStatement>;

export const handOuts = {
  data: [mugToCollect],
  next_cursor: null,
} satisfies z.input<typeof handOutPage>;

export const fulfilment = {
  object: "hand_out_export",
  exported_at: "2026-07-01T08:00:00.000Z",
  data: [
    {
      ...mugToCollect,
      id: "red_mpbffy96dbrqnwne4yvpdn76f",
      state: "handed_over",
      reward: "rew_film",
      name: "Bioscoopkaartje",
      kind: "partner",
      sku: null,
      partner: { name: "Filmhuis Lumière", reference: "LUM-2027" },
      issued_reward: null,
      redemption: "red_mpbffy96dbrqnwne4yvpdn76f",
      cost_price: 850,
      handed_over: {
        at: "2026-06-16T10:02:00.000Z",
        location: "loc_khd18er1cn7s653b",
        till: "til_cv0981n1kxzn54f0",
        staff: "c07",
      },
    },
  ],
} satisfies z.input<typeof handOutExport>;

/** The only answer that no story can tell: its code comes from the dashboard. */
export const paired = {
  object: "pairing",
  key: "stk_live_…",
  mode: "live",
  scopes: ["sell", "redeem", "members", "read"],
  merchant: { locator: "e99heth0", name: exampleMerchant.name, currency: "EUR", locale: "nl" },
  location: {
    id: "loc_khd18er1cn7s653b",
    name: exampleMerchant.location,
    country: "NL",
    timezone: "Europe/Amsterdam",
  },
  till: { id: "til_cv0981n1kxzn54f0", name: exampleMerchant.till },
} satisfies z.output<typeof pairingAnswer>;
