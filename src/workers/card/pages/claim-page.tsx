import { inLocale } from "../../../domain/program/compile.ts";
import type { WalletBalance } from "../../../domain/ledger/view.ts";
import type { Locale } from "../../../domain/tenancy/config.ts";
import { formatDate } from "../../../domain/time/format-date.ts";
import { localDate } from "../../../domain/time/local-date.ts";
import type { WaitingClaim } from "../read-claim.ts";
import { TEXTS } from "../texts.ts";
import { NotePage } from "./note-page.tsx";

export interface ClaimPageProps {
  readonly claim: WaitingClaim;
  readonly token: string;
  readonly locale: Locale;
  readonly nonce: string | undefined;
  /** Whether this browser has a card of the merchant. */
  readonly hasCard: boolean;
}

/** What a receipt holds, and one tap to collect it. Needs no script. */
export function ClaimPage({ claim, token, locale, nonce, hasCard }: ClaimPageProps) {
  const { name, color } = claim.desk.merchant;
  const { timezone } = claim.desk.config.config.merchant;
  const t = TEXTS[locale].claim;
  const until = formatDate(localDate(claim.until_ms - 1, timezone), locale);
  return (
    <NotePage locale={locale} nonce={nonce} title={t.title(name)} color={color} merchant={name}>
      <p>{claim.balances.length === 0 ? t.nothing : t.waiting}</p>
      <ul class="claim">
        {claim.balances.map((balance) => (
          <li>
            <strong>{balance.available + balance.pending}</strong> {unitText(balance, locale)}
          </li>
        ))}
      </ul>
      <form method="post" action={`/claim/${token}`} class="instant">
        <button class="button big" name="to" value={hasCard ? "own" : "new"}>
          {hasCard ? t.toOwn : t.toNew}
        </button>
        {hasCard ? (
          <button class="button quiet" name="to" value="new">
            {t.toAnother}
          </button>
        ) : (
          ""
        )}
      </form>
      <p class="note">{hasCard ? t.until(until) : `${t.hint} ${t.until(until)}`}</p>
    </NotePage>
  );
}

function unitText({ kind, name, available, pending }: WalletBalance, locale: Locale): string {
  if (kind !== "stamps") return inLocale(name, locale);
  return `${TEXTS[locale].card.stampUnit(available + pending)} ${inLocale(name, locale)}`;
}
