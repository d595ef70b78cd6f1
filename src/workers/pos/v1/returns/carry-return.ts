import type { z } from "zod";
import type { ReturnInput, returnAnswer } from "../../../../contract/pos-v1/return.ts";
import { invariant } from "../../../../domain/invariant.ts";
import type { BookingHeader, ReturnEvent, ReturnRequest } from "../../../../domain/ledger/booking.ts";
import type { ReturnCommand } from "../../../../domain/ledger/command.ts";
import { explainCoupon, explainEntry, explainReturnedCoupon } from "../../../../domain/ledger/explain.ts";
import { explainGifts } from "../../../../domain/ledger/explain-gift.ts";
import { explainReturnedTenders } from "../../../../domain/ledger/explain-tender.ts";
import { explainChallenge } from "../../../../domain/ledger/explain-challenge.ts";
import { formatMilli } from "../../../../domain/numbers.ts";
import { localDate } from "../../../../domain/time/local-date.ts";
import { ProblemError, validationProblem } from "../../../http/problem.ts";
import { quantityMilli } from "../basket-lines.ts";
import { memberOf, type PosDesk, receiptAccountOf, requireProgramCurrency } from "../desk.ts";
import { renderEntries } from "../render/entry.ts";
import { type Rendering, renderingOf } from "../render/reader.ts";
import { receiptLines } from "../render/receipt-lines.ts";
import { renderRewards, renderWallet } from "../render/wallet.ts";
import { type NamedAccount, resolveMember } from "../resolve-member.ts";
import { type Carried, runCommand } from "../run-command.ts";
import { wireTime } from "../../../http/wire-time.ts";

type ReturnAnswer = z.infer<typeof returnAnswer>;

/**
 * Sends a return to the account of its sale.
 *
 * @throws ProblemError for everything that the edge or the ledger refuses
 */
export async function carryReturn(
  desk: PosDesk,
  input: ReturnInput,
  key: string,
): Promise<{ readonly answer: ReturnAnswer; readonly replayed: boolean }> {
  if (input.total !== undefined) requireProgramCurrency(desk, input.total.currency, "total.currency");
  const named = await namedAccount(desk, input, key);
  const carried = await sendReturn(desk, input, key, named).catch((error: unknown) => {
    throw notYetKnown(input, error);
  });
  await freeReceipt(desk, carried);
  const rendering = await renderingOf(desk, carried.view.body);
  return { answer: renderAnswer(rendering, carried), replayed: carried.replayed };
}

/** Sends it; where the sale of a receipt had been collected and came back whole before, the receipt's next sale is meant. */
async function sendReturn(desk: PosDesk, input: ReturnInput, key: string, named: NamedAccount): Promise<Carried> {
  const { member: _member, ...body } = input;
  const send = (to: NamedAccount) =>
    runCommand(desk, to, {
      command: { type: "return", sale: saleRef(desk, input, to), request: returnRequest(input) },
      body,
      operation: "return",
      key,
      staff: input.staff,
      note: Object.keys(input.metadata).length === 0 ? null : { metadata: input.metadata },
      at_ms: desk.now_ms,
    });
  return send(named).catch(async (error: unknown) => {
    const isNobodys = input.member === undefined && input.sale.id === undefined;
    if (!isNobodys || !isRefused(error, "already_returned")) throw error;
    return send(unclaimedSale(desk, input.sale, 2)).catch((second: unknown) => {
      throw isRefused(second, "member_unknown") ? error : second;
    });
  });
}

function isRefused(error: unknown, code: ProblemError["code"]): boolean {
  return error instanceof ProblemError && error.code === code;
}

/**
 * A whole return frees the receipt's number; of a sale in the ledger of an account that has ended, that account is told. When
 * it cannot be reached the number stays taken until the return is sent again; the return itself is booked.
 */
async function freeReceipt(desk: PosDesk, { view: { body } }: Carried): Promise<void> {
  if (body.type !== "return" || !body.full || body.origin === null) return;
  await desk
    .account(body.origin)
    .freeReceipt(body.sale)
    .catch(() => undefined);
}

/** Without a member the receipt may be of a sale that is still on its way from a till. */
function notYetKnown(input: ReturnInput, error: unknown): unknown {
  if (!isRefused(error, "member_unknown") || input.sale.id !== undefined || input.member !== undefined) return error;
  return new ProblemError("sale_not_known_yet", { retryAfterSeconds: 30 });
}

/** The sale's id leads to its account; a receipt needs the member. Both must agree when both are given. */
async function namedAccount(desk: PosDesk, input: ReturnInput, key: string): Promise<NamedAccount> {
  const named = input.member === undefined ? null : await resolveMember(desk, input.member, key, "member_or_gift_card");
  if (input.sale.id === undefined) return named ?? unclaimedSale(desk, input.sale);
  const ref = desk.ids.parseBooking("sal", input.sale.id);
  if (ref === null || (named !== null && named.account !== ref.account)) throw new ProblemError("sale_unknown");
  return { account: ref.account, card_no: null };
}

