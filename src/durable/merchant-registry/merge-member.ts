import { fail, ok } from "../../domain/result.ts";
import { mergeProfiles } from "../../domain/tenancy/merge-profile.ts";
import type { PersonKey } from "../shared/field-cipher.ts";
import { openConsent, openProfile, sealConsent, sealProfile } from "./profile-codec.ts";
import type { BeginMergeCommand, MergeAnswer, MergeMemberCommand } from "./protocol.ts";
import type { MemberRow } from "./store.ts";
import type { Vault } from "./vault.ts";
import { ANSWER_FIELD } from "./write-member.ts";

/**
 * Brings a person to the member that their account went up in: profile, consents, identifiers and the answers that retries
 * must hear again. Runs inside one storage transaction; asked again it changes nothing.
 */
export function mergeMember(vault: Vault, command: MergeMemberCommand, now_ms: number): MergeAnswer {
  const [goes, stays] = [vault.store.member(command.from), vault.store.member(command.into)];
  if (goes === null || stays === null) return fail({ code: "unknown_member" });
  if (goes.key === null) return ok({ merged: false });
  if (stays.key === null) {
    // Whoever was erased wanted nothing kept; the other card was theirs too.
    vault.store.eraseMember(command.from, now_ms);
    return fail({ code: "erased" });
  }
  const keys = {
    from: vault.cipher.openKey(command.from, goes.key),
    into: vault.cipher.openKey(command.into, stays.key),
  };
  bringProfile(vault, { goes, stays }, keys, now_ms);
  bringIdentifiers(vault, command, keys, now_ms);
  for (const { digest, answer } of vault.store.answersOf(command.from)) {
    const sealed = keys.into.seal(ANSWER_FIELD, keys.from.open(ANSWER_FIELD, answer));
    vault.store.moveAnswer(digest, { account: command.into, answer: sealed });
  }
  vault.store.buryMerged(command.from, command.into, now_ms);
  return ok({ merged: true });
}

/** How long a merge that was begun keeps others from its member; each try begins anew. */
const MERGING_MS = 10 * 60_000;

/**
 * To be asked right before an account hands over. A member that is itself on its way takes nobody in, so that no two go up
 * in each other.
 */
export function beginMerge(vault: Vault, { from, into }: BeginMergeCommand, now_ms: number): MergeAnswer {
  const [goes, stays] = [vault.store.member(from), vault.store.member(into)];
  if (goes === null || stays === null) return fail({ code: "unknown_member" });
  if (goes.key === null || stays.key === null) return fail({ code: "erased" });
  if (vault.store.mergingInto(into, now_ms - MERGING_MS) !== null) return fail({ code: "merging" });
  vault.store.noteMerging(from, into, now_ms);
  return ok({ merged: false });
}

interface Keys {
  readonly from: PersonKey;
  readonly into: PersonKey;
}

function bringProfile(
  vault: Vault,
  { goes, stays }: { readonly goes: MemberRow; readonly stays: MemberRow },
  keys: Keys,
  now_ms: number,
): void {
  const consentsOf = (key: PersonKey, account: string) =>
    vault.store.consents(account).map(({ n, sealed }) => openConsent(key, n, sealed));
  const before = openProfile(keys.into, stays.sealed, consentsOf(keys.into, stays.account));
  const brought = openProfile(keys.from, goes.sealed, consentsOf(keys.from, goes.account));
  const merged = mergeProfiles(before, brought, now_ms);
  vault.store.updateMember(stays.account, sealProfile(keys.into, merged), now_ms);
  const last = vault.store.lastConsent(stays.account);
  merged.consents.slice(before.consents.length).forEach((consent, index) => {
    const n = last + 1 + index;
    vault.store.addConsent(stays.account, n, sealConsent(keys.into, n, consent));
  });
}

/** Every phone number, address, external id and card number leads to the staying member from now on. */
function bringIdentifiers(vault: Vault, { from, into, cards }: MergeMemberCommand, keys: Keys, now_ms: number): void {
  for (const row of vault.store.identifiersOf(from)) {
    const field = `identifier:${row.kind}`;
    const sealed = row.sealed === null ? null : keys.into.seal(field, keys.from.open(field, row.sealed));
    const card_no = cards.find((card) => card.former_no === row.card_no)?.card_no ?? null;
    vault.store.moveIdentifier(row, { account: into, card_no, sealed });
    vault.store.rememberOwner(row.kind, row, now_ms);
  }
}
