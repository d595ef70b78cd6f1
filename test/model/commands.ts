import assert from "node:assert/strict";
import type { AsyncCommand } from "fast-check";
import type { Command, HoldCommand, SaleCommand } from "../../src/domain/ledger/command.ts";
import { parcelOf } from "../../src/durable/member-account/estate.ts";
import { dateAt, plusDays } from "./reference/calendar.ts";
import { tellBirthday } from "./reference/dated-gifts.ts";
import { inOrder, nameOf } from "./reference/issues.ts";
import { compare, timeless } from "./compare.ts";
import type { Side } from "./side.ts";
import type { Delivery, Step } from "./steps.ts";
import { carry, type Heard, pick, refundOf, type Sending, type Sent, type World } from "./world.ts";

/** One step, done to the reference and to the product, and compared at once. */
export class StepCommand implements AsyncCommand<World, Side> {
  readonly step: Step;

  constructor(step: Step) {
    // The library's records have no prototype; what travels over RPC has.
    this.step = JSON.parse(JSON.stringify(step));
  }

  check(): boolean {
    return true;
  }

  async run(world: World, side: Side): Promise<void> {
    world.steps += 1;
    await perform(world, side, this.step);
    const program = world.program();
    for (const account of world.accounts) await world.auditor.inspect(side, world.reference, account, program);
  }

  toString(): string {
    return JSON.stringify(this.step);
  }
}

const OPENS = { opens: false };

async function perform(world: World, side: Side, step: Step): Promise<void> {
  switch (step.kind) {
    case "wait":
      world.reference.now_ms += step.minutes * 60_000;
      return side.setNow(world.reference.now_ms);
    case "publish":
      return world.publish(step.program);
    case "evict":
      await side.evict(pick(world.accounts, step.account) ?? "");
      return;
    case "alarm": {
      const account = pick(world.accounts, step.account) ?? "";
      for (let time = 0; time < step.times; time += 1) {
        await side.alarm(account);
        world.reference.account(account);
        world.reference.alarm(account);
      }
      return;
    }
    case "birthday": {
      const account = world.living(step.account);
      if (account === null) return;
      assert.ok((await side.tellBirthday(account, step.born_on)).ok, "a birthday is told");
      tellBirthday(world.reference.account(account), step.born_on);
      return;
    }
    case "hand_over":
      return handOver(world, side, step, pick(world.receipts, step.from));
    case "merge":
      return handOver(world, side, step, world.living(step.from));
    case "deliver": {
      const sending = pick(world.parcels, step.parcel);
      if (sending !== null) await deliver(world, side, sending, step.copies, step.confirm);
      return;
    }
    case "retry":
      return retry(world, side, step);
    case "unclaimed": {
      const command = saleOf(world, { receipt: `U${world.number()}`, lines: step.lines, total: totalOf(step.lines) });
      const sent = { ...newMessage(world, world.newReceipt(), command), opens: true };
      return send(world, side, sent, { preview: false, evict: false, copies: 2 });
    }
    default: {
      const message = messageOf(world, step);
      if (message !== null) await send(world, side, message, step);
    }
  }
}

/** A member who has reserved something, else the one that was meant. */
function redeeming(world: World, place: number): number {
  const places = world.members.flatMap((_, index) => {
    const living = world.living(index);
    return living !== null && world.reference.account(living).holds.size > 0 ? [index] : [];
  });
  return pick(places, place) ?? place;
}

type Asking = Extract<Step, Delivery>;

