import { Buffer } from "node:buffer";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Actor, BookingBody, BookingNote, SaleByReceipt } from "../../../src/domain/ledger/booking.ts";
import type { Command, HoldCommand, SaleCommand } from "../../../src/domain/ledger/command.ts";
import type { Refusal } from "../../../src/domain/ledger/refusal.ts";
import type { BasketLine } from "../../../src/domain/program/basket.ts";
import { type AccountKind, ACCOUNT_RANDOM_BYTES, createAccountId } from "../../../src/domain/tenancy/account-id.ts";
import { createLocator, type Mode, type Tenant } from "../../../src/domain/tenancy/merchant.ts";
import { accountObjectName, formatObjectName } from "../../../src/domain/tenancy/object-name.ts";
import { accountClient, type AccountClient } from "../../../src/durable/member-account/client.ts";
import type { MemberAccount } from "../../../src/durable/member-account/member-account.ts";
import type {
  AccountView,
  Answer,
  BookingView,
  ChainPage,
  CommandAnswer,
  CommandMessage,
  ProgramPayload,
  StoredBooking,
} from "../../../src/durable/member-account/protocol.ts";

/**
 * One point per euro, two stamp cards, five rewards of every kind, and payment with points (one point is one cent).
 * Left untyped: tests spread it into variants.
 */
export const cafeProgram = {
  schema: 1,
  name: "Café De Hoek",
  currency: "EUR",
  timezone: "Europe/Amsterdam",
  locale: "nl",
  units: { points: { name: { nl: "punten", en: "points" } } },
  earning: [{ id: "ear_spend", kind: "spend", give: 1, per: 100 }],
  stamp_cards: [
    {
      id: "stc_coffee",
      name: { nl: "koffiekaart", en: "coffee card" },
      size: 10,
      earning: [{ id: "ear_coffee", kind: "category", give: 1, categories: ["coffee"] }],
      reward: "rew_free_coffee",
    },
    {
      id: "stc_visit",
      name: { nl: "bezoekkaart", en: "visit card" },
      size: 3,
      earning: [{ id: "ear_visit", kind: "visit", give: 1 }],
      reward: "rew_cookie",
    },
  ],
  actions: [{ id: "act_friend", kind: "referral", name: { nl: "vriend", en: "friend" }, give: 25, each: "subject" }],
  rewards: [
    {
      id: "rew_ten_percent",
      name: { nl: "10% korting", en: "10% off" },
      cost: { unit: "points", amount: 50 },
      effect: { kind: "percent_off", percent: 10 },
      minimum_spend: 500,
    },
    {
      id: "rew_two_euro",
      name: { nl: "€ 2 korting", en: "€2 off" },
      cost: { unit: "points", amount: 20 },
      effect: { kind: "amount_off", amount: 200 },
    },
    {
      id: "rew_mug",
      name: { nl: "mok", en: "mug" },
      cost: { unit: "points", amount: 100 },
      effect: { kind: "product", sku: "MUG" },
    },
    {
      id: "rew_free_coffee",
      name: { nl: "gratis koffie", en: "free coffee" },
      cost: { unit: "stamps:stc_coffee", amount: 10 },
      effect: { kind: "free_item", only: { categories: ["coffee"] } },
    },
    {
      id: "rew_cookie",
      name: { nl: "koekje", en: "cookie" },
      cost: { unit: "stamps:stc_visit", amount: 3 },
      effect: { kind: "product" },
    },
  ],
  pay_with_points: { points: 1, amount: 1 },
  holds: { minutes: 15 },
  transfers: { points: true },
} as const;

/** A programme as it travels to the account. */
export function programPayload(version: number, document: object = cafeProgram): ProgramPayload {
  const json = JSON.stringify(document);
  return { version, hash: sha256Hex(json), json };
}

export const MINUTE_MS = 60_000;
export const TILL = "til_0000000000000001";
export const CASHIER: Actor = {
  kind: "till",
  till: TILL,
  location: "loc_0000000000000001",
  key: "key_0000000000000001",
};

/** A merchant of this test's own. */
export function newTenant(mode: Mode = "live"): Tenant {
  const key = Buffer.from(env.STEMPEL_ID_KEY, "base64url");
  const mac = (message: string) => new Uint8Array(createHmac("sha256", key).update(message).digest());
  return { mode, merchant: createLocator("eu", new Uint8Array(randomBytes(4)), mac) };
}

