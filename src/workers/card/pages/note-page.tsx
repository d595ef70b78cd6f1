import type { Child } from "hono/jsx";
import type { Locale } from "../../../domain/tenancy/config.ts";
import { TEXTS, type Trouble } from "../texts.ts";
import type { TroubleFacts } from "../trouble.ts";
import { LanguageSwitch, Shell } from "./shell.tsx";

export interface NotePageProps {
  readonly locale: Locale;
  readonly nonce: string | undefined;
  readonly title: string;
  readonly color: string | null;
  readonly merchant: string | null;
  readonly children?: Child;
}

/** A page with one thing to say. */
export function NotePage({ locale, nonce, title, color, merchant, children }: NotePageProps) {
  return (
    <Shell locale={locale} title={title} color={color} nonce={nonce} page="note">
      <header class="hero">
        <div class="hero-top">
          <p class="merchant">{merchant ?? "Stempel"}</p>
          <LanguageSwitch locale={locale} />
        </div>
      </header>
      <main>
        <section class="panel">
          <h1>{title}</h1>
          {children}
        </section>
      </main>
    </Shell>
  );
}

export interface TroublePageProps {
  readonly locale: Locale;
  readonly nonce: string | undefined;
  readonly trouble: Trouble;
  readonly facts: TroubleFacts;
}

/** What is over, and can be begun anew. */
const LEADS_TO_JOIN: readonly Trouble[] = ["erased", "claim_expired"];

/** Says why there is no card here, and what to do. */
export function TroublePage({ locale, nonce, trouble, facts }: TroublePageProps) {
  const { toJoin, trouble: texts } = TEXTS[locale];
  const { merchant } = facts;
  const { title, text } = texts[trouble];
  const canJoin = merchant !== undefined && LEADS_TO_JOIN.includes(trouble);
  return (
    <NotePage
      locale={locale}
      nonce={nonce}
      title={title}
      color={merchant?.color ?? null}
      merchant={merchant?.name ?? null}
    >
      <p>{text}</p>
      {canJoin ? (
        <a class="button" href={`/join/${merchant.locator}`}>
          {toJoin}
        </a>
      ) : (
        ""
      )}
    </NotePage>
  );
}
