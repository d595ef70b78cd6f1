import { ERROR_CODES, type ErrorCode, errorFacts } from "../../contract/error-codes.ts";
import { CodeText } from "./code-text.tsx";
import { ErrorTable } from "./error-table.tsx";
import { FirstSale } from "./first-sale.tsx";
import { TILL_ACTIONS } from "./guide.ts";
import { Page } from "./page.tsx";

export interface DocsPageProps {
  /** Scheme and host that the reader came to. */
  readonly origin: string;
  readonly nonce: string | undefined;
  /** Codes that the POS API answers. */
  readonly tillCodes: ReadonlySet<string>;
}

export function DocsPage({ origin, nonce, tillCodes }: DocsPageProps) {
  return (
    <Page
      lang="en"
      title="Stempel POS API"
      description="How a till talks to Stempel: first sale, error codes and every operation."
      styles={["/assets/swagger-ui/swagger-ui.css", "/assets/reference/swagger-ui-fit.css"]}
      scripts={["/assets/swagger-ui/swagger-ui-bundle.js", "/assets/reference/start-swagger-ui.js"]}
      nonce={nonce}
    >
      <a class="skip" href="#operations">
        Skip to the operations
      </a>
      <Bar />
      <main class="wide">
        <h1>POS API</h1>
        <p class="lead">
          A till tells Stempel what was sold and to whom. Stempel answers what the sale earned, what the member has, and
          what to print.
        </p>
        <FirstSale origin={origin} />
        <Errors tillCodes={tillCodes} />
        <section id="operations" aria-labelledby="operations-title">
          <h2 id="operations-title">Guide and operations</h2>
          <noscript>
            <p>
              This part needs JavaScript. The same is in <a href="/openapi.json">openapi.json</a>.
            </p>
          </noscript>
          <div id="swagger-ui"></div>
        </section>
      </main>
      <footer class="wide">Version 1 changes only by addition.</footer>
    </Page>
  );
}

function Bar() {
  return (
    <header class="bar">
      <div class="wide">
        <a class="brand" href="/">
          Stempel
        </a>
        <nav aria-label="On this page">
          <ul>
            <li>
              <a href="#first-sale">First sale</a>
            </li>
            <li>
              <a href="#errors">Errors</a>
            </li>
            <li>
              <a href="#operations">Operations</a>
            </li>
            <li>
              <a href="/openapi.json">openapi.json</a>
            </li>
          </ul>
        </nav>
      </div>
    </header>
  );
}

/** @param tillCodes those that the POS API answers */
function Errors({ tillCodes }: { readonly tillCodes: ReadonlySet<string> }) {
  return (
    <section id="errors" aria-labelledby="errors-title">
      <h2 id="errors-title">Errors</h2>
      <p>
        Switch on <code>code</code>. The customer's payment never waits for an answer: whatever it is, the till can go
        on. What it does with the request is one of five things.
      </p>
      <dl class="actions">
        {Object.values(TILL_ACTIONS).map(({ label, help }) => (
          <>
            <dt>{label}</dt>
            <dd>
              <CodeText text={help} />
            </dd>
          </>
        ))}
      </dl>
      <ErrorTable codes={codesByStatus().filter((code) => tillCodes.has(code))} />
      <h3>Not for tills</h3>
      <p>These come from the dashboard's own calls; a till never gets one.</p>
      <ErrorTable codes={codesByStatus().filter((code) => !tillCodes.has(code))} />
    </section>
  );
}

function codesByStatus(): ErrorCode[] {
  const codes = Object.keys(ERROR_CODES).filter((code): code is ErrorCode => Object.hasOwn(ERROR_CODES, code));
  return codes.sort((left, right) => errorFacts(left).status - errorFacts(right).status);
}