interface AccountOptions {
  readonly mode?: Mode;
  readonly kind?: AccountKind;
  readonly program?: ProgramPayload;
  readonly card_no?: number | null;
}

/** An opened account of a merchant of its own, with the digital card 1. */
export async function openAccount(options: AccountOptions = {}): Promise<TestAccount> {
  const account = unopenedAccount(options);
  const opened = await account.open(options.card_no);
  if (!opened.ok) throw new Error(`could not open: ${opened.refusal.code}`);
  return account;
}

/** The same, before anybody has opened it. */
export function unopenedAccount({
  mode,
  kind = "member",
  program = programPayload(1),
}: AccountOptions = {}): TestAccount {
  const id = createAccountId(kind, new Uint8Array(randomBytes(ACCOUNT_RANDOM_BYTES)));
  return new TestAccount(newTenant(mode), id, program);
}

interface SendOptions {
  readonly key?: string;
  /** Stands for the rest of the request; by default a digest of the command. */
  readonly request_hash?: string;
  readonly note?: Omit<BookingNote, "salt">;
  readonly till?: string;
  /** Programmes the message carries, the one in force first. */
  readonly programs?: readonly [ProgramPayload, ...ProgramPayload[]];
}

/** One account as a till's Worker uses it: every method is a call over RPC, unless it says that it looks inside. */
export class TestAccount {
  readonly tenant: Tenant;
  readonly id: string;
  readonly name: string;
  /** The programme in force. */
  program: ProgramPayload;
  /** How far the merchant's test clock runs ahead. */
  clock_offset_ms = 0;
  #keys = 0;

  constructor(tenant: Tenant, id: string, program: ProgramPayload) {
    const name = accountObjectName(tenant, id);
    if (name === null) throw new Error(`not an account id: ${id}`);
    this.tenant = tenant;
    this.id = id;
    this.name = formatObjectName(name);
    this.program = program;
  }

  get client(): AccountClient {
    return accountClient(env.MEMBER_ACCOUNT, this.tenant, this.id, { clock_offset_ms: this.clock_offset_ms });
  }

  get stub(): DurableObjectStub<MemberAccount> {
    return env.MEMBER_ACCOUNT.getByName(this.name);
  }

  open(card_no: number | null = 1): Promise<Answer<{ readonly opened_at_ms: number }>> {
    return this.client.open({ card_no, by: CASHIER });
  }

  send(command: Command, options: SendOptions = {}): Promise<CommandAnswer> {
    return this.client.run(this.message(command, options));
  }

