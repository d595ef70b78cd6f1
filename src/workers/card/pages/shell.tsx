import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Locale } from "../../../domain/tenancy/config.ts";
import { TEXTS } from "../texts.ts";
import { themeCss, themeOf } from "../theme.ts";

export interface ShellProps {
  readonly locale: Locale;
  readonly title: string;
  /** The merchant's colour; null for ours. */
  readonly color: string | null;
  readonly nonce: string | undefined;
  readonly page: "card" | "join" | "note";
  /** Where the page's manifest is; null for a page that nobody keeps. */
  readonly manifest?: string | null;
  readonly script?: string | null;
  readonly children?: Child;
}

/** The document around every page of a member. It asks nothing of anybody but us. */
export function Shell({ locale, title, color, nonce, page, manifest = null, script = null, children }: ShellProps) {
  const theme = themeOf(color);
  const icon = (size: number) => `/card-icon/${theme.brand.slice(1)}-${size}.png`;
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <title>{title}</title>
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content={theme.brand} />
        <meta name="format-detection" content="telephone=no" />
        <link rel="icon" href={icon(192)} type="image/png" />
        <link rel="apple-touch-icon" href={icon(180)} />
        {manifest === null ? "" : <link rel="manifest" href={manifest} />}
        <link rel="stylesheet" href="/assets/card/card.css" />
        <style nonce={nonce}>{raw(themeCss(theme))}</style>
        {script === null ? "" : <script type="module" src={script} nonce={nonce}></script>}
      </head>
      <body class={`page-${page}`}>{children}</body>
    </html>
  );
}

/** Leads to the same page in the other language. */
export function LanguageSwitch({ locale }: { readonly locale: Locale }) {
  const t = TEXTS[locale];
  const other = t.otherLanguage;
  return (
    <nav class="language" aria-label={t.language}>
      <a href={`?lang=${other.locale}`} lang={other.locale} hreflang={other.locale}>
        {other.name}
      </a>
    </nav>
  );
}
