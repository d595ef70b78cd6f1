import type { z } from "zod";
import type { SaleInput, saleAnswer } from "../../../../contract/pos-v1/sale.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type { ExchangeReturn, SaleCommand } from "../../../../domain/ledger/command.ts";
import { explainCoupon, explainEntry, explainOutcome } from "../../../../domain/ledger/explain.ts";
import { explainGifts } from "../../../../domain/ledger/explain-gift.ts";
import { explainTenders } from "../../../../domain/ledger/explain-tender.ts";
import { explainChallenge } from "../../../../domain/ledger/explain-challenge.ts";
import { accountKindOf } from "../../../../domain/tenancy/account-id.ts";
import { createCardToken } from "../../../../domain/tenancy/card-token.ts";
import { CLAIM_CARD_NO, CLAIM_MS } from "../../../../domain/tenancy/receipt-account.ts";
import { clampOccurredAt, type OccurredAt } from "../../../../domain/time/clock-window.ts";
import { localDate } from "../../../../domain/time/local-date.ts";
import { ProblemError } from "../../../http/problem.ts";
import { basketLines, quantityMilli } from "../basket-lines.ts";
import { isEarningPaused } from "../billing-gate.ts";
import { type PosDesk, receiptAccountOf, requireProgramCurrency } from "../desk.ts";
import { renderEntries } from "../render/entry.ts";
import { renderIssues } from "../render/issued.ts";
import { type Rendering, renderingOf } from "../render/reader.ts";
import { receiptLines } from "../render/receipt-lines.ts";
import { renderSale, renderWarnings, type SaleBody } from "../render/sale.ts";
import { renderRewards, renderWallet } from "../render/wallet.ts";
import { type NamedAccount, resolveMember } from "../resolve-member.ts";
import { type Carried, runCommand } from "../run-command.ts";
import { underStrictReceipts } from "../strict-receipts.ts";
import { namedHolds, withTenders } from "./tenders.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireSaleAnswer = z.infer<typeof saleAnswer>;

/** A sale that the ledger has carried out, or would. */
export interface CarriedSale {
  readonly answer: WireSaleAnswer;
  readonly replayed: boolean;
}

/**
 * Sends a sale with a member to the account, or previews it.
 *
 * @param key the Idempotency-Key; null previews
 * @throws ProblemError for everything that the edge or the ledger refuses
 */
export async function carrySale(desk: PosDesk, input: SaleInput, key: string | null): Promise<CarriedSale> {
  const { member, ...body } = input;
  const named =
    member === undefined ? unclaimed(desk, input) : await resolveMember(desk, member, key, "member_or_gift_card");
  if (named === null) return { answer: withoutMember(desk), replayed: false };
  const { own, gifts } = namedHolds(desk, input.redemptions, named);
  const command = saleCommand(desk, input, named, own);
  const preview = key === null;
  const { account } = named;
  const carried = await underStrictReceipts(desk, { command, account, preview }, async () =>
    runCommand(desk, named, {
      command: await withTenders(desk, command, { account, gifts, preview }),
      body,
      operation: "sale",
      key,
      staff: input.staff,
      note: Object.keys(input.metadata).length === 0 ? null : { metadata: input.metadata },
      at_ms: command.occurred_at_ms,
      preview,
      ...(member === undefined ? { opens: true, anew: (time) => receiptAccount(desk, input, time) } : {}),
    }),
  );
  const rendering = await renderingOf(desk, carried.view.body);
  return { answer: renderAnswer(rendering, carried, preview), replayed: carried.replayed };
}

/** The account on which a sale without a member waits to be claimed; null when the merchant has claims off. */
function unclaimed(desk: PosDesk, input: SaleInput): NamedAccount | null {
  if (!desk.parts.config.config.merchant.claims) return null;
  return { account: receiptAccount(desk, input, 1), card_no: null };
}

function receiptAccount(desk: PosDesk, input: SaleInput, time: number): string {
  const business_date = businessDate(desk, input, occurredAt(desk, input).occurred_at_ms);
  const { receipt, register = null } = input;
  return receiptAccountOf(desk, { receipt, business_date, register }, time);
}

function occurredAt(desk: PosDesk, input: SaleInput): OccurredAt {
  const given_ms = input.occurred_at === undefined ? null : Date.parse(input.occurred_at);
  return clampOccurredAt(given_ms, desk.now_ms, desk.can("backfill"));
}

function businessDate(desk: PosDesk, input: SaleInput, occurred_at_ms: number): string {
  return input.business_date ?? localDate(occurred_at_ms, desk.parts.location.timezone);
}

