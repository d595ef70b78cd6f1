import type { Locale } from "../../domain/tenancy/config.ts";
import { Page } from "./page.tsx";

const TEXTS = {
  nl: {
    description: "Klantenkaarten voor kleine winkels: de kassa meldt wat er verkocht is, Stempel houdt de punten bij.",
    docs: "Voor ontwikkelaars",
    health: "Status",
  },
  en: {
    description: "Loyalty cards for small shops: the till says what was sold, Stempel keeps the points.",
    docs: "For developers",
    health: "Status",
  },
} as const;

export function LandingPage({ locale }: { readonly locale: Locale }) {
  const { description, docs, health } = TEXTS[locale];
  return (
    <Page lang={locale} title="Stempel" description={description}>
      <main class="landing">
        <h1 class="brand">Stempel</h1>
        <p class="lead">{description}</p>
        <ul>
          <li>
            <a href="/docs">{docs}</a>
          </li>
          <li>
            <a href="/health">{health}</a>
          </li>
        </ul>
      </main>
    </Page>
  );
}
