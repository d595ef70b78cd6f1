import { type Context, Hono, type Next } from "hono";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import { NONCE, secureHeaders, type SecureHeadersVariables } from "hono/secure-headers";
import { z } from "zod";
import { openDatabase } from "../../../db/database.ts";
import { devMailDb } from "../../../db/dev-mail-db.ts";
import { jobDb } from "../../../db/job-db.ts";
import type { DevMailRow } from "../../../db/schema/dev-mail.ts";
import type { AppEnv } from "../../hono-env.ts";
import { onNotFound } from "../../http/on-error.ts";
import { ProblemError, validationProblem } from "../../http/problem.ts";
import { BODY_BYTES_MAX, limitBody, requireJson } from "../../middleware/json-body.ts";
import { enqueueMail } from "../mail-port.ts";
import { jobKey } from "../../queue/job.ts";
import { ListPage, MailPage } from "./mailbox-pages.tsx";
import { mailJson } from "./mail-json.ts";

type MailboxEnv = AppEnv & { Variables: SecureHeadersVariables };

/** How many mails that have not gone out are listed. */
const UNSENT_MAX = 50;

/**
 * The mail that a developer's machine would have sent, to look at and for tests to read. Mounted among the routes that
 * exist there alone.
 */
export const mailboxRoutes = new Hono<MailboxEnv>();

mailboxRoutes.use("/mailbox/*", noStore);
mailboxRoutes.use("/mailbox.json", noStore);

const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: [NONCE],
    // The empty icon, without which the browser asks for one.
    imgSrc: ["data:"],
    frameSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: "same-origin",
});

/** A mail's own styles are inline; it may run, load and send nothing, and is cut off from our pages. */
const frameHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    sandbox: [],
    frameAncestors: ["'self'"],
  },
  xFrameOptions: "SAMEORIGIN",
});

mailboxRoutes.get("/mailbox", pageHeaders, async (c) => {
  const to = searched(c);
  const [mails, unsent] = await Promise.all([readMails(c, to), readUnsent(c)]);
  const nonce = c.get("secureHeadersNonce");
  return c.html(html`<!doctype html>${<ListPage mails={mails} unsent={unsent} to={to} nonce={nonce} />}`);
});

mailboxRoutes.get("/mailbox.json", async (c) => c.json({ data: (await readMails(c, searched(c))).map(mailJson) }));

/** What is known of mails without a look into them: those that wait for another try, and those given up. */
mailboxRoutes.get("/mailbox/unsent.json", async (c) => c.json({ data: await readUnsent(c) }));

mailboxRoutes.get("/mailbox/:id{[0-9]{1,15}}", pageHeaders, async (c) => {
  const mail = await readMail(c, Number(c.req.param("id")));
  if (mail === undefined) return onNotFound(c);
  return c.html(html`<!doctype html>${<MailPage mail={mail} nonce={c.get("secureHeadersNonce")} />}`);
});

mailboxRoutes.get("/mailbox/:id{[0-9]{1,15}}/html", frameHeaders, async (c) => {
  const mail = await readMail(c, Number(c.req.param("id")));
  return mail === undefined ? onNotFound(c) : c.html(mail.html);
});

mailboxRoutes.post("/mailbox/clear", csrf(), async (c) => {
  const mails = devMailDb(openDatabase(c.env.DB));
  await mails.batch([mails.clear()]);
  return c.redirect("/dev/mailbox", 303);
});

const anyMail = z.looseObject({ key: jobKey });

/**
 * Sends a mail the way a service does: to look at a template, or to try the settings of a mail server. What is wrong
 * with it shows among the mails that were not sent, as it does for a service.
 */
mailboxRoutes.post("/mailbox/send", limitBody(BODY_BYTES_MAX), requireJson, async (c) => {
  const body: unknown = await c.req.json().catch(() => {
    throw new ProblemError("malformed_json");
  });
  const parsed = anyMail.safeParse(body);
  if (!parsed.success) {
    throw validationProblem([{ path: "key", message: "must be letters, digits and _ : . - only" }]);
  }
  await enqueueMail(c.env, parsed.data);
  return c.json({ key: parsed.data.key }, 202);
});

async function noStore(c: Context<MailboxEnv>, next: Next): Promise<void> {
  await next();
  c.header("cache-control", "no-store");
}

function searched(c: Context<MailboxEnv>): string {
  return (c.req.query("to") ?? "").trim().toLowerCase();
}

async function readMails(c: Context<MailboxEnv>, to: string): Promise<readonly DevMailRow[]> {
  const mails = devMailDb(openDatabase(c.env.DB));
  const [rows] = to === "" ? await mails.batch([mails.list()]) : await mails.batch([mails.to(to)]);
  return rows;
}

async function readMail(c: Context<MailboxEnv>, id: number): Promise<DevMailRow | undefined> {
  const mails = devMailDb(openDatabase(c.env.DB));
  const [[mail]] = await mails.batch([mails.get(id)]);
  return mail;
}

async function readUnsent(c: Context<MailboxEnv>) {
  const jobs = jobDb(openDatabase(c.env.DB));
  const [mails, letters] = await jobs.batch([
    jobs.mailsIn(["sending", "waiting", "dead"], UNSENT_MAX),
    jobs.deadLetters(UNSENT_MAX),
  ]);
  // A mail that could not even be opened, or whose address is wrong, never got as far as the log.
  const logged = new Set(mails.map(({ key }) => key));
  const unopened = letters.filter(({ key }) => key === null || !logged.has(key));
  return [
    ...mails.map(({ key, template, state, attempts, last_error, updated_at_ms }) => ({
      key,
      template,
      state,
      attempts,
      error: last_error,
      at: new Date(updated_at_ms).toISOString(),
    })),
    ...unopened.map(({ key, type, attempts, reason, dead_at_ms }) => ({
      key: key ?? "?",
      template: type,
      state: "dead" as const,
      attempts,
      error: reason,
      at: new Date(dead_at_ms).toISOString(),
    })),
  ];
}

export type Unsent = Awaited<ReturnType<typeof readUnsent>>[number];
