import { taxPercent } from "../objects/customer.ts";
import { METHODS } from "../objects/payment-method.ts";
import { SCENARIOS, type Scenario } from "../state.ts";
import { type Session, idOf } from "../wire.ts";
import type { World } from "../world.ts";
import { productIdOf } from "../objects/catalog.ts";
import { date, html, money, NOTHING, page, type Raw } from "./html.ts";

/** What each scenario is called on the page. */
export const SCENARIO_NAMES: Readonly<Record<Scenario, string>> = {
  succeeds: "Succeeds at once",
  declined: "Is refused",
  authenticate: "The bank wants the payer to confirm",
  late_success: "Direct debit: succeeds after five days",
  late_failure: "Direct debit: fails after five days",
  late_success_disputed: "Direct debit: succeeds, and is taken back ten days later",
};

const METHOD_NAMES = {
  ideal: "iDEAL (later payments by SEPA direct debit)",
  card: "Card",
  sepa_debit: "SEPA direct debit",
} as const;

/** The hosted checkout: what is bought on the left, who pays and how on the right. */
export function payPage(world: World, session: Session, problem: string | null): Response {
  if (session.status !== "open") {
    return page(
      "Checkout",
      html`<section>
        <h1>This checkout is ${session.status ?? "closed"}.</h1>
        <p class="soft">Begin again from where you came.</p>
      </section>`,
      410,
    );
  }
  const error = problem === null ? NOTHING : html`<p class="error" role="alert">${problem}</p>`;
  return page(
    "Checkout",
    html`<div class="two">
      <section>${summary(world, session)}</section>
      <section>${error}${form(world, session)}</section>
    </div>`,
  );
}

function summary(world: World, session: Session): Raw {
  const plan = world.state.plans[session.id];
  const lines = (plan?.items ?? []).map(({ price, quantity }) => {
    const found = world.state.prices[price];
    const name = found === undefined ? price : (world.state.products[productIdOf(found)]?.name ?? price);
    return {
      name,
      quantity,
      amount: (found?.unit_amount ?? 0) * quantity,
      interval: found?.recurring?.interval ?? "month",
    };
  });
  const net = lines.reduce((sum, { amount }) => sum + amount, 0);
  const percent = taxPercent(world, idOf(session.customer));
  const tax = Math.round((net * percent) / 100);
  const rows = lines.map(
    ({ name, quantity, amount }) =>
      html`<tr>
        <td>${quantity} × ${name}</td>
        <td>${money(amount)}</td>
      </tr>`,
  );
  const trial = plan?.trial_end ?? null;
  const today = trial === null ? html`${money(net + tax)}` : html`${money(0)}`;
  const later = trial === null ? NOTHING : html`<p class="soft">Free until ${date(trial)}, then the total below.</p>`;
  return html`<p class="soft">Subscribe</p>
    <h1>To pay today</h1>
    <p class="big">${today}</p>
    ${later}
    <table>
      <tbody>
        ${rows}
        <tr>
          <td>VAT ${percent} %</td>
          <td>${money(tax)}</td>
        </tr>
        <tr class="total">
          <td>Total per ${lines[0]?.interval ?? "month"}, including VAT</td>
          <td>${money(net + tax)}</td>
        </tr>
      </tbody>
    </table>`;
}

function form(world: World, session: Session): Raw {
  const customer = world.state.customers[idOf(session.customer)];
  const methods = METHODS.map((method) => html`<option value="${method}">${METHOD_NAMES[method]}</option>`);
  const scenarios = SCENARIOS.map((scenario) => html`<option value="${scenario}">${SCENARIO_NAMES[scenario]}</option>`);
  const address = customer?.address;
  return html`<h2>Who pays</h2>
    <form method="post">
      <p class="soft">${customer?.email ?? ""}</p>
      <label for="name">Name of the business</label
      ><input id="name" name="name" required autocomplete="organization" value="${customer?.name ?? ""}" />
      <label for="line1">Street and number</label
      ><input id="line1" name="line1" required autocomplete="address-line1" value="${address?.line1 ?? ""}" />
      <div class="row">
        <div>
          <label for="postal_code">Postal code</label
          ><input id="postal_code" name="postal_code" required value="${address?.postal_code ?? ""}" />
        </div>
        <div><label for="city">City</label><input id="city" name="city" required value="${address?.city ?? ""}" /></div>
      </div>
      <label for="country">Country</label
      ><input id="country" name="country" required pattern="[A-Z]{2}" value="${address?.country ?? "NL"}" />
      <label for="vat_id">VAT number (optional)</label><input id="vat_id" name="vat_id" placeholder="NL123456789B01" />
      <label for="method">Payment method</label
      ><select id="method" name="method">
        ${methods}
      </select>
      <label for="scenario">What happens to the payment</label
      ><select id="scenario" name="scenario">
        ${scenarios}
      </select>
      <button>Subscribe</button>
    </form>
    <p class="soft"><a href="${session.cancel_url ?? "#"}">Back without paying</a></p>`;
}
