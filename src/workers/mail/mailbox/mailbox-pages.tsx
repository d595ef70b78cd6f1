import type { Child } from "hono/jsx";
import type { DevMailRow } from "../../../db/schema/dev-mail.ts";
import { codeIn, linksIn } from "./mail-json.ts";
import type { Unsent } from "./mailbox-routes.tsx";
import { MAILBOX_STYLES } from "./mailbox-styles.ts";

interface ShellProps {
  readonly title: string;
  readonly nonce: string | undefined;
  readonly children?: Child;
}

function Shell({ title, nonce, children }: ShellProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <style nonce={nonce} dangerouslySetInnerHTML={{ __html: MAILBOX_STYLES }} />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

interface ListPageProps {
  readonly mails: readonly DevMailRow[];
  readonly unsent: readonly Unsent[];
  /** What was searched for; empty when nothing was. */
  readonly to: string;
  readonly nonce: string | undefined;
}

/** All mails, newest first, and those that did not go out. */
export function ListPage({ mails, unsent, to, nonce }: ListPageProps) {
  return (
    <Shell title="Mailbox" nonce={nonce}>
      <header>
        <h1>Mailbox</h1>
        <p class="soft">Mail that this machine would have sent. It exists in development only.</p>
        <form method="get" action="/dev/mailbox" class="row" role="search">
          <label>
            <span>To</span>
            <input type="search" name="to" value={to} placeholder="anna@example.com" />
          </label>
          <button>Search</button>
        </form>
      </header>
      {mails.length === 0 ? <p class="empty">{to === "" ? "No mail yet." : `No mail to “${to}”.`}</p> : null}
      <ul class="mails">
        {mails.map((mail) => (
          <MailItem mail={mail} />
        ))}
      </ul>
      {unsent.length === 0 ? null : <UnsentTable unsent={unsent} />}
      <form method="post" action="/dev/mailbox/clear">
        <button class="quiet">Delete all</button>
      </form>
    </Shell>
  );
}

function MailItem({ mail }: { readonly mail: DevMailRow }) {
  const code = codeIn(mail.text);
  return (
    <li>
      <a href={`/dev/mailbox/${mail.id}`}>
        <span class="to">{mail.to_address}</span>
        <time datetime={timeOf(mail)}>{timeOf(mail).slice(0, 19).replace("T", " ")}</time>
        <span class="subject">{mail.subject}</span>
        {code === null ? null : <code>{code}</code>}
      </a>
    </li>
  );
}

function UnsentTable({ unsent }: { readonly unsent: readonly Unsent[] }) {
  return (
    <section>
      <h2>Not sent</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Mail</th>
              <th scope="col">State</th>
              <th scope="col">Tries</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {unsent.map(({ key, state, attempts, error }) => (
              <tr>
                <th scope="row">{key}</th>
                <td>{state}</td>
                <td>{attempts}</td>
                <td>{error ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** One mail: its headers, what it looks like, and its plain text. */
export function MailPage({ mail, nonce }: { readonly mail: DevMailRow; readonly nonce: string | undefined }) {
  const links = linksIn(mail.text);
  return (
    <Shell title={mail.subject} nonce={nonce}>
      <p>
        <a href="/dev/mailbox">Mailbox</a>
      </p>
      <h1>{mail.subject}</h1>
      <dl>
        <dt>From</dt>
        <dd>{`${mail.from_name} <${mail.from_address}>`}</dd>
        <dt>To</dt>
        <dd>{mail.to_address}</dd>
        {mail.reply_to === null ? null : (
          <>
            <dt>Reply to</dt>
            <dd>{mail.reply_to}</dd>
          </>
        )}
        <dt>Received</dt>
        <dd>{timeOf(mail).slice(0, 19).replace("T", " ")} UTC</dd>
        <dt>Template</dt>
        <dd>{`${mail.template}, ${mail.locale}, ${mail.key}`}</dd>
      </dl>
      {links.map((link) => (
        <p class="link">
          <a href={link}>{link}</a>
        </p>
      ))}
      <iframe sandbox="" title="The mail as HTML" src={`/dev/mailbox/${mail.id}/html`} />
      <h2>Plain text</h2>
      <pre>{mail.text}</pre>
    </Shell>
  );
}

function timeOf(mail: DevMailRow): string {
  return new Date(mail.received_at_ms).toISOString();
}
