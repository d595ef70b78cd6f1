import type { Actor } from "../../domain/ledger/booking.ts";
import type { Stamp } from "../../domain/ledger/draft.ts";
import { isUnclaimed, unclaimedUntil } from "../../domain/ledger/due.ts";
import type { AccountState } from "../../domain/ledger/state.ts";
import { RegistryClient } from "../merchant-registry/client.ts";
import { type Bringer, bringTenders, settleClaims } from "./bring-tenders.ts";
import { accountClient } from "./client.ts";
import { deliver, giverOf } from "./deliver.ts";
import { confirmDelivery, openParcels } from "./estate.ts";
import type { Ledger } from "./ledger.ts";
import { readAbsorbed } from "./read-account.ts";
import type { Desk } from "./run-command.ts";
import type { Projector } from "./projector.ts";
import type { LedgerStore } from "./store.ts";
import { hasTenders } from "./tender.ts";

/** What the alarm works with. */
export interface CatchUpDeps {
  readonly ctx: DurableObjectState;
  readonly env: Pick<Cloudflare.Env, "MEMBER_ACCOUNT" | "MERCHANT_REGISTRY">;
  readonly store: LedgerStore;
  readonly ledger: Ledger;
  readonly projector: Projector;
  readonly tellPages: () => void;
}

/**
 * Books what has fallen due and delivers what has not arrived. Acts on stored facts alone, so it may run late, twice, or
 * for nothing. Answers how far the account's clock runs ahead; null when there is no account (any more).
 *
 * @throws when another account cannot be reached; it is tried again
 */
export async function catchUp(deps: CatchUpDeps): Promise<{ readonly clock_offset_ms: number } | null> {
  const { ledger, projector } = deps;
  const real_now_ms = Date.now();
  const state = ledger.current(real_now_ms);
  if (state === null || (await deleteUnclaimed(deps, state))) return null;
  const { clock_offset_ms } = state;
  if (state.tombstone === null) ledger.bookDue(state, systemStamp(real_now_ms + clock_offset_ms, clock_offset_ms));
  deps.tellPages();
  await projector.drain();
  await deliverAll(deps, state);
  if (Object.values(state.holds).some(({ claim }) => claim !== undefined)) await settlePromises(deps, state);
  return { clock_offset_ms };
}

/** A sale that nobody has claimed in time is forgotten, with all that hangs on it; insights hears of it first. */
async function deleteUnclaimed({ ctx, store, ledger, projector }: CatchUpDeps, state: AccountState): Promise<boolean> {
  if (!isUnclaimed(state) || unclaimedUntil(state) > Date.now() + state.clock_offset_ms) return false;
  await projector.close(unclaimedUntil(state));
  await ctx.storage.deleteAll();
  store.forget();
  ledger.forget();
  return true;
}

/** Brings what a cut-off hand-over left behind. A receiver out of reach throws, and the platform rings again. */
async function deliverAll(deps: CatchUpDeps, before: AccountState): Promise<void> {
  const { ctx, env, store, ledger } = deps;
  const { clock_offset_ms, outbox } = before;
  if (Object.keys(outbox).length === 0) return;
  if (hasTenders(before)) await bringTenders(bringerOf(deps, before));
  const giver = giverOf(ctx.id.name);
  const desk = { store, ledger, now_ms: Date.now() + clock_offset_ms };
  const state = ledger.current(desk.now_ms);
  if (state?.tombstone?.kind === "erased") await forgetRest({ ctx, env, desk, clock_offset_ms }, state);
  for (const parcel of state === null ? [] : openParcels(desk, state)) {
    const { MEMBER_ACCOUNT: accounts, MERCHANT_REGISTRY: registries } = env;
    const { outcome } = await deliver({ accounts, registries, giver, clock_offset_ms, by: ALARM }, parcel);
    if (outcome !== "lost") {
      confirmDelivery(desk, {
        to: ctx.id.name ?? "",
        clock_offset_ms,
        delivered: parcel.seq,
        failed: outcome === "erased",
        by: ALARM,
      });
    }
  }
}

/** Holds that were promised to sales and whose time has passed end now, one way or the other. */
async function settlePromises(deps: CatchUpDeps, before: AccountState): Promise<void> {
  const bringer = bringerOf(deps, before);
  const { desk, clock_offset_ms } = bringer;
  await settleClaims(bringer, before);
  const state = deps.ledger.current(desk.now_ms);
  if (state !== null) deps.ledger.bookDue(state, systemStamp(desk.now_ms, clock_offset_ms));
}

/** The account as it speaks to others by itself. */
export function bringerOf(
  { ctx, env, store, ledger }: Pick<CatchUpDeps, "ctx" | "env" | "store" | "ledger">,
  { clock_offset_ms }: AccountState,
): Bringer {
  const self = giverOf(ctx.id.name);
  return {
    desk: { store, ledger, now_ms: Date.now() + clock_offset_ms },
    account: self.id,
    to: ctx.id.name ?? "",
    clock_offset_ms,
    clientOf: (account) => accountClient(env.MEMBER_ACCOUNT, self, account, { clock_offset_ms }),
  };
}

/** What stands of an erased person elsewhere: free text in accounts that went up in this one, and the profile. */
async function forgetRest(
  { ctx, env, desk, clock_offset_ms }: Pick<CatchUpDeps, "ctx" | "env"> & { desk: Desk; clock_offset_ms: number },
  { outbox }: AccountState,
): Promise<void> {
  const open = Object.entries(outbox).find(([, { to }]) => to === "");
  if (open === undefined) return;
  const person = giverOf(ctx.id.name);
  const clientOf = (account: string) => accountClient(env.MEMBER_ACCOUNT, person, account, { clock_offset_ms });
  const absorbed = readAbsorbed(desk);
  // The list grows while it is walked.
  for (const account of absorbed) {
    const before = await clientOf(account).absorbed();
    absorbed.push(...before.filter((one) => !absorbed.includes(one)));
    await clientOf(account).forgetNotes();
  }
  await new RegistryClient(env.MERCHANT_REGISTRY, person).eraseMember({ account: person.id, now_ms: Date.now() });
  confirmDelivery(desk, { to: ctx.id.name ?? "", clock_offset_ms, delivered: Number(open[0]), by: ALARM });
}

const ALARM: Actor = { kind: "system", job: "alarm" };

/** What an account stamps on a booking that it makes by itself. */
export function systemStamp(now_ms: number, clock_offset_ms: number): Stamp {
  return {
    now_ms,
    by: ALARM,
    request_hash: null,
    note_digest: null,
    clock_offset_ms,
    program: null,
    timezone: null,
  };
}
