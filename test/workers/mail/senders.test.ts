import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { chooseSender } from "../../../src/workers/mail/senders/choose-sender.ts";
import { cloudflareSender } from "../../../src/workers/mail/senders/cloudflare-sender.ts";
import { mendedWorkerMailer } from "../../../src/workers/mail/senders/mend-worker-mailer.ts";
import { DeliveryError, type RenderedMail } from "../../../src/workers/mail/senders/sender.ts";
import { parseSmtpUrl, smtpSender } from "../../../src/workers/mail/senders/smtp-sender.ts";

const letterhead = { from: "post@stempel.example", reply_to: "help@stempel.example" };
const mail: RenderedMail = {
  key: "card:1",
  template: "card_link",
  locale: "nl",
  to: "anna@example.com",
  from_name: "Koffie & Zo via Stempel",
  subject: "Je kaart",
  text: "tekst",
  html: "<p>tekst</p>",
};

/** What the sender says of a mail it did not send. */
async function failureOf(run: Promise<void>) {
  const error: unknown = await run.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!(error instanceof DeliveryError)) throw new Error("no DeliveryError");
  const { reason, isPermanent, delay_seconds } = error;
  return { reason, isPermanent, delay_seconds };
}

/** A binding that takes notes, and refuses when it is given a code. */
function binding(code?: string) {
  const taken: unknown[] = [];
  const send: SendEmail["send"] = async (message: unknown) => {
    if (code !== undefined) throw Object.assign(new Error("no: anna@example.com"), { code });
    taken.push(message);
    return { messageId: "m1" };
  };
  return { taken, send };
}

describe("Cloudflare's binding", () => {
  test("gets all fields apart, and so builds the headers itself", async () => {
    const { taken, send } = binding();
    await cloudflareSender({ send }, letterhead).send(mail);
    expect(taken).toEqual([
      {
        from: { email: "post@stempel.example", name: "Koffie & Zo via Stempel" },
        to: "anna@example.com",
        replyTo: "help@stempel.example",
        subject: "Je kaart",
        text: "tekst",
        html: "<p>tekst</p>",
        headers: { "Auto-Submitted": "auto-generated" },
      },
    ]);
  });

  test("the local simulation takes it", async () => {
    await expect(cloudflareSender(env.EMAIL, letterhead).send(mail)).resolves.toBeUndefined();
  });

  test.each([
    ["E_RECIPIENT_SUPPRESSED", "cloudflare_recipient_suppressed", true, undefined],
    ["E_VALIDATION_ERROR", "cloudflare_validation_error", true, undefined],
    ["E_SENDER_NOT_VERIFIED", "cloudflare_sender_not_verified", false, undefined],
    ["E_RATE_LIMIT_EXCEEDED", "cloudflare_rate_limit_exceeded", false, 600],
    ["E_DAILY_LIMIT_EXCEEDED", "cloudflare_daily_limit_exceeded", false, 7200],
    ["anna@example.com", "cloudflare_other", false, undefined],
  ])("%s is %s", async (code, reason, isPermanent, delay_seconds) => {
    const failure = await failureOf(cloudflareSender(binding(code), letterhead).send(mail));
    expect(failure).toEqual({ reason, isPermanent, delay_seconds });
  });
});

describe("a line break that got past every check before", () => {
  const bad = [
    { ...mail, subject: "a\r\nX-Injected: 1" },
    { ...mail, from_name: "a\nb" },
    { ...mail, to: "anna@example.com\r\nDATA" },
  ];

  test.each(bad)("goes to no binding (%#)", async (injected) => {
    const { taken, send } = binding();
    const failure = await failureOf(cloudflareSender({ send }, letterhead).send(injected));
    expect(failure).toMatchObject({ reason: "unsafe_value", isPermanent: true });
    expect(taken).toEqual([]);
  });

  test.each(bad)("goes to no mail server (%#)", async (injected) => {
    const sender = smtpSender(parseSmtpUrl("smtp://127.0.0.1:9"), letterhead);
    expect(await failureOf((async () => sender.send(injected))())).toMatchObject({ reason: "unsafe_value" });
  });
});

describe("a password", () => {
  // What the library's method looks at, in place of a session.
  const login = async (session: object) => {
    const auth: unknown = Reflect.get(mendedWorkerMailer().prototype, "auth");
    if (typeof auth !== "function") throw new Error("worker-mailer has no auth");
    await Reflect.apply(auth, { credentials: {}, allowAuth: false, ...session }, []);
  };

  test("goes to no server that offers no TLS", async () => {
    const session = { host: "mail.example.com", secure: false, supportsStartTls: false };
    await expect(login(session)).rejects.toThrow("offers no TLS");
  });

  test.each([
    { host: "mail.example.com", secure: true, supportsStartTls: false },
    { host: "mail.example.com", secure: false, supportsStartTls: true },
    { host: "127.0.0.1", secure: false, supportsStartTls: false },
  ])("may go to %j", async (session) => {
    await expect(login(session)).resolves.toBeUndefined();
  });
});

describe("the address of a mail server", () => {
  test.each([
    ["smtps://mail.example.com", { host: "mail.example.com", port: 465, secure: true, credentials: null }],
    ["smtp://mail.example.com", { host: "mail.example.com", port: 587, secure: false, credentials: null }],
    [
      "smtps://a%40b.nl:p%3Aw%2F@mail.example.com:2465",
      { host: "mail.example.com", port: 2465, secure: true, credentials: { username: "a@b.nl", password: "p:w/" } },
    ],
    ["smtp://[::1]:25", { host: "::1", port: 25, secure: false, credentials: null }],
  ])("%s", (url, server) => {
    expect(parseSmtpUrl(url)).toEqual(server);
  });

  test.each(["mail.example.com", "https://mail.example.com", "smtp://", "smtp://x:%zz@mail.example.com"])(
    "%s is none, which waits to be mended",
    async (url) => {
      expect(await failureOf((async () => void parseSmtpUrl(url))())).toMatchObject({
        reason: "setting_smtp_url",
        isPermanent: false,
      });
    },
  );
});

describe("who sends", () => {
  const settings = {
    DB: env.DB,
    ENVIRONMENT: "production",
    MAIL_FROM: "post@stempel.example",
    MAIL_REPLY_TO: "",
    SMTP_URL: "",
  };

  test("the binding, where no mail server is named", async () => {
    const { taken, send } = binding();
    await chooseSender({ ...settings, EMAIL: { send } }).send(mail);
    expect(taken).toHaveLength(1);
  });

  test("the mail server, when one is named, even on a developer's machine", async () => {
    const { taken, send } = binding();
    const SMTP_URL = "smtp://127.0.0.1:1";
    const sender = chooseSender({ ...settings, ENVIRONMENT: "local", SMTP_URL, EMAIL: { send } });
    expect(await failureOf(sender.send(mail))).toMatchObject({ reason: "smtp_unreachable", isPermanent: false });
    expect(taken).toEqual([]);
  });

  test.each([
    [{ MAIL_FROM: "no address" }, "setting_mail_from"],
    [{ MAIL_REPLY_TO: "no address" }, "setting_mail_reply_to"],
  ])("nobody, when %j", async (wrong, reason) => {
    const choose = async () => void chooseSender({ ...settings, ...wrong, EMAIL: binding() });
    expect(await failureOf(choose())).toMatchObject({ reason, isPermanent: false });
  });
});
