import { z } from "zod";
import type { Answer, Api } from "./api.ts";
import { balancesIn } from "./compare.ts";
import type { Balances } from "./expected-balances.ts";
import type { CustomerPlan, Plan, ReturnStep, SaleStep, Step } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { badInput, stopped } from "./replay-error.ts";
import { bodyDigest } from "./request-key.ts";
import type { StateFile } from "./state-file.ts";

export type StepKind = "member" | Step["kind"] | "anonymous_sale";

/** How the steps of a kind ended. */
export interface Count {
  accepted: number;
  /** Answered with what was answered before. */
  replayed: number;
  /** The state file says it was done; not sent again. */
  done_before: number;
  refused: number;
  /** What it builds on was refused. */
  not_sent: number;
  /** The merchant does not keep sales without a member, and the answer said so. */
  not_recorded: number;
}

export interface Refusal {
  readonly kind: StepKind;
  readonly customer: string | null;
  readonly invoice: string | null;
  readonly code: string;
  readonly detail: string;
}

type Accepted = Extract<Answer, { readonly ok: true }>;

/** A write, ready to be sent. */
interface Write {
  readonly kind: StepKind;
  readonly customer: string | null;
  readonly invoice: string | null;
  readonly key: string;
  readonly body: unknown;
}

/** One whose outcome is known by its id. */
interface IdWrite extends Write {
  readonly kind: IdKind;
}
type IdKind = Exclude<StepKind, "anonymous_sale">;

const PATHS: Readonly<Record<StepKind, string>> = {
  member: "/v1/members",
  sale: "/v1/sales",
  anonymous_sale: "/v1/sales",
  return: "/v1/returns",
};

const thing = z.object({ id: z.string() });
const answerOf = {
  member: z.object({ member: thing }).transform((answer) => answer.member.id),
  sale: z.object({ sale: thing }).transform((answer) => answer.sale.id),
  return: z.object({ return: thing }).transform((answer) => answer.return.id),
} as const;
const anonymousAnswer = z.object({ sale: thing.nullable(), claim: z.object({ token: z.string() }).nullable() });
const warned = z.object({ warnings: z.array(z.object({ code: z.string() })).default([]) });

/** Sends what was sold and brought back, and keeps count. One customer's steps go one after another. */
export class Sender {
  readonly counts: Readonly<Record<StepKind, Count>> = {
    member: noCount(),
    sale: noCount(),
    return: noCount(),
    anonymous_sale: noCount(),
  };
  readonly refusals: Refusal[] = [];
  /** How often the platform warned, by code. */
  readonly warnings = new Map<string, number>();
  /** Member ids by customer. */
  readonly members = new Map<string, string>();
  /** What the sales without a customer earned, by invoice; null for one that was not recorded. */
  readonly earned = new Map<string, Balances | null>();
  readonly #api: Api;
  readonly #state: StateFile | null;
  readonly #progress: Progress;
  readonly #signal: AbortSignal | undefined;

  constructor(options: { api: Api; state: StateFile | null; progress: Progress; signal: AbortSignal | undefined }) {
    this.#api = options.api;
    this.#state = options.state;
    this.#progress = options.progress;
    this.#signal = options.signal;
  }

  /** Stops before the first sale is booked on today's date, which could not be put right any more. */
  async checkBackfill({ customers, anonymous }: Plan): Promise<void> {
    const first = customers.find(({ steps }) => steps.length > 0);
    const sale = first?.steps.find((step) => step.kind === "sale") ?? anonymous[0];
    const member = first === undefined ? null : await this.#member(first);
    if (sale === undefined || (first !== undefined && member === null)) return;
    const body = member === null ? sale.body : { ...sale.body, member: { id: member } };
    const preview = await this.#api.post("/v1/sales/preview", body, null);
    if (preview.ok && warningsOf(preview).includes("occurred_at_clamped")) {
      throw badInput("the key may not keep real dates; use a key with the scope backfill");
    }
  }

  async send(plan: CustomerPlan): Promise<void> {
    const member = await this.#member(plan);
    this.#progress.tick();
    const sales = new Map<string, string>();
    for (const step of plan.steps) {
      this.#signal?.throwIfAborted();
      if (member === null) this.counts[step.kind].not_sent += 1;
      else if (step.kind === "sale") await this.#sell(plan.customer, member, step, sales);
      else await this.#bringBack(plan.customer, step, sales.get(step.sold_on));
      this.#progress.tick();
    }
  }