function messageOf(world: World, step: Asking): Sent | null {
  switch (step.kind) {
    case "sale": {
      const account = world.living(step.holds.length === 0 ? step.account : redeeming(world, step.account));
      return account === null ? null : saleMessage(world, account, step);
    }
    case "refund": {
      const sale = pick(world.sales, step.sale);
      if (sale === null) return null;
      return newMessage(world, sale.account, refundOf({ seq: sale.seq }, step.back, `T${world.number()}`));
    }
    case "refund_by_receipt": {
      const tills = step.till === null ? null : [tillOf(step.till)];
      const business_date = step.day === null ? null : dayOf(step.day);
      const of = { receipt: `R${step.receipt}`, tills, register: null, business_date };
      return forLiving(world, step.account, refundOf(of, step.back, `T${world.number()}`));
    }
    case "hold": {
      const ask = askOf(world, step);
      const { lines, total: sale_total, card: card_no } = step;
      return forLiving(world, step.account, { type: "hold", ask, lines, sale_total, card_no });
    }
    case "act": {
      const living = world.holds.filter(({ account }) => world.reference.account(account).end === null);
      const hold = pick(living, step.hold);
      return hold === null ? null : newMessage(world, hold.account, { type: step.action, hold: hold.seq });
    }
    case "adjust":
      return forLiving(world, step.account, { type: "adjustment", unit: step.unit, delta: step.delta, card_no: null });
    case "transfer": {
      const to = world.living(step.to);
      const { amount } = step;
      if (to === null || to === world.living(step.account)) return null;
      return forLiving(world, step.account, { type: "transfer", to, unit: "points", amount, card_no: null });
    }
    case "gift":
      return forLiving(world, step.account, {
        type: "gift",
        unit: step.unit,
        amount: step.amount,
        card_no: step.card,
      });
    case "issue": {
      const today = dateAt(world.reference.now_ms, world.reference.zone);
      const expires_on = step.days === null ? null : plusDays(today, step.days);
      const { origin, reward } = step;
      return forLiving(world, step.account, { type: "issue", origin, reward, expires_on, card_no: null });
    }
    case "cancel_issue":
      return forLiving(world, step.account, { type: "cancel_issue", issue: issueOf(world, step.account, step.issue) });
    case "card":
      return forLiving(
        world,
        step.account,
        step.block
          ? { type: "block_card", card_no: step.card + 1 }
          : { type: "issue_card", card_kind: "plastic", replaces: step.card === 0 ? null : step.card },
      );
    case "erase":
      return forLiving(world, step.account, { type: "erase" });
  }
}

function askOf(world: World, { account, ask }: Extract<Step, { kind: "hold" }>): HoldCommand["ask"] {
  if (typeof ask === "string") return { reward: ask };
  if (typeof ask !== "number" && "afford" in ask) {
    const living = world.living(account);
    const open = living === null ? [] : affordable(world, living);
    return pick(open, ask.afford) ?? { reward: "rew_small" };
  }
  if (typeof ask !== "number" && "unit" in ask) {
    const living = world.living(account);
    const free = living === null ? 0 : world.reference.account(living).available(ask.unit);
    // Small amounts are asked for as they are, others no larger than there is.
    return ask.amount > 3 && free > 0 ? { ...ask, amount: Math.min(ask.amount, free) } : ask;
  }
  return typeof ask === "number" ? { unit: "points", amount: ask } : { issue: issueOf(world, account, ask.issue) };
}

/** What the member could ask for and get, as far as its balance goes. */
function affordable(world: World, id: string): HoldCommand["ask"][] {
  const account = world.reference.account(id);
  const { document } = world.program();
  const payable = ["credit:EUR", "strip:stp_latte", "points"].filter((unit) => account.available(unit) > 0);
  return [
    ...payable.map((unit) => ({ unit, amount: Math.ceil(account.available(unit) / 2) })),
    ...inOrder(account.issues).map((issue) => ({ issue: nameOf(issue) })),
    ...document.rewards
      .filter(({ cost }) => cost !== undefined && account.available(cost.unit) >= cost.amount)
      .map(({ id: reward }) => ({ reward })),
  ];
}

/** One of what the member was issued, used or not. */
function issueOf(world: World, account: number, place: number): string {
  const living = world.living(account);
  const open = living === null ? [] : inOrder(world.reference.account(living).issues).map(nameOf);
  return pick([...open, ...open, ...open, "3.0"], place) ?? "3.0";
}

function forLiving(world: World, place: number, command: Command): Sent | null {
  const account = world.living(place);
  if (account === null) return null;
  const card = (wanted: number | null) => cardOf(world, account, wanted);
  if (command.type === "block_card")
    return newMessage(world, account, { ...command, card_no: card(command.card_no) ?? 0 });
  if (command.type === "issue_card")
    return newMessage(world, account, { ...command, replaces: card(command.replaces) });
  if (!("card_no" in command)) return newMessage(world, account, command);
  return newMessage(world, account, { ...command, card_no: card(command.card_no) });
}

