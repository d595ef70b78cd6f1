import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { startMailServer, type ReceivedMail, type TestMailServer } from "./support/smtp.ts";
import { startWorker, type TestWorker } from "./support/worker.ts";

const LOGIN = { username: "stempel@example.com", password: "p:a/s s%" };

let smtp: TestMailServer;
let worker: TestWorker;

beforeAll(async () => {
  smtp = await startMailServer({ login: LOGIN });
  const user = `${encodeURIComponent(LOGIN.username)}:${encodeURIComponent(LOGIN.password)}`;
  worker = await startWorker({
    SMTP_URL: `smtp://${user}@127.0.0.1:${smtp.port}`,
    MAIL_REPLY_TO: "help@stempel.example",
  });
});

afterAll(async () => {
  await worker.stop();
  await smtp.stop();
});

beforeEach(() => smtp.become("polite"));

let asked = 0;

/** Asks for a mail, the way services do; answers its key. */
async function ask(to: string, changes: object = {}): Promise<string> {
  asked += 1;
  const mail = {
    to,
    locale: "nl",
    key: `test:${asked}`,
    template: "card_link",
    data: { merchant: "Koffie & Zo", color: "#7b2d26", card_url: "https://stempel.example/c/1.c1.abc" },
    ...changes,
  };
  const answer = await fetch(`${worker.url}/dev/mailbox/send`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(mail),
  });
  expect(answer.status).toBe(202);
  return mail.key;
}

function arrivedFor(to: string): readonly ReceivedMail[] {
  return smtp.received.filter((mail) => mail.to.includes(to));
}

async function arrival(to: string): Promise<ReceivedMail> {
  return vi.waitUntil(() => arrivedFor(to)[0], { timeout: 30_000, interval: 100 });
}

const unsentList = z.object({
  data: z.array(z.object({ key: z.string(), state: z.string(), attempts: z.int(), error: z.string().nullable() })),
});

/** What is known of a mail that has not gone out, once it ended up as told. */
async function unsent(key: string, state: string) {
  return vi.waitUntil(
    async () => {
      const answer = await fetch(`${worker.url}/dev/mailbox/unsent.json`);
      const { data } = unsentList.parse(await answer.json());
      return data.find((row) => row.key === key && row.state === state);
    },
    { timeout: 30_000, interval: 100 },
  );
}

describe("a mail that arrives", () => {
  test("is what was asked for", async () => {
    await ask("anna@example.com");
    const { from, to, mail, raw } = await arrival("anna@example.com");
    expect([from, to]).toEqual(["post@stempel.example", ["anna@example.com"]]);
    expect(mail).toMatchObject({
      from: { name: "Koffie & Zo via Stempel", address: "post@stempel.example" },
      to: [{ address: "anna@example.com" }],
      replyTo: [{ address: "help@stempel.example" }],
      subject: "Je kaart van Koffie & Zo",
      text: expect.stringContaining("https://stempel.example/c/1.c1.abc"),
      html: expect.stringContaining("Je kaart van Koffie &amp; Zo</h1>"),
      messageId: expect.stringMatching(/^<[0-9a-f]{32}@stempel\.example>$/),
      attachments: [],
    });
    expect(mail.headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-generated");
    const [head = ""] = raw.split("\r\n\r\n");
    for (const line of head.split("\r\n")) expect(line.length).toBeLessThan(200);
    // One line that begins with a dot would end a mail early.
    expect(mail.html?.trimEnd()).toMatch(/<\/html>$/);
  });

  test("keeps names as they are, and to themselves", async () => {
    const merchant = `x" <eve@example.net>, "Café 🍕 ’t =?UTF-8?Q?=0D=0AX-Injected:_1?=`;
    const data = { merchant, color: null, card_url: "https://stempel.example/c/x" };
    await ask("names@example.com", { locale: "en", data });
    const { mail, to } = await arrival("names@example.com");
    expect(mail.from).toEqual({ name: `${merchant} via Stempel`, address: "post@stempel.example" });
    expect(mail.subject).toBe(`Your card from ${merchant}`);
    expect(mail.headers.map(({ key }) => key)).not.toContain("x-injected");
    expect(to).toEqual(["names@example.com"]);
  });

  test("arrives once, however often it is asked for", async () => {
    const key = await ask("once@example.com");
    await Promise.all(Array.from({ length: 10 }, () => ask("once@example.com", { key })));
    await arrival("once@example.com");
    const after = await ask("after@example.com");
    await arrival("after@example.com");
    expect(after).not.toBe(key);
    expect(arrivedFor("once@example.com")).toHaveLength(1);
  });
});

describe("an injected header", () => {
  test.each([
    [
      "in a name",
      "unsafe_value",
      { data: { merchant: "a\r\nX-Injected: 1", color: null, card_url: "https://a.nl/c" } },
    ],
    ["in an address", "invalid_address", { to: "anna@example.com\r\nRCPT TO:<eve@example.com>" }],
    ["in a link", "unsafe_value", { data: { merchant: "a", color: null, card_url: "https://a.nl/\r\n.\r\nQUIT" } }],
  ])("%s sends nothing at all", async (_where, error, changes) => {
    const [mails, sessions] = [smtp.received.length, smtp.sessions()];
    const key = await ask("eve@example.com", changes);
    expect(await unsent(key, "dead")).toMatchObject({ error });
    expect([smtp.received.length, smtp.sessions()]).toEqual([mails, sessions]);
  });
});

describe("a server that says no", () => {
  test("for good (550) is asked once", async () => {
    smtp.refuse("gone@example.com", 550, 550, 550);
    const key = await ask("gone@example.com");
    expect(await unsent(key, "dead")).toMatchObject({ error: "smtp_rcpt_550", attempts: 1 });
    expect(arrivedFor("gone@example.com")).toEqual([]);
  });

  // One after the other they fail, and then all are waited for at once: a second try comes after some seconds.
  test("for now (451), or hangs up, gets the mail later, once", async () => {
    smtp.refuse("later@example.com", 451);
    const refused = await ask("later@example.com");
    expect(await unsent(refused, "waiting")).toMatchObject({ error: "smtp_rcpt_451", attempts: 1 });
    for (const mood of ["hangs_up", "hangs_up_at_data"] as const) {
      smtp.become(mood);
      const key = await ask(`${mood}@example.com`);
      expect(await unsent(key, "waiting")).toMatchObject({ error: "smtp_hung_up", attempts: 1 });
      // Nothing spins: the Worker answers as ever.
      expect((await fetch(`${worker.url}/health`)).status).toBe(200);
      smtp.become("polite");
    }
    const receivers = ["later@example.com", "hangs_up@example.com", "hangs_up_at_data@example.com"];
    await Promise.all(receivers.map(arrival));
    for (const receiver of receivers) expect(arrivedFor(receiver)).toHaveLength(1);
  });
});
