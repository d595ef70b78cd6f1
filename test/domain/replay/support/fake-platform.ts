import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { memberInput } from "../../../../src/contract/pos-v1/member.ts";
import { returnInput } from "../../../../src/contract/pos-v1/return.ts";
import { type SaleInput, saleInput } from "../../../../src/contract/pos-v1/sale.ts";
import type { BasketLine } from "../../../../src/domain/program/basket.ts";
import { parseMilli } from "../../../../src/domain/numbers.ts";
import type { ReturnCommand, SaleCommand } from "../../../../src/domain/ledger/command.ts";
import { Ledger } from "../../support/ledger.ts";
import { program, spendRule, stampCard, visitRule } from "../../support/program.ts";

/** What goes wrong with a request: an answer instead of the real one, or a connection that breaks before or after the work. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | "break_before"
  | "break_after";

export interface FakeOptions {
  /** Asked for every request; null lets it pass. */
  readonly fault?: (request: FakeRequest) => Fault | null;
  readonly backfill?: boolean;
  readonly currency?: string;
  /** Whether a sale without a member is kept. */
  readonly claims?: boolean;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  /** How many came before it. */
  readonly count: number;
}

interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

export const KEY = "stk_test_fake";
const STAMPS = stampCard("visit", visitRule({ minimum_spend: 1000 }));

/**
 * A platform in a test: the wire as the contract describes it, over the ledger's own rules, members on a map. What a
 * till relies on is kept: keys and what was answered under them, in order, whatever breaks on the way.
 */
export class FakePlatform {
  readonly ledgers = new Map<string, Ledger>();
  readonly requests: FakeRequest[] = [];
  readonly #program;
  readonly #options: FakeOptions;
  readonly #answered = new Map<string, { readonly body: string; readonly outcome: Outcome }>();
  readonly #members = new Map<string, string>();
  readonly #sales = new Map<string, { readonly member: string; readonly seq: number }>();

