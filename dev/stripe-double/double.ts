import { answerApi } from "./api.ts";
import { advance, disputeLast, order, removeCustomer, resolveDispute, setScenario } from "./control.ts";
import { deliverAll, type Endpoint, payloadOf } from "./deliver.ts";
import { catchUp } from "./objects/time.ts";
import { consolePage } from "./pages/console-page.ts";
import { answerPage, payInvoice, seeOther } from "./pages/pages.ts";
import { completeSession, type Payer } from "./objects/checkout.ts";
import { type DoubleState, emptyState, type Scenario } from "./state.ts";
import type { Dispute, DoubleEvent, Subscription } from "./wire.ts";
import { World } from "./world.ts";

export interface DoubleOptions {
  /** Where its pages are reached from a browser, without a slash at the end. */
  readonly pages: string;
  readonly state?: DoubleState;
  readonly now?: () => number;
  /** Where events go; without one they only pile up. */
  readonly endpoint?: Endpoint;
}

const DAY = 86_400;

/**
 * A stand-in for Stripe at its wire: HTTP in, HTTP out, everything remembered, a clock that can be moved, signed events.
 * It does what this product needs of Stripe and answers 501, in Stripe's shape, to everything else.
 */
export class StripeDouble {
  readonly world: World;
  readonly #endpoint: Endpoint | null;
  /** Answers so many more calls of the API and fails every one behind them; null while Stripe is up. */
  #answersLeft: number | null = null;
  /** API calls so far, as `METHOD path`. */
  readonly calls: string[] = [];

  constructor({ pages, state = emptyState(), now = Date.now, endpoint }: DoubleOptions) {
    this.world = new World(state, pages, now);
    this.#endpoint = endpoint ?? null;
  }

  /** Answers a request to the API (`…/v1/…`) or to one of its pages. */
  async fetch(request: Request): Promise<Response> {
    catchUp(this.world);
    const { pathname } = new URL(request.url);
    const api = pathname.indexOf("/v1/");
    if (api >= 0) return this.#answerApi(request, pathname.slice(api));
    const base = new URL(this.world.pages).pathname.replace(/\/$/, "");
    const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname;
    const shown = await answerPage(this.world, path, request);
    if (shown !== null) return shown;
    if (request.method === "POST") return this.#obey(request);
    return consolePage(this.world);
  }

  async #answerApi(request: Request, path: string): Promise<Response> {
    this.calls.push(`${request.method} ${path}`);
    if (this.#answersLeft === 0) {
      const body = { error: { type: "api_error", message: "The stand-in was told to fail." } };
      return Response.json(body, { status: 500, headers: { "stripe-should-retry": "false" } });
    }
    if (this.#answersLeft !== null) this.#answersLeft -= 1;
    return answerApi(this.world, request);
  }

  /** Orders of the console, as a form, or as JSON from a test. */
  async #obey(request: Request): Promise<Response> {
    const isJson = request.headers.get("content-type")?.startsWith("application/json") === true;
    const given: unknown = isJson ? await request.json() : Object.fromEntries(await request.formData());
    const wanted = order.safeParse(given);
    if (!wanted.success) return Response.json({ error: wanted.error.issues }, { status: 400 });
    switch (wanted.data.action) {
      case "advance":
        this.advanceDays(wanted.data.days);
        break;
      case "scenario":
        this.setScenario(wanted.data.customer, wanted.data.scenario);
        break;
      case "dispute":
        this.dispute(wanted.data.customer);
        break;
      case "delete_customer":
        this.deleteCustomer(wanted.data.customer);
        break;
      case "deliver":
        break;
    }
    await this.deliver();
    return isJson ? Response.json({ now: this.world.now, waiting: this.waiting }) : seeOther(this.world.pages);
  }

  /** Events that were not delivered yet. */
  get waiting(): number {
    return this.world.state.deliveries.filter(({ delivered }) => !delivered).length;
  }

  get events(): readonly DoubleEvent[] {
    return this.world.state.events;
  }

  advanceDays(days: number): void {
    advance(this.world, days * DAY);
  }

  /** Stripe goes down behind so many calls, and stays down; null brings it back. */
  failAfter(calls: number | null): void {
    this.#answersLeft = calls;
  }

  setScenario(customer: string, scenario: Scenario): void {
    setScenario(this.world, customer, scenario);
  }

  dispute(customer: string): Dispute {
    return disputeLast(this.world, customer);
  }

  resolveDispute(id: string, status: "won" | "lost"): void {
    resolveDispute(this.world, id, status);
  }

  deleteCustomer(customer: string): void {
    removeCustomer(this.world, customer);
  }

  /** Fills the hosted checkout in; whether it is complete. */
  pay(session: string, payer: Partial<Payer> = {}): boolean {
    const address = { line1: "Dorpsstraat 1", postal_code: "1234 AB", city: "Ons Dorp", country: "NL" };
    const whole: Payer = {
      method: "ideal",
      scenario: "succeeds",
      name: "Café De Hoek",
      address,
      vat_id: null,
      ...payer,
    };
    return completeSession(this.world, this.world.find(this.world.state.sessions, "session", session), whole);
  }

  /** The payer opens the invoice's page and pays. */
  payInvoice(id: string): void {
    payInvoice(this.world, this.world.find(this.world.state.invoices, "invoice", id));
  }

  subscriptionOf(customer: string): Subscription | undefined {
    return Object.values(this.world.state.subscriptions).findLast((each) => each.customer === customer);
  }

  payload(event: string): string {
    return payloadOf(this.world, event);
  }

  /** Delivers what waits; answers how many still do. */
  async deliver(): Promise<number> {
    return this.#endpoint === null ? this.waiting : deliverAll(this.world, this.#endpoint);
  }
}