function saleCommand(desk: PosDesk, input: SaleInput, named: NamedAccount, own: readonly number[]): SaleCommand {
  const given_ms = input.occurred_at === undefined ? null : Date.parse(input.occurred_at);
  const backfill = desk.can("backfill");
  const { occurred_at_ms, clamped } = occurredAt(desk, input);
  const business_date = businessDate(desk, input, occurred_at_ms);
  const { closed_budgets } = desk.parts.config;
  return {
    type: "sale",
    receipt: input.receipt,
    register: input.register ?? null,
    business_date,
    occurred_at_ms,
    clamped,
    backfilled: backfill && given_ms !== null && clampOccurredAt(given_ms, desk.now_ms, false).clamped,
    currency: input.total.currency,
    total: input.total.amount,
    lines: basketLines(desk, input.lines),
    tender: input.tender,
    card_no: named.card_no,
    zone: desk.parts.location.timezone,
    ...(input.offers.length === 0 ? {} : { offers: input.offers }),
    holds: own,
    exchange: exchangeReturns(desk, input, named, business_date),
    ...(closed_budgets.length === 0 ? {} : { closed_budgets }),
    ...(isEarningPaused(desk) ? { earning_paused: true } : {}),
  };
}

/**
 * The exchange lines as returns, one per earlier sale. What makes the sale the same sale names them, so a retry is the same
 * return, and two receipts with one number are two.
 */
function exchangeReturns(desk: PosDesk, input: SaleInput, named: NamedAccount, day: string): ExchangeReturn[] {
  const return_id = ["exchange", desk.parts.till.id, input.register ?? "", day, input.receipt].join(":");
  const bySale = new Map<number, ExchangeReturn>();
  for (const line of input.lines) {
    if (line.returns === undefined) continue;
    requireProgramCurrency(desk, input.total.currency, "total.currency");
    const ref = desk.ids.parseBooking("sal", line.returns.sale);
    if (ref === null || ref.account !== named.account) throw new ProblemError("sale_unknown");
    const earlier = bySale.get(ref.seq)?.request.lines ?? [];
    const amount = line.amount === 0 ? null : -line.amount;
    const back = { line: line.returns.line, sku: null, quantity_milli: quantityMilli(line.quantity), amount };
    const request = { return_id, lines: [...earlier, back], total: null };
    bySale.set(ref.seq, { sale: ref.seq, request });
  }
  return [...bySale.values()];
}

function renderAnswer(rendering: Rendering, { account, view }: Carried, preview: boolean): WireSaleAnswer {
  const body = saleBody(view.body);
  const rewards = renderRewards(rendering, view.rewards);
  const coupons = (body.issued ?? []).filter(({ origin }) => origin === "promotion");
  const unearned = body.outcomes.filter((outcome) => outcome.amount === 0);
  return {
    sale: renderSale(rendering, { account, owner: account, body, note: view.note, last_return: null, preview }),
    entries: renderEntries(rendering, { account, body, note: view.note }),
    wallet: renderWallet(rendering, view.wallet),
    rewards,
    issued_rewards: renderIssues(rendering, account, view.issues),
    offers: renderOffers(rendering, body),
    claim: preview ? null : renderClaim(rendering.desk, account, body.at_ms),
    explanation: [
      ...body.entries.map((entry) => explainEntry(rendering.reader, entry)),
      ...unearned.map((outcome) => explainOutcome(rendering.reader, outcome)),
      ...coupons.map((coupon) => explainCoupon(rendering.reader, coupon)),
      ...(body.challenges ?? []).map((step) => explainChallenge(rendering.reader, step)),
      ...explainGifts(rendering.reader, body),
      ...explainTenders(rendering.reader, body.tenders),
    ],
    receipt_lines: receiptLines(rendering, body.entries, view.wallet, rewards, coupons),
    warnings: renderWarnings(rendering, body),
  };
}

function renderOffers({ text }: Rendering, { offers = [], sale: { currency } }: SaleBody): WireSaleAnswer["offers"] {
  return offers.map(({ id, name, discount, lines, free_line, applied }) => ({
    id,
    name: text(name),
    discount: { amount: discount, currency },
    lines: [...lines],
    free_line,
    applied,
  }));
}

/** How the customer collects the sale; null for a sale of a member. */
function renderClaim(desk: PosDesk, account: string, at_ms: number): WireSaleAnswer["claim"] {
  if (accountKindOf(account) !== "receipt") return null;
  const { origin } = desk;
  const { secrets } = desk.parts;
  const token = createCardToken(secrets.cardKeys, desk.tenant, { account, cardNo: CLAIM_CARD_NO });
  return { token, url: `${origin}/claim/${token}`, expires_at: wireTime(at_ms + CLAIM_MS) };
}

export function saleBody(body: Carried["view"]["body"]): SaleBody {
  invariant(body.type === "sale", `a sale was answered with a ${body.type}`);
  return body;
}

/** Without a member there is no account to book on; the till is told so and goes on. */
function withoutMember(desk: PosDesk): WireSaleAnswer {
  const detail =
    desk.locale === "nl" ? "Geen klant genoemd, dus niets geboekt." : "No member was named, so nothing was booked.";
  return {
    sale: null,
    entries: [],
    wallet: null,
    rewards: [],
    issued_rewards: [],
    offers: [],
    claim: null,
    explanation: [],
    receipt_lines: [],
    warnings: [{ code: "member_missing", detail }],
  };
}
