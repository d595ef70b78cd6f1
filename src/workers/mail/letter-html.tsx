import { html } from "hono/html";
import type { Locale } from "../../domain/tenancy/config.ts";
import { inkOn } from "../../domain/color.ts";
import type { Letter } from "./templates/letter.ts";

/** Ours, where a merchant has no colour of its own. */
const ACCENT = "#0b6a5c";
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/**
 * Readers that know dark mode use this; the others have the inline styles. Only what changes stands here: some readers
 * throw the whole sheet away.
 */
const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .paper { background: #16181a !important; }
  .card { background: #202427 !important; border-right-color: #3a4045 !important; border-bottom-color: #3a4045 !important; border-left-color: #3a4045 !important; }
  .ink { color: #eceae6 !important; }
  .soft { color: #adb3b8 !important; }
  .code { background: #16181a !important; color: #eceae6 !important; border-color: #3a4045 !important; }
}
@media (max-width: 480px) {
  .card { padding: 24px 20px !important; }
}`;

/** A letter as a page: one column, nothing loaded from anywhere, readable when styles are thrown away. */
export async function letterHtml(letter: Letter, locale: Locale): Promise<string> {
  const accent = letter.color !== null && /^#[0-9a-f]{6}$/i.test(letter.color) ? letter.color : ACCENT;
  const page = await html`<!doctype html>${<Page letter={letter} locale={locale} accent={accent} />}`;
  return page.toString();
}

interface PageProps {
  readonly letter: Letter;
  readonly locale: Locale;
  readonly accent: string;
}

function Page({ letter, locale, accent }: PageProps) {
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{letter.subject}</title>
        <style dangerouslySetInnerHTML={{ __html: DARK }} />
      </head>
      <body class="paper" style={`margin:0;padding:0;background:#f5f1e9;${FONT}`}>
        <div style="display:none;max-height:0;overflow:hidden;font-size:1px;line-height:1px">{letter.preview}</div>
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0}>
          <tr>
            <td align="center" style="padding:32px 16px">
              <Card letter={letter} accent={accent} />
            </td>
          </tr>
        </table>
      </body>
    </html>
  );
}

function Card({ letter, accent }: Omit<PageProps, "locale">) {
  const { heading, paragraphs, code, button, notes } = letter;
  return (
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0} style="max-width:520px">
      <tr>
        <td
          class="card"
          style={`background:#ffffff;border:1px solid #ded7c9;border-top:4px solid ${accent};border-radius:8px;padding:32px`}
        >
          <h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:700;color:#1d2327">
            {heading}
          </h1>
          {paragraphs.map((text) => (
            <p class="ink" style="margin:0 0 20px;font-size:16px;line-height:1.55;color:#1d2327">
              {text}
            </p>
          ))}
          {code === null ? null : <Code code={code} />}
          {button === null ? null : <Button {...button} accent={accent} />}
          {notes.map((text) => (
            <p class="soft" style="margin:12px 0 0;font-size:14px;line-height:1.5;color:#575f66">
              {text}
            </p>
          ))}
        </td>
      </tr>
      <tr>
        <td class="soft" align="center" style="padding:20px 0 0;font-size:13px;line-height:1.5;color:#575f66">
          Stempel
        </td>
      </tr>
    </table>
  );
}

function Code({ code }: { readonly code: string }) {
  return (
    <p
      class="code"
      style={
        "margin:0 0 20px;padding:16px;border:1px solid #ded7c9;border-radius:8px;background:#fffdf9;color:#1d2327;" +
        "text-align:center;font-size:32px;line-height:1.2;font-weight:700;letter-spacing:6px;font-family:Menlo,Consolas,monospace"
      }
    >
      {code}
    </p>
  );
}

function Button({ label, url, accent }: { readonly label: string; readonly url: string; readonly accent: string }) {
  return (
    <>
      <table role="presentation" cellpadding="0" cellspacing="0" border={0} style="margin:0 0 16px">
        <tr>
          <td bgcolor={accent} style={`background:${accent};border-radius:8px`}>
            <a
              href={url}
              style={`display:inline-block;padding:14px 24px;font-size:16px;font-weight:600;text-decoration:none;color:${inkOn(accent)}`}
            >
              {label}
            </a>
          </td>
        </tr>
      </table>
      <p class="soft" style="margin:0;font-size:13px;line-height:1.5;color:#575f66;word-break:break-all">
        <a class="soft" href={url} style="color:#575f66">
          {url}
        </a>
      </p>
    </>
  );
}
