import { METHODS } from "../objects/payment-method.ts";
import { SCENARIOS } from "../state.ts";
import type { Invoice, PaymentMethod, PortalSession, Subscription } from "../wire.ts";
import type { World } from "../world.ts";
import { periodEnd } from "../objects/subscription.ts";
import { date, html, money, NOTHING, page, type Raw } from "./html.ts";
import { SCENARIO_NAMES } from "./pay-page.ts";

/** The customer's own page: payment method, invoices, cancelling. Nothing about plans: those are changed elsewhere. */
export function portalPage(world: World, session: PortalSession): Response {
  const customer = world.state.customers[session.customer];
  if (customer === undefined) return page("Billing", html`<section><h1>This customer was deleted.</h1></section>`, 410);
  const subscriptions = Object.values(world.state.subscriptions).filter((each) => each.customer === customer.id);
  const invoices = Object.values(world.state.invoices).filter((each) => each.customer === customer.id);
  const back = session.return_url === null ? NOTHING : html`<p><a href="${session.return_url}">Back to Stempel</a></p>`;
  return page(
    "Billing",
    html`<section>
        ${back}
        <h1>${customer.name ?? "Your billing"}</h1>
        <p class="soft">${customer.email ?? ""}</p>
      </section>
      <div class="two">
        <section>${methodPart(world, customer.invoice_settings.default_payment_method)}</section>
        <section>${subscriptionPart(subscriptions)}</section>
      </div>
      <section>${invoicePart(invoices)}</section>`,
  );
}

function methodPart(world: World, id: string | PaymentMethod | null): Raw {
  const method = typeof id === "string" ? world.state.payment_methods[id] : id;
  const current =
    method === null || method === undefined
      ? "None yet"
      : method.type === "card"
        ? `Card ending in ${method.card?.last4 ?? ""}`
        : `Direct debit, account ending in ${method.sepa_debit?.last4 ?? ""}`;
  const methods = METHODS.map((each) => html`<option>${each}</option>`);
  const scenarios = SCENARIOS.map((each) => html`<option value="${each}">${SCENARIO_NAMES[each]}</option>`);
  return html`<h2>Payment method</h2>
    <p>${current}</p>
    <form method="post">
      <input type="hidden" name="action" value="method" />
      <label for="method">New payment method</label
      ><select id="method" name="method">
        ${methods}
      </select>
      <label for="scenario">What happens to its payments</label
      ><select id="scenario" name="scenario">
        ${scenarios}
      </select>
      <button>Save payment method</button>
    </form>`;
}

function subscriptionPart(subscriptions: readonly Subscription[]): Raw {
  const living = subscriptions.find(({ status }) => status !== "canceled" && status !== "incomplete_expired");
  if (living === undefined)
    return html`<h2>Subscription</h2>
      <p class="soft">There is none.</p>`;
  const ends = living.cancel_at === null ? `Renews on ${date(periodEnd(living))}` : `Ends on ${date(living.cancel_at)}`;
  const button =
    living.cancel_at === null
      ? html`<input type="hidden" name="action" value="cancel" /><button class="quiet">Cancel subscription</button>`
      : html`<input type="hidden" name="action" value="resume" /><button class="quiet">Keep subscription</button>`;
  return html`<h2>Subscription</h2>
    <p><span class="tag">${living.status}</span></p>
    <p>${ends}</p>
    <form method="post">${button}</form>`;
}

function invoicePart(invoices: readonly Invoice[]): Raw {
  const rows = invoices.map(
    ({ id, number, created, total, status }) =>
      html`<tr>
        <td><a href="../invoice/${id}">${number ?? id}</a><br /><span class="soft">${date(created)}</span></td>
        <td><span class="tag">${status ?? ""}</span></td>
        <td>${money(total)}</td>
      </tr>`,
  );
  return html`<h2>Invoices</h2>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}
