import type { Due } from "../state.ts";
import type { World } from "../world.ts";
import { expireSession } from "./checkout.ts";
import { openDispute } from "./dispute.ts";
import { subscriptionOf } from "./invoice.ts";
import { collect, settleLate } from "./payment.ts";
import { enterNextPhase } from "./schedule.ts";
import { expireIncomplete, follow, renew } from "./subscription.ts";

/** Does what is due, each thing at its own time and in that order. */
export function catchUp(world: World): void {
  const until = world.now;
  for (;;) {
    const next = world.state.due.filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at)[0];
    if (next === undefined) return;
    world.state.due = world.state.due.filter((due) => due !== next);
    world.at(next.at, () => happen(world, next));
  }
}

function happen(world: World, { what, id }: Due): void {
  const { state } = world;
  switch (what) {
    case "renew": {
      const subscription = state.subscriptions[id];
      if (subscription === undefined) return;
      if (subscription.cancel_at === null || subscription.cancel_at > world.now) enterNextPhase(world, subscription);
      renew(world, subscription);
      return;
    }
    case "settle": {
      const intent = state.payment_intents[id];
      if (intent !== undefined) followInvoice(world, intent.metadata["invoice"] ?? "", settleLate(world, intent));
      return;
    }
    case "retry": {
      const invoice = state.invoices[id];
      if (invoice?.status === "open") followInvoice(world, id, collect(world, invoice, null));
      return;
    }
    case "dispute": {
      const charge = state.charges[id];
      if (charge !== undefined) openDispute(world, charge);
      return;
    }
    case "expire_session": {
      const session = state.sessions[id];
      if (session?.status === "open") expireSession(world, session);
      return;
    }
    case "expire_incomplete": {
      const subscription = state.subscriptions[id];
      if (subscription !== undefined) expireIncomplete(world, subscription);
      return;
    }
  }
}

/** Lets the subscription of an invoice know how its payment ended. */
export function followInvoice(world: World, id: string, outcome: Parameters<typeof follow>[2]): void {
  const invoice = world.state.invoices[id];
  const subscription = invoice === undefined ? undefined : world.state.subscriptions[subscriptionOf(invoice) ?? ""];
  if (subscription !== undefined && subscription.latest_invoice === id) follow(world, subscription, outcome);
}