  preview(command: Command, options: SendOptions = {}): Promise<CommandAnswer> {
    return this.client.run({ ...this.#message(command, options), idem: null, preview: true });
  }

  /** A command as it arrives at the object. */
  message(command: Command, options: SendOptions = {}): CommandMessage {
    const address = { to: this.name, clock_offset_ms: this.clock_offset_ms };
    return { ...address, ...this.#message(command, options), idem: this.#idem(options), preview: false };
  }

  /** Sends a command that must succeed for the test to mean anything. */
  async book(command: Command, options: SendOptions = {}): Promise<BookingView> {
    return viewOf(await this.send(command, options));
  }

  async view(): Promise<AccountView> {
    const answer = await this.client.wallet([this.program]);
    if (!answer.ok) throw new Error(`no wallet: ${answer.refusal.code}`);
    return answer.value;
  }

  /** Available, pending and held of every unit that has any of them. */
  async balances(): Promise<Record<string, { available: number; held: number }>> {
    return balancesOf(await this.view());
  }

  async bookings(): Promise<StoredBooking[]> {
    const answer = await this.client.bookings({ beyond_seq: null, order: "asc", limit: 200, types: null });
    if (!answer.ok) throw new Error(`no bookings: ${answer.refusal.code}`);
    return answer.value;
  }

  async types(): Promise<BookingBody["type"][]> {
    return (await this.bookings()).map(({ body }) => body.type);
  }

  async chainRows(): Promise<ChainPage["rows"]> {
    const rows: ChainPage["rows"][number][] = [];
    for (;;) {
      const page = await this.client.chain(rows.at(-1)?.seq ?? 0);
      rows.push(...page.rows);
      if (page.rows.length === 0 || rows.at(-1)?.seq === page.head_seq) return rows;
    }
  }

  /** Throws the object out of memory, as the platform does when it is idle or deployed. */
  evict(): Promise<void> {
    return evictDurableObject(this.stub);
  }

  /** Rings the alarm now; false when none was set. */
  ring(): Promise<boolean> {
    return runDurableObjectAlarm(this.stub);
  }

  /** Looks inside the object. */
  inside<Value>(
    look: (storage: DurableObjectStorage, object: MemberAccount) => Value | Promise<Value>,
  ): Promise<Value> {
    return runInDurableObject(this.stub, (object, { storage }) => look(storage, object));
  }

  /** Rows of the ledger, counted inside the object. */
  rowCount(): Promise<number> {
    return this.inside(({ sql }) => sql.exec<{ n: number }>("SELECT count(*) AS n FROM booking").one().n);
  }

  #message(
    command: Command,
    options: SendOptions,
  ): Omit<CommandMessage, "to" | "clock_offset_ms" | "idem" | "preview"> {
    return {
      command,
      by: CASHIER,
      till: options.till ?? TILL,
      request_hash: options.request_hash ?? sha256Hex(JSON.stringify([this.id, command])),
      note: options.note ?? null,
      programs: options.programs ?? [this.program],
    };
  }

  #idem({ key, till = TILL }: SendOptions): string {
    this.#keys += 1;
    return `${till}:${key ?? `key-${this.#keys}`}`;
  }
}

/** A till's receipt numbers; each sale of a test gets one of its own unless it names it. */
let receipts = 0;

export function sale(changes: Partial<SaleCommand> = {}): SaleCommand {
  receipts += 1;
  return {
    type: "sale",
    receipt: `R-${receipts}`,
    register: null,
    business_date: "2026-08-10",
    occurred_at_ms: Date.UTC(2026, 7, 10, 9, 30),
    clamped: false,
    backfilled: false,
    currency: "EUR",
    total: changes.lines?.reduce((sum, line) => sum + line.amount, 0) ?? 1250,
    lines: [],
    tender: [],
    card_no: 1,
    holds: [],
    exchange: [],
    ...changes,
  };
}

export function line(id: string, amount: number, changes: Partial<BasketLine> = {}): BasketLine {
  const plain = { sku: null, name: null, category: null, unit_price: null, tax_rate: "9" };
  return { id, kind: "item", quantity_milli: 1000, amount, ...plain, ...changes };
}

export function coffee(id: string, cups = 1): BasketLine {
  return line(id, 350 * cups, { sku: "COF", name: "Koffie", category: "coffee", quantity_milli: 1000 * cups });
}

/** Gives back all of a sale, or what the changes name. */
export function returnOf(
  sold: { readonly seq: number } | string | SaleByReceipt,
  changes: Partial<Extract<Command, { type: "return" }>["request"]> = {},
): Extract<Command, { type: "return" }> {
  const named = typeof sold === "string" ? byReceipt(sold) : "seq" in sold ? { seq: sold.seq } : sold;
  return { type: "return", sale: named, request: { return_id: "ret-1", lines: null, total: null, ...changes } };
}

export function byReceipt(receipt: string, changes: Partial<SaleByReceipt> = {}): SaleByReceipt {
  return { receipt, tills: null, register: null, business_date: null, ...changes };
}

/** Gives back so many thousandths of a line by its id. */
export function returnLine(id: string, quantity_milli: number | null = null) {
  return { line: id, sku: null, quantity_milli, amount: null };
}

export function hold(ask: HoldCommand["ask"] | string, changes: Partial<HoldCommand> = {}): HoldCommand {
  const asked = typeof ask === "string" ? { reward: ask } : ask;
  return { type: "hold", ask: asked, lines: null, sale_total: null, card_no: 1, ...changes };
}

export function grant(delta: number, unit = "points"): Command {
  return { type: "adjustment", unit, delta, card_no: null };
}

export function viewOf(answer: CommandAnswer): BookingView {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.refusal)}`);
  return answer.view;
}

export function refusalOf(answer: CommandAnswer): Refusal {
  if (answer.ok) throw new Error(`booked: ${JSON.stringify(answer.view.body)}`);
  return answer.refusal;
}

export function balancesOf({
  wallet,
}: Pick<AccountView, "wallet">): Record<string, { available: number; held: number }> {
  const some = wallet.balances.filter(({ available, pending, held }) => available + pending + held > 0);
  return Object.fromEntries(some.map(({ unit, available, held }) => [unit, { available, held }]));
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
