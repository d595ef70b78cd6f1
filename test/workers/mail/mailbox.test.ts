import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { DEV_MAILS_MAX, devMailDb } from "../../../src/db/dev-mail-db.ts";
import { createApp } from "../../../src/workers/app.ts";
import type { Mail } from "../../../src/workers/mail/mail.ts";
import { mailPort } from "../../../src/workers/mail/mail-port.ts";
import type { mailJson } from "../../../src/workers/mail/mailbox/mail-json.ts";
import { renderMail } from "../../../src/workers/mail/render-mail.ts";
import { mailboxSender } from "../../../src/workers/mail/senders/mailbox-sender.ts";
import { codeMail } from "./support.ts";
import { fetchWorker } from "../../support/workerd/fetch-worker.ts";

const mails = devMailDb(openDatabase(env.DB));
const sender = mailboxSender(mails, { from: "post@stempel.example", reply_to: null });

async function put(mail: Mail): Promise<void> {
  await sender.send(await renderMail(mail));
}

async function get(path: string): Promise<Response> {
  return fetchWorker(`http://stempel.test/dev${path}`);
}

async function list(query = ""): Promise<ReturnType<typeof mailJson>[]> {
  const { data } = await (await get(`/mailbox.json${query}`)).json<{ data: ReturnType<typeof mailJson>[] }>();
  return data;
}

beforeEach(() => mails.batch([mails.clear()]));

test("a mail goes all the way: port, queue, consumer, mailbox", async () => {
  const mail = codeMail({ to: "Bob@Example.com", locale: "en" });
  await mailPort(env).send(mail);
  await mailPort(env).send(mail);
  await vi.waitUntil(async () => (await list()).length > 0, { timeout: 15_000, interval: 100 });
  expect(await list()).toMatchObject([
    {
      key: mail.key,
      to: "bob@example.com",
      from: { name: "Stempel", address: "post@stempel.example" },
      subject: "482913 is your code for Stempel",
      code: "482913",
      links: [],
    },
  ]);
});

test("lists the newest first, and searches by address", async () => {
  await put(codeMail({ to: "anna@example.com" }));
  await put(codeMail({ to: "bob@example.com" }));
  expect((await list()).map(({ to }) => to)).toEqual(["bob@example.com", "anna@example.com"]);
  expect((await list("?to=ANNA@")).map(({ to }) => to)).toEqual(["anna@example.com"]);
  expect(await list("?to=%25")).toEqual([]);
});

test("picks codes and links out", async () => {
  const { locale } = codeMail();
  await put({
    to: "anna@example.com",
    locale,
    key: "card:1",
    template: "card_link",
    data: { merchant: "1234", color: null, card_url: "https://stempel.example/c/abc" },
  });
  expect(await list()).toMatchObject([{ code: null, links: ["https://stempel.example/c/abc"] }]);
});

test("keeps the newest five hundred", async () => {
  const filler = (index: number) =>
    mails.insert({
      key: `filler:${index}`,
      template: "code",
      locale: "nl",
      from_name: "Stempel",
      from_address: "post@stempel.example",
      to_address: "anna@example.com",
      subject: "s",
      text: "t",
      html: "h",
      received_at_ms: index,
    });
  const others = Array.from({ length: DEV_MAILS_MAX + 4 }, (_, index) => filler(index + 1));
  await mails.batch([filler(0), ...others]);
  const newest = codeMail();
  await put(newest);
  const kept = await list();
  expect(kept).toHaveLength(DEV_MAILS_MAX);
  expect([kept.at(0)?.key, kept.at(-1)?.key]).toEqual([newest.key, "filler:6"]);
});

describe("pages", () => {
  test("show names as text", async () => {
    const merchant = `<script>alert("1")</script>`;
    const data = { merchant, color: null, card_url: "https://stempel.example/c/abc" };
    await put({ to: "anna@example.com", locale: "nl", key: "card:2", template: "card_link", data });
    const [mail] = await list();
    for (const path of ["/mailbox", `/mailbox/${mail?.id}`, `/mailbox/${mail?.id}/html`]) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await answer.text()).not.toContain("<script>");
    }
  });

  test("cut the mail off from everything", async () => {
    await put(codeMail());
    const [mail] = await list();
    const page = await get(`/mailbox/${mail?.id}`);
    expect(await page.text()).toContain(
      `<iframe sandbox="" title="The mail as HTML" src="/dev/mailbox/${mail?.id}/html"`,
    );
    const frame = await get(`/mailbox/${mail?.id}/html`);
    expect(frame.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    );
  });

  test("say that there is no such mail", async () => {
    expect((await get("/mailbox/999999")).status).toBe(404);
    expect((await get("/mailbox/999999/html")).status).toBe(404);
    expect((await get("/mailbox/x")).status).toBe(404);
  });
});

test("deletes all, unless another site asks", async () => {
  await put(codeMail());
  const clear = (origin: string) =>
    fetchWorker("http://stempel.test/dev/mailbox/clear", {
      method: "POST",
      redirect: "manual",
      headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    });
  expect((await clear("http://elsewhere.test")).ok).toBe(false);
  expect(await list()).toHaveLength(1);
  expect((await clear("http://stempel.test")).status).toBe(303);
  expect(await list()).toEqual([]);
});

test("what was not sent is listed without receiver or content", async () => {
  const mail = codeMail();
  const send = (body: unknown) =>
    fetchWorker("http://stempel.test/dev/mailbox/send", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await send({ ...mail, key: "code:anna@example.com" })).status).toBe(422);
  expect((await send({ ...mail, to: "no address" })).status).toBe(202);
  const unsent = async () => (await get("/mailbox/unsent.json")).text();
  await vi.waitUntil(async () => (await unsent()).includes(mail.key), { timeout: 15_000, interval: 100 });
  expect(await unsent()).toContain("invalid_address");
  expect(await unsent()).not.toContain("no address");
  expect(await (await get("/mailbox")).text()).toContain("invalid_address");
});

test.each([
  ["GET", "/dev/mailbox"],
  ["GET", "/dev/mailbox.json"],
  ["GET", "/dev/mailbox/1"],
  ["GET", "/dev/mailbox/1/html"],
  ["GET", "/dev/mailbox/unsent.json"],
  ["POST", "/dev/mailbox/clear"],
  ["POST", "/dev/mailbox/send"],
])("in production there is no %s %s", async (method, path) => {
  await put(codeMail());
  const answer = await createApp().request(path, { method }, { ...env, ENVIRONMENT: "production" });
  expect(answer.status).toBe(404);
});