/** Cards are named as the account issued them that is named; one that came along from another is shown as that one's. */
function cardOf(world: World, account: string, wanted: number | null): number | null {
  if (wanted === null) return null;
  const { cards, cardOrigins } = world.reference.account(account);
  const own = [...cards.keys()].filter((card_no) => !cardOrigins.has(card_no)).sort((left, right) => left - right);
  return own[wanted - 1] ?? 900 + wanted;
}

function newMessage(world: World, account: string, command: Command, till = "til_1"): Sent {
  return { account, command, idem: `K${world.number()}`, till, version: world.programs.length, ...OPENS };
}

function saleMessage(world: World, account: string, step: Extract<Step, { kind: "sale" }>): Sent {
  const open = [...world.reference.account(account).holds.keys()];
  const known = world.holds.filter((hold) => hold.account === account).map(({ seq }) => seq);
  const holds = step.holds.flatMap((place) => pick(place < 11 ? open : known, place) ?? []);
  const own = world.sales.filter((sale) => sale.account === account);
  const back = step.exchange === null ? null : pick(own, step.exchange.sale);
  const request = refundOf({ seq: 1 }, step.exchange?.back ?? "all", `T${world.number()}`).request;
  const exchange = back === null ? [] : [{ sale: back.seq, request }];
  const back_line = { id: "back", kind: "exchange" as const, quantity_milli: 1000, amount: -300 };
  const nothing = { sku: null, name: null, category: null, unit_price: null, tax_rate: null };
  const lines = back === null ? step.lines : [...step.lines, { ...back_line, ...nothing }];
  const command = saleOf(world, {
    receipt: `R${step.receipt}`,
    business_date: dayOf(step.day),
    occurred_at_ms: world.reference.now_ms - step.late_days * 86_400_000,
    currency: step.currency,
    total: totalOf(lines) + step.extra,
    lines,
    card_no: cardOf(world, account, step.card),
    holds,
    exchange,
    ...(step.zone === null ? {} : { zone: step.zone }),
    ...(step.offers.length === 0 ? {} : { offers: step.offers }),
    ...(step.paused ? { earning_paused: true } : {}),
  });
  const version = step.older_program ? Math.max(1, world.programs.length - 1) : world.programs.length;
  return { ...newMessage(world, account, command, tillOf(step.till)), version };
}

function saleOf(world: World, changes: Partial<SaleCommand>): SaleCommand {
  return {
    type: "sale",
    receipt: "R",
    register: null,
    business_date: dayOf(0),
    occurred_at_ms: world.reference.now_ms,
    clamped: false,
    backfilled: false,
    currency: "EUR",
    total: 0,
    lines: [],
    tender: [],
    card_no: null,
    holds: [],
    exchange: [],
    ...changes,
  };
}

function totalOf(lines: SaleCommand["lines"]): number {
  return lines.reduce((sum, line) => sum + line.amount, 0);
}

const tillOf = (place: number) => `til_${place + 1}`;
const dayOf = (place: number) => `2026-06-1${6 + place}`;

/** Sends a request as often as it is delivered, and holds every answer to the reference's. */
async function send(world: World, side: Side, sent: Sent, { preview, evict, copies }: Delivery): Promise<void> {
  // What a return should take is on its way just then; it finds some of it here, and some when that has arrived.
  if (sent.command.type === "return" && isOnItsWay(world, sent.account)) return;
  world.sent.push(sent);
  const shown = preview ? await carry(world, side, sent, true) : null;
  if (evict) await side.evict(sent.account);
  const { document } = world.program(sent.version);
  const expected = world.reference.run(sent.account, { ...sent, program: document });
  const answer = await carry(world, side, sent, false);
  compare(answer, expected, sent);
  if (shown?.ok === true && answer.ok && !answer.replayed)
    assert.deepEqual(timeless(shown), timeless(answer), "preview");
  remember(world, sent, answer);
  for (let copy = 1; copy < copies; copy += 1) {
    const again = await carry(world, side, sent, false);
    compare(again, world.reference.run(sent.account, { ...sent, program: document }), sent);
    if (answer.ok)
      assert.deepEqual({ ...again, replayed: false }, { ...answer, replayed: false }, "the same answer again");
    else assert.deepEqual({ ...again, replayed: false }, { ...answer, replayed: false }, "the same refusal again");
  }
}