  /**
   * A sale that waits to be claimed. It is sent on every run, whatever the state file says: what it earned stands in the
   * answer and nowhere else, and the same request gets the same answer.
   */
  async sendAnonymous({ key, invoice, body }: SaleStep): Promise<void> {
    const kind = "anonymous_sale";
    this.#signal?.throwIfAborted();
    const answer = await this.#post({ kind, customer: null, invoice, key, body });
    this.#progress.tick();
    if (answer === null) return;
    const parsed = anonymousAnswer.safeParse(answer.body);
    if (!parsed.success) throw stopped(`the platform's answer to POST ${PATHS[kind]} names neither sale nor claim`);
    const { sale, claim } = parsed.data;
    if (sale !== null && claim === null) throw stopped(`invoice ${invoice} was booked, and nobody can claim it`);
    this.earned.set(invoice, sale === null ? null : balancesIn(answer.body, `POST ${PATHS[kind]}`));
    this.#count(kind, answer, sale !== null);
  }

  async #member({ customer, key }: CustomerPlan): Promise<string | null> {
    const known = this.members.get(customer);
    if (known !== undefined) return known;
    const body = { external_id: customer };
    const write: IdWrite = { kind: "member", customer, invoice: null, key, body };
    const id = (await this.#write(write)) ?? (await this.#existing(customer));
    if (id !== null) this.members.set(customer, id);
    return id;
  }

  /** A member who was made otherwise, by hand or from another till: the sales go there. */
  async #existing(customer: string): Promise<string | null> {
    const place = this.refusals.findIndex(
      (refusal) => refusal.customer === customer && refusal.code === "identifier_taken",
    );
    if (place === -1) return null;
    const answer = await this.#api.post("/v1/members/identify", { member: { external_id: customer } }, null);
    if (!answer.ok) return null;
    this.refusals.splice(place, 1);
    this.counts.member.refused -= 1;
    this.counts.member.done_before += 1;
    return idIn("member", answer.body);
  }

  async #sell(customer: string, member: string, step: SaleStep, sales: Map<string, string>): Promise<void> {
    const { key, invoice } = step;
    const id = await this.#write({
      kind: "sale",
      customer,
      invoice,
      key,
      body: { ...step.body, member: { id: member } },
    });
    if (id !== null) sales.set(invoice, id);
  }

  async #bringBack(customer: string, step: ReturnStep, sale: string | undefined): Promise<void> {
    if (sale === undefined) {
      this.counts.return.not_sent += 1;
      return;
    }
    const { key, invoice, return_id, lines } = step;
    await this.#write({ kind: "return", customer, invoice, key, body: { return_id, sale: { id: sale }, lines } });
  }

  /** The id of what the write made, now or before; null when it was refused. */
  async #write(write: IdWrite): Promise<string | null> {
    const { kind, key, body } = write;
    const digest = bodyDigest(body);
    const before = this.#state?.idOf(key, digest) ?? null;
    if (before !== null) {
      this.counts[kind].done_before += 1;
      return before;
    }
    const answer = await this.#post(write);
    if (answer === null) return null;
    this.#count(kind, answer, true);
    const id = idIn(kind, answer.body);
    this.#state?.add({ key, digest, id });
    return id;
  }

  /** Null when it was refused. */
  async #post({ kind, customer, invoice, key, body }: Write): Promise<Accepted | null> {
    const answer = await this.#api.post(PATHS[kind], body, key);
    if (answer.ok) return answer;
    this.counts[kind].refused += 1;
    this.refusals.push({ kind, customer, invoice, code: answer.code, detail: answer.detail });
    return null;
  }

  #count(kind: StepKind, answer: Accepted, recorded: boolean): void {
    this.counts[kind][!recorded ? "not_recorded" : answer.replayed ? "replayed" : "accepted"] += 1;
    for (const code of warningsOf(answer)) this.warnings.set(code, (this.warnings.get(code) ?? 0) + 1);
  }
}

function noCount(): Count {
  return { accepted: 0, replayed: 0, done_before: 0, refused: 0, not_sent: 0, not_recorded: 0 };
}

function idIn(kind: IdKind, body: unknown): string {
  const id = answerOf[kind].safeParse(body);
  if (!id.success) throw stopped(`the platform's answer to POST ${PATHS[kind]} names no id`);
  return id.data;
}

function warningsOf(answer: Accepted): string[] {
  return warned.parse(answer.body).warnings.map(({ code }) => code);
}
