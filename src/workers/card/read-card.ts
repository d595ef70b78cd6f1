import { fail, ok, type Result } from "../../domain/result.ts";
import type { CompiledProgram } from "../../domain/program/compile.ts";
import { type CardRef, IdCodec } from "../../domain/tenancy/ids.ts";
import type { AccountView, Answer, CardView, StoredBooking } from "../../durable/member-account/protocol.ts";
import type { AccountClient } from "../../durable/member-account/client.ts";
import { compiledProgram } from "../../durable/member-account/programs.ts";
import { ObjectUnavailableError } from "../../durable/shared/call.ts";
import { SNAPSHOT_SEPARATOR } from "../snapshots/snapshot.ts";
import { snapshotOf } from "../snapshots/snapshot-of.ts";
import { follow } from "./follow.ts";
import type { MemberDesk, ShownCard } from "./member-desk.ts";

/** Bookings to look through for what to tell. Some move nothing. */
const BOOKINGS_READ = 20;

/** A card with all that its page tells. */
export interface CardStory {
  readonly desk: MemberDesk;
  readonly token: string;
  /** What its picture says to a scanner: the token, and a signed balance behind it where tills may use one offline. */
  readonly code: string;
  /** Null for a card nobody has put a name on. */
  readonly first_name: string | null;
  /** Null while the merchant has published no programme. */
  readonly program: CompiledProgram | null;
  readonly view: AccountView | null;
  /** Newest first. */
  readonly bookings: readonly StoredBooking[];
}

/** Why a card shows nothing. */
export type CardRefusal = "unknown_card" | "blocked" | "erased";

/** Reads a card: balances and bookings from the account and the first name from the registry, at the same time. */
export async function readCard({ desk, card, token }: ShownCard): Promise<Result<CardStory, CardRefusal>> {
  const text = await desk.program();
  const [read, name] = await Promise.all([
    follow(desk, card.account, (client) => readAccount(client, text === null ? null : [text])),
    firstName(desk, card.account),
  ]);
  if (!read.ok) return fail(read.error === "account_erased" ? "erased" : "unknown_card");
  const { account, value } = read.value;
  const moved = account !== card.account;
  const state = value.view?.cards.find((known) => isCard(known, card, account))?.state;
  // What was merged before cards came along works on under the old card.
  if (value.view !== null && state === undefined && !moved) return fail("unknown_card");
  if (state === "blocked") return fail("blocked");
  if (name === ERASED && !moved) return fail("erased");
  const first_name = moved ? await firstName(desk, account) : name;
  const program = text === null ? null : compiledProgram(text);
  const code = await codeOf(desk, token, { account, program, view: value.view });
  return ok({ desk, token, code, first_name: first_name === ERASED ? null : first_name, program, ...value });
}

async function codeOf(
  { secrets, tenant, now_ms }: MemberDesk,
  token: string,
  { account, program, view }: Pick<CardStory, "program" | "view"> & { readonly account: string },
): Promise<string> {
  if (program === null || view === null) return token;
  const signer = { secrets, tenant, ids: new IdCodec(secrets.idMac, tenant), now_ms };
  const snapshot = await snapshotOf(signer, program, { account, view });
  return snapshot === null ? token : `${token}${SNAPSHOT_SEPARATOR}${snapshot.text}`;
}

/** Whether a card of the account is the one that a token names: one of its own, or one that came along. */
function isCard({ card_no, origin }: CardView, card: CardRef, account: string): boolean {
  if (origin !== undefined) return origin.account === card.account && origin.card_no === card.cardNo;
  return card.account === account && card_no === card.cardNo;
}

type Programs = Parameters<AccountClient["wallet"]>[0];

interface AccountStory {
  readonly view: AccountView | null;
  readonly bookings: readonly StoredBooking[];
}

async function readAccount(client: AccountClient, programs: Programs | null): Promise<Answer<AccountStory>> {
  const query = { beyond_seq: null, order: "desc", limit: BOOKINGS_READ, types: null } as const;
  const [bookings, view] = await Promise.all([
    client.bookings(query),
    programs === null ? ({ ok: true, value: null } as const) : client.wallet(programs),
  ]);
  if (!bookings.ok) return bookings;
  if (!view.ok) return view;
  return { ok: true, value: { view: view.value, bookings: bookings.value } };
}

const ERASED = Symbol("erased");

/** What one calls somebody by. Anyone with the link reads it, so it is the first word and no more. */
async function firstName(desk: MemberDesk, account: string): Promise<string | null | typeof ERASED> {
  try {
    const member = await desk.registry().getMember(account);
    if (!member.ok) return member.error.code === "erased" ? ERASED : null;
    return member.value.profile.name?.trim().split(/\s+/)[0] ?? null;
  } catch (error) {
    // A card without a name is better than no card.
    if (error instanceof ObjectUnavailableError) return null;
    throw error;
  }
}