/** Whether something that an account handed over has not arrived yet where it went. */
function isOnItsWay({ reference }: Pick<World, "reference">, id: string): boolean {
  const { end } = reference.account(id);
  if (end?.kind !== "moved") return false;
  return !reference.account(end.to).tookIn.has(id) || isOnItsWay({ reference }, end.to);
}

function remember(world: World, { account }: Sent, answer: Heard): void {
  if (!answer.ok || answer.replayed) return;
  const { body } = answer.view;
  const owner = world.reference.ownerOf(account)?.id ?? account;
  if (body.type === "sale") world.sales.push({ account: owner, seq: body.seq });
  const parcel = body.type === "transfer_sent" ? parcelOf(body) : null;
  if (parcel?.ok === true) world.parcels.push({ from: owner, parcel: parcel.value, confirmed: false });
  if (body.type === "hold") world.holds.push({ account: owner, seq: body.seq });
}

/** The same request again: as it was, under another key, or changed under its old key. */
async function retry(world: World, side: Side, step: Extract<Step, { kind: "retry" }>): Promise<void> {
  const old = pick(world.sent, step.message);
  if (old === null || old.command.type === "erase") return;
  const command = step.changed ? changed(old.command) : old.command;
  const idem = step.fresh_key ? `K${world.number()}` : old.idem;
  await send(world, side, { ...old, command, idem, opens: false }, { preview: false, evict: true, copies: 1 });
}

function changed(command: Command): Command {
  if (command.type === "sale") return { ...command, total: command.total + 1 };
  if (command.type === "return") return { ...command, request: { ...command.request, lines: null, total: 7 } };
  return command.type === "adjustment" ? { ...command, delta: command.delta + 1 } : command;
}

async function handOver(
  world: World,
  side: Side,
  step: Extract<Step, { kind: "hand_over" | "merge" }>,
  from: string | null,
): Promise<void> {
  const to = world.living(step.to);
  if (from === null || to === null || world.reference.ownerOf(from)?.id === to) return;
  const expected = world.reference.handOver(from, to);
  const answer = await side.handOver(from, to);
  assert.equal(answer.ok ? "ok" : answer.refusal.code, "refused" in expected ? expected.refused : "ok", "hand over");
  if (!answer.ok) return;
  assert.deepEqual(await side.handOver(from, to), answer, "the same parcel again");
  const sending = { from, parcel: answer.value, confirmed: false };
  world.parcels.push(sending);
  await deliver(world, side, sending, step.deliveries, step.deliveries > 1);
}

/** Brings a parcel, perhaps more than once, to whoever carries on for its receiver. */
async function deliver(world: World, side: Side, sending: Sending, copies: number, confirm: boolean): Promise<void> {
  const { from, parcel } = sending;
  let failed = false;
  for (let copy = 0; copy < copies; copy += 1) {
    let receiver = parcel.receiver;
    for (let answer = await side.receive(receiver, from, parcel); !answer.ok;) {
      failed = answer.refusal.code === "account_erased";
      if (answer.refusal.code !== "account_moved") break;
      receiver = answer.refusal.to;
      answer = await side.receive(receiver, from, parcel);
    }
    arrive(world, sending);
  }
  if (!confirm || copies === 0) return;
  for (let time = 0; time < copies; time += 1) {
    assert.ok((await side.confirm(from, parcel.seq, failed && parcel.reason === "transfer")).ok, "confirmed");
  }
  if (!sending.confirmed) {
    if (parcel.reason === "transfer") world.reference.confirmTransfer(from, parcel.seq, failed);
    else world.reference.confirm(from);
  }
  sending.confirmed = true;
}

function arrive(world: World, { from, parcel }: Sending): void {
  const key = parcel.reason === "transfer" ? `${from} ${parcel.seq}` : from;
  for (let at: string | null = parcel.receiver; at !== null;) {
    const { tookIn, end } = world.reference.account(at);
    if (tookIn.has(key)) return;
    at = end?.kind === "moved" ? end.to : null;
  }
  const living = world.reference.ownerOf(parcel.receiver);
  if (living === null) return;
  if (parcel.reason === "transfer") world.reference.receiveTransfer(living.id, from, parcel.seq);
  else world.reference.receive(living.id, from);
}
