import type { Locale } from "../../../domain/tenancy/config.ts";
import type { CardView } from "../card-view.ts";
import { qrPath } from "../qr.ts";
import type { CardStory } from "../read-card.ts";
import { TEXTS } from "../texts.ts";
import { Now } from "./now.tsx";
import { LanguageSwitch, Shell } from "./shell.tsx";
import { StampSprite } from "./stamps.tsx";

export interface CardPageProps {
  readonly story: CardStory;
  readonly view: CardView;
  readonly nonce: string | undefined;
  /** Somebody has just joined with a phone number. */
  readonly byPhone: boolean;
}

/** A member's card. Whole without JavaScript; the script keeps it up to date and the code lit. */
export function CardPage({ story, view, nonce, byPhone }: CardPageProps) {
  const { merchant, tenant } = story.desk;
  const { locale } = view;
  const t = TEXTS[locale];
  const base = `/c/${story.token}`;
  return (
    <Shell
      locale={locale}
      title={t.card.title(merchant.name)}
      color={merchant.color}
      nonce={nonce}
      page="card"
      manifest={`${base}/manifest.webmanifest?in=${locale}`}
      script="/assets/card/card.js"
    >
      <StampSprite letter={firstLetter(merchant.name)} />
      <header class="hero">
        <div class="hero-top">
          <h1>{merchant.name}</h1>
          <LanguageSwitch locale={locale} />
        </div>
        <p class="hello">{story.first_name === null ? t.card.helloNobody : t.card.hello(story.first_name)}</p>
        {tenant.mode === "test" ? <p class="test-mode">{t.testMode}</p> : ""}
        <QrCode code={story.code} locale={locale} />
      </header>
      <main data-base={base}>
        <p id="status" class="status" role="status" data-offline={t.card.offline} data-updated={t.card.updated}></p>
        {byPhone ? <p class="panel">{t.card.phoneNotice}</p> : ""}
        <Now view={view} />
      </main>
      <BigCode code={story.code} locale={locale} />
    </Shell>
  );
}

interface CodeProps {
  /** What the picture says to a scanner. */
  readonly code: string;
  readonly locale: Locale;
}

function QrCode({ code, locale }: CodeProps) {
  const t = TEXTS[locale].card;
  const { size, path } = qrPath(code);
  return (
    <>
      <a id="qr" class="qr" href="#qr-large" aria-label={t.enlarge}>
        <svg viewBox={withQuietZone(size)} role="img" aria-label={t.code} focusable="false">
          <path id="qr-path" d={path} />
        </svg>
      </a>
      <p class="scan">{t.scan}</p>
    </>
  );
}

/** The code over the whole screen, black on white whatever the theme. Opens without JavaScript too, by its name in the link. */
function BigCode({ code, locale }: CodeProps) {
  const t = TEXTS[locale].card;
  const { size } = qrPath(code);
  return (
    <dialog id="qr-large" class="qr-large" aria-label={t.code}>
      <svg viewBox={withQuietZone(size)} role="img" aria-label={t.code} focusable="false">
        <use href="#qr-path" />
      </svg>
      <p>{t.scan}</p>
      <a id="qr-close" class="button" href="#qr" role="button">
        {t.close}
      </a>
    </dialog>
  );
}

/** Scanners want four modules of white around a code. */
function withQuietZone(size: number): string {
  return `-4 -4 ${size + 8} ${size + 8}`;
}

/** What the stamps carry: the first letter or digit of the merchant's name. */
function firstLetter(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0]?.toLocaleUpperCase() ?? "★";
}
