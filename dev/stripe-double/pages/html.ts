/** Text that is safe between tags and inside quotes. */
export function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Fills values into markup; every value is escaped unless {@link raw} made it. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Raw | readonly Raw[])[]): Raw {
  return { markup: parts.reduce((text, part, index) => text + fill(values[index - 1]) + part) };
}

export interface Raw {
  readonly markup: string;
}

export const NOTHING: Raw = { markup: "" };

function fill(value: string | number | Raw | readonly Raw[] | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" || typeof value === "number") return escape(String(value));
  return "markup" in value ? value.markup : value.map(({ markup }) => markup).join("");
}

export function money(amount: number): string {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" }).format(amount / 100);
}

export function date(seconds: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "Europe/Amsterdam" }).format(seconds * 1000);
}

/** A whole page. The band says on every one of them that this is not Stripe and that no money moves. */
export function page(title: string, body: Raw, status = 200): Response {
  const markup = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <div class="band" role="note">Stand-in for Stripe · no money moves · for development and tests only</div>
        <main>${body}</main>
      </body>
    </html>`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  };
  return new Response(markup.markup, { status, headers });
}

const STYLE = `
:root { color-scheme: light; --ink: #1f2430; --soft: #5c6470; --line: #dfe3ea; --blue: #2f5bd7; --paper: #fff; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #f4f6fa; }
.band { background: repeating-linear-gradient(135deg, #ffe08a 0 14px, #ffd35c 14px 28px); color: #3a2c00;
  text-align: center; font-weight: 600; font-size: 14px; padding: 8px 16px; }
main { max-width: 980px; margin: 32px auto; padding: 0 16px; display: grid; gap: 24px; }
@media (min-width: 800px) { main.two, .two { display: grid; grid-template-columns: 1fr 1fr; gap: 24px; align-items: start; } }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 24px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; } h2 { font-size: 17px; margin: 0 0 12px; }
p { margin: 0 0 12px; } .soft { color: var(--soft); } .big { font-size: 34px; font-weight: 650; margin: 8px 0 16px; }
table { width: 100%; border-collapse: collapse; } td { padding: 8px 0; border-top: 1px solid var(--line); vertical-align: top; }
td:last-child { text-align: right; white-space: nowrap; padding-left: 12px; } tr.total td { font-weight: 650; }
label { display: block; font-size: 14px; font-weight: 550; margin: 12px 0 4px; }
input, select { width: 100%; font: inherit; padding: 10px 12px; border: 1px solid #b9c0cc; border-radius: 8px; background: #fff; color: inherit; }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid #9db5f5; outline-offset: 1px; }
button { font: inherit; font-weight: 600; width: 100%; padding: 12px; margin-top: 16px; border: 0; border-radius: 8px; background: var(--blue); color: #fff; cursor: pointer; }
button.quiet { background: #e9edf5; color: var(--ink); } .row { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.error { background: #fdecec; border: 1px solid #f2b8b8; color: #8a1c1c; border-radius: 8px; padding: 10px 12px; }
.tag { display: inline-block; font-size: 13px; font-weight: 600; border-radius: 99px; padding: 1px 10px; background: #e9edf5; }
a { color: var(--blue); }`;