/** Without a member the receipt can only mean a sale of this till that nobody had claimed when it was sold. */
function unclaimedSale(
  desk: PosDesk,
  { receipt, business_date, register }: ReturnInput["sale"],
  time = 1,
): NamedAccount {
  if (!desk.parts.config.config.merchant.claims) throw validationProblem([MEMBER_NEEDED]);
  const day = business_date ?? localDate(desk.now_ms, desk.parts.location.timezone);
  const sale = { receipt: receipt ?? "", business_date: day, register: register ?? null };
  return { account: receiptAccountOf(desk, sale, time), card_no: null };
}

const MEMBER_NEEDED = { path: "member", message: "name the member when the sale is named by its receipt" };

function saleRef(desk: PosDesk, input: ReturnInput, named: NamedAccount): ReturnCommand["sale"] {
  const { id, receipt, location, register, business_date } = input.sale;
  if (id !== undefined) {
    const ref = desk.ids.parseBooking("sal", id);
    if (ref === null || ref.account !== named.account) throw new ProblemError("sale_unknown");
    return { seq: ref.seq };
  }
  const tills = location === undefined ? null : tillsOf(desk, location);
  return { receipt: receipt ?? "", tills, register: register ?? null, business_date: business_date ?? null };
}

function tillsOf(desk: PosDesk, location: string): string[] {
  const { tills, locations } = desk.parts.config.config;
  if (!locations.some((known) => known.id === location)) {
    const errors = [{ path: "sale.location", message: "is not a location of this merchant" }];
    throw validationProblem(errors);
  }
  return tills.filter((till) => till.location === location).map((till) => till.id);
}

function returnRequest(input: ReturnInput): ReturnRequest {
  const lines = input.lines?.map(({ id, sku, quantity, amount }) => ({
    line: id ?? null,
    sku: sku ?? null,
    quantity_milli: quantity === undefined ? null : quantityMilli(quantity),
    amount: amount ?? null,
  }));
  return { return_id: input.return_id, lines: lines ?? null, total: input.total?.amount ?? null };
}

function renderAnswer(rendering: Rendering, { account, view }: Carried): z.infer<typeof returnAnswer> {
  const { body } = view;
  invariant(body.type === "return", `a return was answered with a ${body.type}`);
  const { desk, reader } = rendering;
  const rewards = renderRewards(rendering, view.rewards);
  const coupon = explainReturnedCoupon(reader, body.coupon);
  const coupons = (body.issued ?? []).filter(({ origin }) => origin === "promotion");
  return {
    return: {
      object: "return",
      id: desk.ids.booking("ret", { account, seq: body.seq }),
      created_at: wireTime(body.at_ms),
      return_id: body.return_id,
      sale: desk.ids.booking("sal", { account: body.origin ?? account, seq: body.sale }),
      member: memberOf(desk, account),
      amount: { amount: body.amount, currency: body.currency },
      lines: body.lines.map(({ line, quantity_milli, amount }) => ({
        id: line,
        quantity: formatMilli(quantity_milli),
        amount,
      })),
      full: body.full,
      restored: [
        ...body.restored.map(({ hold, reward }) => ({
          redemption: desk.ids.booking("red", { account: body.origin ?? account, seq: hold }),
          reward,
        })),
        ...(body.full ? (body.tenders ?? []) : []).map(({ account: giftcard, hold }) => ({
          redemption: desk.ids.booking("red", { account: giftcard, seq: hold }),
          reward: null,
        })),
      ],
      metadata: view.note?.metadata ?? {},
    },
    entries: renderEntries(rendering, { account, body, note: view.note }),
    wallet: renderWallet(rendering, view.wallet),
    rewards,
    explanation: [
      ...body.entries.map((entry) => explainEntry(reader, entry)),
      ...(coupon === null || body.coupon?.gone === true ? [] : [coupon]),
      ...coupons.map((issued) => explainCoupon(reader, issued)),
      ...(body.challenges ?? []).map((step) => explainChallenge(reader, step)),
      ...explainGifts(reader, body),
      ...explainReturnedTenders(reader, body.tenders),
    ],
    receipt_lines: receiptLines(rendering, body.entries, view.wallet, rewards),
    warnings: [...writtenOff(rendering, body), ...keptCoupon(rendering, body)],
  };
}

function keptCoupon({ reader }: Rendering, { coupon }: ReturnEvent): { code: string; detail: string }[] {
  const detail = coupon?.gone === true ? explainReturnedCoupon(reader, coupon) : null;
  return detail === null ? [] : [{ code: "coupon_gone", detail }];
}

function writtenOff({ desk }: Rendering, body: BookingHeader & ReturnEvent): { code: string; detail: string }[] {
  const bonuses = (body.challenges ?? []).flatMap(({ taken }) =>
    taken?.bonus.kind === "units" && taken.written_off > 0
      ? [{ unit: taken.bonus.unit, amount: taken.written_off }]
      : [],
  );
  const lost = body.written_off.filter(({ amount }) => amount > 0);
  return [...lost, ...bonuses].map(({ unit, amount }) => ({
    code: "written_off",
    detail:
      desk.locale === "nl"
        ? `${amount} ${unit} waren al uitgegeven en zijn afgeschreven.`
        : `${amount} ${unit} had already been spent and were written off.`,
  }));
}
