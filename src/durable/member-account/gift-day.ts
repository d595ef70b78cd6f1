import { changedGiftDay, type GiftDay } from "../../domain/ledger/dated-gift.ts";
import { celebratesBirthdays, type CompiledProgram } from "../../domain/program/compile.ts";
import type { Answer, BirthdayMessage } from "./protocol.ts";
import { buriedRefusal, type Desk } from "./run-command.ts";
import type { LedgerStore } from "./store.ts";

/** What the account knows of the member's birthday; looked up only where the programme asks for it. */
export function giftDayFor(store: LedgerStore, program: CompiledProgram): GiftDay | null {
  return celebratesBirthdays(program.document) ? store.giftDay() : null;
}

/** Tells the account the member's birthday, a change of it, or that it was taken back. Telling the same changes nothing. */
export function tellBirthday(desk: Desk, { born_on }: BirthdayMessage): Answer<null> {
  const state = desk.ledger.current(desk.now_ms);
  if (state === null) return { ok: false, refusal: { code: "account_unknown" } };
  const buried = buriedRefusal(state);
  if (buried !== null) return { ok: false, refusal: buried };
  const known = desk.store.giftDay();
  if ((known?.born_on ?? null) !== born_on) desk.store.setGiftDay(changedGiftDay(state, known, born_on));
  return { ok: true, value: null };
}
