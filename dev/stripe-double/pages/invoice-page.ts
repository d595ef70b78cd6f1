import type { Invoice } from "../wire.ts";
import type { World } from "../world.ts";
import { date, html, money, NOTHING, page } from "./html.ts";

/** An invoice, with a button to pay it when it is open. */
export function invoicePage(world: World, invoice: Invoice): Response {
  const rows = invoice.lines.data.map(
    ({ description, amount }) =>
      html`<tr>
        <td>${description ?? ""}</td>
        <td>${money(amount)}</td>
      </tr>`,
  );
  const notes = Object.values(world.state.credit_notes)
    .filter((note) => note.invoice === invoice.id)
    .map(
      ({ number, amount }) =>
        html`<tr>
          <td>Credit note ${number}</td>
          <td>${money(-amount)}</td>
        </tr>`,
    );
  const pay =
    invoice.status === "open"
      ? html`<form method="post"><button name="pay" value="now">Pay ${money(invoice.amount_remaining)}</button></form>`
      : NOTHING;
  return page(
    invoice.number ?? "Invoice",
    html`<section>
      <p class="soft">Invoice ${invoice.number ?? ""} · ${date(invoice.created)}</p>
      <h1>${invoice.customer_name ?? ""}</h1>
      <p><span class="tag">${invoice.status ?? ""}</span></p>
      <table>
        <tbody>
          ${rows}
          <tr>
            <td>VAT</td>
            <td>${money(invoice.total - invoice.subtotal)}</td>
          </tr>
          <tr class="total">
            <td>Total, including VAT</td>
            <td>${money(invoice.total)}</td>
          </tr>
          ${notes}
        </tbody>
      </table>
      ${pay}
    </section>`,
  );
}