  constructor(options: FakeOptions) {
    this.#options = options;
    this.#program = program({
      currency: options.currency ?? "GBP",
      timezone: "Europe/London",
      earning: [spendRule()],
      stamp_cards: [STAMPS.card],
      rewards: [STAMPS.full],
    });
  }

  /** Points of a customer; to break, or to look at. */
  ledgerOf(customer: string): Ledger {
    const ledger = this.ledgers.get(this.#members.get(customer) ?? "");
    if (ledger === undefined) throw new Error(`no member ${customer}`);
    return ledger;
  }

  /** What a sale without a member earned; to break, or to look at. */
  receipt(invoice: string): Ledger {
    const ledger = this.ledgers.get(`receipt_${invoice}`);
    if (ledger === undefined) throw new Error(`no receipt ${invoice}`);
    return ledger;
  }

  /** Makes a member as somebody else would have. */
  enrol(customer: string): void {
    this.#enrol(customer);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: path = "" } = request;
    const header = request.headers["idempotency-key"];
    const asked = { method, path, key: typeof header === "string" ? header : null, count: this.requests.length };
    this.requests.push(asked);
    const body = await readText(request);
    const fault = this.#options.fault?.(asked) ?? null;
    if (fault === "break_before") return void request.socket.destroy();
    if (fault !== null && fault !== "break_after") return send(response, fault, fault.headers ?? {});
    if (request.headers.authorization !== `Bearer ${KEY}`) return send(response, problem(401, "key_invalid"), {});
    const known = asked.key === null ? undefined : this.#answered.get(asked.key);
    const outcome = known === undefined ? this.#carryOut(asked, body) : replayOf(known, body);
    if (asked.key !== null && known === undefined) this.#answered.set(asked.key, { body, outcome });
    if (fault === "break_after") return void request.socket.destroy();
    send(response, outcome, known === undefined ? {} : { "Idempotency-Replayed": "true" });
  }

  #carryOut({ method, path }: FakeRequest, body: string): Outcome {
    const json: unknown = body === "" ? null : JSON.parse(body);
    if (method === "GET" && path.startsWith("/v1/members/")) return this.#wallet(path.slice("/v1/members/".length));
    switch (`${method} ${path}`) {
      case "GET /v1/program":
        return { status: 200, body: this.#programAnswer() };
      case "POST /v1/members":
        return this.#createMember(memberInput.parse(json).external_id ?? "");
      case "POST /v1/members/identify":
        return this.#identify(json);
      case "POST /v1/sales":
        return this.#sale(json, false);
      case "POST /v1/sales/preview":
        return this.#sale(json, true);
      case "POST /v1/returns":
        return this.#return(json);
      default:
        return problem(404, "route_not_found");
    }
  }

  #programAnswer(): unknown {
    const { document } = this.#program;
    return {
      object: "program",
      current: { object: "program_version", id: "1", version: 1, effective_at: "2010-01-01T00:00:00Z", document },
      next: null,
      location: { id: "loc_1", name: "Shop", country: "GB", timezone: "Europe/London" },
      till: { id: "til_1", name: "Till" },
      currency: document.currency,
      items: [],
    };
  }

  #createMember(customer: string): Outcome {
    if (this.#members.has(customer)) return problem(409, "identifier_taken");
    return { status: 201, body: { member: { object: "member", id: this.#enrol(customer) } } };
  }

  #enrol(customer: string): string {
    const id = `mem_${this.#members.size + 1}`;
    this.#members.set(customer, id);
    this.ledgers.set(id, new Ledger(this.#program));
    return id;
  }

  #identify(json: unknown): Outcome {
    const customer = JSON.stringify(json).match(/"external_id":"([^"]*)"/)?.[1] ?? "";
    const id = this.#members.get(customer);
    return id === undefined ? problem(404, "member_unknown") : { status: 200, body: { member: { id } } };
  }

  #sale(json: unknown, preview: boolean): Outcome {
    const input = saleInput.parse(json);
    const clamped = this.#options.backfill === false;
    const warnings = clamped ? [{ code: "occurred_at_clamped", detail: "" }] : [];
    const nothing = { status: 200, body: { sale: null, wallet: null, claim: null, warnings } };
    if (input.member === undefined && this.#options.claims === false) return nothing;
    const account = input.member?.id ?? `receipt_${input.receipt}`;
    if (input.member === undefined && !preview) this.ledgers.set(account, new Ledger(this.#program));
    if (preview) return nothing;
    const ledger = this.ledgers.get(account);
    if (ledger === undefined) return problem(404, "member_unknown");
    const { seq } = ledger.must(saleCommand(input, clamped));
    const id = `sal_${account}_${seq}`;
    this.#sales.set(id, { member: account, seq });
    const claim = input.member === undefined ? { token: `claim-${input.receipt}` } : null;
    return { status: 201, body: { sale: { object: "sale", id }, wallet: walletOf(ledger), claim, warnings } };
  }

  #return(json: unknown): Outcome {
    const input = returnInput.parse(json);
    const sale = this.#sales.get(input.sale.id ?? "");
    const ledger = this.ledgers.get(sale?.member ?? "");
    if (sale === undefined || ledger === undefined) return problem(404, "sale_unknown");
    const lines = (input.lines ?? []).map(({ id = null, sku = null, quantity, amount = null }) => {
      return { line: id, sku, quantity_milli: quantity === undefined ? null : parseMilli(quantity), amount };
    });
    const request = { return_id: input.return_id, lines, total: null };
    const command: ReturnCommand = { type: "return", sale: { seq: sale.seq }, request };
    const planned = ledger.run(command);
    if (!planned.ok) return problem(409, planned.error.code);
    return {
      status: 201,
      body: { return: { object: "return", id: `ret_${sale.member}_${ledger.state.seq}` }, warnings: [] },
    };
  }

  #wallet(member: string): Outcome {
    const ledger = this.ledgers.get(member);
    if (ledger === undefined) return problem(404, "member_unknown");
    return { status: 200, body: { member: { id: member }, wallet: walletOf(ledger) } };
  }
}

function walletOf(ledger: Ledger): unknown {
  const balances = ["points", `stamps:${STAMPS.card.id}`].map((unit) => {
    const [available, held] = [ledger.available(unit), ledger.held(unit)];
    return { unit, kind: unit.split(":")[0], name: unit, available, pending: 0, held, expiring: [] };
  });
  return { balances, tier: null };
}

function saleCommand(input: SaleInput, clamped: boolean): SaleCommand {
  const occurred_at_ms = Date.parse(input.occurred_at ?? "");
  return {
    type: "sale",
    receipt: input.receipt,
    register: null,
    business_date: new Date(occurred_at_ms).toISOString().slice(0, 10),
    occurred_at_ms,
    clamped,
    backfilled: true,
    currency: input.total.currency,
    total: input.total.amount,
    lines: input.lines.map(basketLine),
    tender: [],
    card_no: null,
    holds: [],
    exchange: [],
  };
}

function basketLine(line: SaleInput["lines"][number], index: number): BasketLine {
  const {
    id = `l${index + 1}`,
    kind,
    sku = null,
    name = null,
    category = null,
    unit_price = null,
    tax_rate = null,
  } = line;
  const quantity_milli = parseMilli(line.quantity) ?? 0;
  return { id, kind, sku, name, category, quantity_milli, amount: line.amount, unit_price, tax_rate };
}

function replayOf(known: { readonly body: string; readonly outcome: Outcome }, body: string): Outcome {
  return known.body === body ? known.outcome : problem(422, "idempotency_mismatch");
}

function problem(status: number, code: string): Outcome {
  return { status, body: { type: "/docs", title: code, status, code, detail: `It is ${code}.`, retryable: false } };
}

function send(response: ServerResponse, { status, body }: Partial<Outcome>, headers: Record<string, string>): void {
  response.writeHead(status ?? 500, { "Content-Type": "application/json", ...headers });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

/** Starts a platform on a port of its own, until the test is over. */
export async function startFakePlatform(options: FakeOptions = {}): Promise<{ platform: FakePlatform; url: string }> {
  const platform = new FakePlatform(options);
  const server = createServer((request, response) => {
    platform.answer(request, response).catch((error: unknown) => {
      send(response, problem(422, error instanceof Error ? error.message : "broken"), {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { platform, url: `http://127.0.0.1:${address.port}` };
}
