import { SCENARIOS } from "../state.ts";
import type { Customer } from "../wire.ts";
import type { World } from "../world.ts";
import { date, html, page, type Raw } from "./html.ts";
import { SCENARIO_NAMES } from "./pay-page.ts";

/** For whoever develops: move the clock, decide what payments do, see what was sent. */
export function consolePage(world: World): Response {
  const customers = Object.values(world.state.customers);
  const events = world.state.deliveries
    .slice(-40)
    .toReversed()
    .map((delivery) => {
      const event = world.state.events.find(({ id }) => id === delivery.event);
      const outcome = delivery.delivered ? `delivered, ${delivery.attempts}×` : `waiting, ${delivery.attempts}×`;
      return html`<tr>
        <td>${event?.type ?? delivery.event}<br /><span class="soft">${date(event?.created ?? 0)}</span></td>
        <td>${outcome}</td>
      </tr>`;
    });
  return page(
    "Stand-in for Stripe",
    html`<section>
        <h1>Stand-in for Stripe</h1>
        <p>Its clock says <b>${new Date(world.now * 1000).toISOString()}</b>.</p>
        <form method="post">
          <input type="hidden" name="action" value="advance" />
          <div class="row">
            <button name="days" value="1">One day on</button><button name="days" value="6">Six days on</button>
          </div>
          <div class="row">
            <button name="days" value="31">31 days on</button><button name="days" value="366">A year on</button>
          </div>
        </form>
      </section>
      ${customers.map((customer) => customerPart(customer))}
      <section>
        <h2>Events</h2>
        <form method="post">
          <input type="hidden" name="action" value="deliver" /><button class="quiet">Deliver what waits</button>
        </form>
        <table>
          <tbody>
            ${events}
          </tbody>
        </table>
      </section>`,
  );
}

function customerPart({ id, name, email }: Customer): Raw {
  const scenarios = SCENARIOS.map((each) => html`<option value="${each}">${SCENARIO_NAMES[each]}</option>`);
  const field = html`<input type="hidden" name="customer" value="${id}" />`;
  return html`<section>
    <h2>${name ?? email ?? id}</h2>
    <p class="soft">${id}</p>
    <form method="post">
      ${field}<input type="hidden" name="action" value="scenario" /> <label for="s-${id}">Its next payments</label
      ><select id="s-${id}" name="scenario">
        ${scenarios}</select
      ><button class="quiet">Set</button>
    </form>
    <form method="post">
      ${field}<button class="quiet" name="action" value="dispute">The bank takes the last payment back</button>
    </form>
    <form method="post">
      ${field}<button class="quiet" name="action" value="delete_customer">Delete this customer</button>
    </form>
  </section>`;
}
