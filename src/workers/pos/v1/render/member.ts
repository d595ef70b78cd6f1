import type { z } from "zod";
import type { card, member, memberAnswer } from "../../../../contract/pos-v1/member.ts";
import type { RewardView, Wallet } from "../../../../domain/ledger/view.ts";
import { createCardToken } from "../../../../domain/tenancy/card-token.ts";
import type { CardRef } from "../../../../domain/tenancy/ids.ts";
import type { CardView } from "../../../../durable/member-account/protocol.ts";
import type { MemberRecord } from "../../../../durable/merchant-registry/protocol.ts";
import type { PosDesk } from "../desk.ts";
import { renderIssues, type ShownIssue } from "./issued.ts";
import { type Rendering } from "./reader.ts";
import { renderRewards, renderWallet } from "./wallet.ts";
import { wireTime } from "../../../http/wire-time.ts";

export type WireMember = z.infer<typeof member>;
export type WireCard = z.infer<typeof card>;

export function renderMember(desk: PosDesk, { account, created_at_ms, profile }: MemberRecord): WireMember {
  const { name, email, phone, birthday, locale, external_id, metadata } = profile;
  const latest = new Map(profile.consents.map((consent) => [consent.purpose, consent]));
  return {
    object: "member",
    id: desk.ids.member(account),
    created_at: wireTime(created_at_ms),
    name,
    email,
    phone,
    birthday,
    locale,
    external_id,
    consents: [...latest.values()].map(({ purpose, granted, at_ms }) => ({ purpose, granted, at: wireTime(at_ms) })),
    metadata: { ...metadata },
  };
}

/** What a card's picture on the wire needs of it. */
export type RenderedCard = Pick<CardView, "card_no" | "kind" | "state" | "issued_at_ms" | "metadata" | "origin">;

export function renderCard(desk: PosDesk, account: string, state: RenderedCard, number: string | null): WireCard {
  const digital = state.kind === "digital";
  const ref = { account, cardNo: state.card_no };
  return {
    object: "card",
    id: desk.ids.card(ref),
    created_at: wireTime(state.issued_at_ms),
    kind: state.kind,
    state: state.state,
    number,
    // A card that came along from another account goes on saying what it said.
    token: digital ? createCardToken(desk.parts.secrets.cardKeys, desk.tenant, originOf(ref, state)) : null,
    metadata: { ...state.metadata },
  };
}

function originOf(ref: CardRef, { origin }: RenderedCard): CardRef {
  return origin === undefined ? ref : { account: origin.account, cardNo: origin.card_no };
}

/** A member with cards and balances. */
export interface MemberStory {
  readonly record: MemberRecord;
  readonly cards: readonly RenderedCard[];
  readonly wallet: Wallet;
  readonly rewards: readonly RewardView[];
  readonly issues: readonly ShownIssue[];
}

export function renderMemberAnswer(rendering: Rendering, story: MemberStory): z.infer<typeof memberAnswer> {
  const { desk } = rendering;
  const { account, card_numbers } = story.record;
  const numberOf = (card_no: number) => card_numbers.find((known) => known.card_no === card_no)?.number ?? null;
  const cards = story.cards.map((state) => renderCard(desk, account, state, numberOf(state.card_no)));
  const token = cards.findLast((known) => known.token !== null && known.state === "active")?.token ?? null;
  return {
    member: renderMember(desk, story.record),
    cards,
    card_token: token,
    card_url: token === null ? null : `${desk.origin}/c/${token}`,
    wallet: renderWallet(rendering, story.wallet),
    rewards: renderRewards(rendering, story.rewards),
    issued_rewards: renderIssues(rendering, account, story.issues),
  };
}
