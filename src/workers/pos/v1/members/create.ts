import { createRoute } from "@hono/zod-openapi";
import { type MemberInput, memberAnswer, memberInput } from "../../../../contract/pos-v1/member.ts";
import { UNBORN } from "../../../../domain/ledger/fold.ts";
import { rewardsOf, walletOf } from "../../../../domain/ledger/view.ts";
import { ACCOUNT_RANDOM_BYTES, createAccountId } from "../../../../domain/tenancy/account-id.ts";
import type { MemberProfile } from "../../../../domain/tenancy/member-profile.ts";
import { compiledProgram } from "../../../../durable/member-account/programs.ts";
import type { MemberRecord } from "../../../../durable/merchant-registry/protocol.ts";
import { refusalProblem } from "../../../http/refusal-problem.ts";
import { idempotencyKey } from "../../../middleware/idempotency-key.ts";
import type { PosApp } from "../app.ts";
import { requireRoom } from "../billing-gate.ts";
import type { PosDesk } from "../desk.ts";
import { json, jsonBody, problems, WRITES } from "../openapi.ts";
import { type RenderedCard, renderMemberAnswer } from "../render/member.ts";
import { rendering } from "../render/reader.ts";
import { type Carried, requestHash, runCommand } from "../run-command.ts";
import { giveAutomatic, isComplete } from "./give-automatic.ts";
import { cardNumberOf, consentsOf, contactOf } from "./profile-input.ts";
import { registryProblem } from "./registry-problem.ts";
import { tellBirthday } from "./tell-birthday.ts";

/** The digital card every account is born with, and the plastic card that may come with it. */
const DIGITAL_CARD_NO = 1;
const PLASTIC_CARD_NO = 2;

/** Has a space, which no till's key can have. */
const FIRST_CARD_KEY = "first card";

const route = createRoute({
  method: "post",
  path: "/v1/members",
  operationId: "createMember",
  tags: ["Members"],
  summary: "Make a member",
  description:
    "Makes a member with an account and a digital card. Everything is optional: a card can be given out at once and registered later. Phone number, address, external id and card number belong to at most one member. Scope: members.",
  request: { body: jsonBody(memberInput) },
  responses: {
    201: json("The member was made.", memberAnswer),
    ...problems({ body: true, key: true, program: true }, ["identifier_taken", "member_erased", "members_full"]),
  },
  ...WRITES,
});

export function createMember(app: PosApp): void {
  app.openapi(route, async (c) => {
    const desk = c.var.pos;
    desk.require("members");
    requireRoom(desk);
    const input = c.req.valid("json");
    const { member, replayed } = await registerMember(desk, input, idempotencyKey(c));
    const cards = await openAccount(desk, member, input);
    if (input.birthday !== undefined && !replayed) await tellBirthday(desk, member.account, member.profile.birthday);
    const given = await welcome(desk, member, input);
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json(await renderNewMember(desk, member, cards, given), 201);
  });
}

/** The person first: a taken phone number must leave no account behind. */
async function registerMember(desk: PosDesk, input: MemberInput, key: string) {
  const account = createAccountId("member", crypto.getRandomValues(new Uint8Array(ACCOUNT_RANDOM_BYTES)));
  const number = input.card === undefined ? null : cardNumberOf(input.card, "card");
  const written = await desk.registry().createMember({
    account,
    idem: { scope: desk.parts.till.id, key, requestHash: requestHash("member.create", "", input) },
    profile: profileOf(desk, input),
    identifiers: number === null ? [] : [{ kind: "card_number", value: number, card_no: PLASTIC_CARD_NO }],
    now_ms: Date.now(),
  });
  if (!written.ok) throw registryProblem(written.error);
  return written.value;
}

/** Opens the account, and issues the plastic card. Both can be repeated: a retry finishes what a crash left half done. */
async function openAccount(desk: PosDesk, { account }: MemberRecord, input: MemberInput): Promise<RenderedCard[]> {
  const { till, location, key } = desk.parts;
  const by = { kind: "till", till: till.id, location: location.id, key: key.id } as const;
  const opened = await desk.account(account).open({ card_no: DIGITAL_CARD_NO, by });
  if (!opened.ok) throw refusalProblem(opened.refusal, desk, false);
  const digital = firstCard(DIGITAL_CARD_NO, "digital", opened.value.opened_at_ms);
  if (input.card === undefined) return [digital];
  const { view } = await runCommand(
    desk,
    { account, card_no: null },
    {
      command: { type: "issue_card", card_kind: "plastic", replaces: null },
      body: null,
      operation: "member.first_card",
      key: FIRST_CARD_KEY,
      staff: undefined,
      note: null,
      at_ms: desk.now_ms,
    },
  );
  return [digital, firstCard(PLASTIC_CARD_NO, "plastic", view.body.at_ms)];
}

/** What signing up gives, and a profile that is complete from the start; members brought over have had theirs. */
async function welcome(desk: PosDesk, { account, created_at_ms, profile }: MemberRecord, input: MemberInput) {
  if (!(input.sign_up ?? !desk.can("backfill"))) return null;
  const joined = await giveAutomatic(desk, account, "sign_up", created_at_ms);
  return (isComplete(profile) ? await giveAutomatic(desk, account, "profile", created_at_ms) : null) ?? joined;
}

function firstCard(card_no: number, kind: RenderedCard["kind"], issued_at_ms: number): RenderedCard {
  return { card_no, kind, state: "active", issued_at_ms, metadata: {} };
}

/** As the member was right after birth, so that a retry hears the same: what was given, by the rules of that moment. */
async function renderNewMember(
  desk: PosDesk,
  record: MemberRecord,
  cards: readonly RenderedCard[],
  given: Carried | null,
) {
  const [payload] = await desk.programsAt(record.created_at_ms);
  const program = compiledProgram(payload);
  return renderMemberAnswer(rendering(desk, program), {
    record,
    cards,
    wallet: given?.view.wallet ?? walletOf(UNBORN, program, record.created_at_ms),
    rewards: given?.view.rewards ?? rewardsOf(UNBORN, program, record.created_at_ms),
    issues: given?.view.issues ?? [],
  });
}

function profileOf(desk: PosDesk, input: MemberInput): MemberProfile {
  const { phone = null, email = null } = contactOf(desk, input);
  return {
    name: input.name ?? null,
    email,
    phone,
    birthday: input.birthday ?? null,
    locale: input.locale ?? null,
    external_id: input.external_id ?? null,
    consents: consentsOf(desk, input.consents),
    metadata: input.metadata,
  };
}
