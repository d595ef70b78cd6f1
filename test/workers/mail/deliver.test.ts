import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { mailPort, MailUnavailableError } from "../../../src/workers/mail/mail-port.ts";
import { openMail } from "../../../src/workers/mail/mail-message.ts";
import { DeliveryError } from "../../../src/workers/mail/senders/sender.ts";
import { RETRY_DELAYS_S } from "../../../src/workers/queue/retry-delays.ts";
import { codeMail, keys, START_MS, testQueue } from "./support.ts";

const HOUR_MS = 3_600_000;

describe("what lies in the queue", () => {
  test("tells neither receiver nor content", async () => {
    const bodies: unknown[] = [];
    const JOBS = { ...env.JOBS, send: async (body: unknown) => void bodies.push(body) };
    const mail = codeMail({ to: "anna@example.com" });
    await mailPort(withQueue(JOBS.send)).send(mail);
    expect(bodies).toEqual([{ type: "mail", v: 1, key: mail.key, sealed: expect.stringMatching(/^m2\.[\w-]+$/) }]);
    const text = JSON.stringify(bodies);
    for (const secret of ["anna", "482913", btoa("anna@example.com").slice(0, 12)]) expect(text).not.toContain(secret);
  });

  test("opens under its own key alone", () => {
    const sealed = testQueue().seal(codeMail({ key: "code:mine" }));
    expect(openMail(keys, sealed)?.asked_at_ms).toBe(START_MS);
    expect(openMail(keys, { ...sealed, key: "code:other" })).toBeNull();
    expect(openMail(keys, { ...sealed, sealed: sealed.sealed.replace("m2.", "m1.") })).toBeNull();
    expect(openMail(keys, { ...sealed, sealed: "m9.AAAA" })).toBeNull();
  });

  test("a key that names a person is refused", async () => {
    await expect(mailPort(env).send(codeMail({ key: "code:anna@example.com" }))).rejects.toThrow("letters, digits");
  });

  test("a queue that is away is an error to show, which quotes nothing", async () => {
    const away = withQueue(async () => {
      throw new Error("no: anna@example.com");
    });
    const sending = mailPort(away).send(codeMail());
    await expect(sending).rejects.toThrow(MailUnavailableError);
    await expect(sending).rejects.toThrow(/^the queue of mails is unavailable$/);
  });
});

describe("one mail per key", () => {
  test("asked for twice, sent once", async () => {
    const queue = testQueue();
    const mail = codeMail();
    const outcome = await queue.deliver(
      { id: "a", body: queue.seal(mail) },
      { id: "b", body: queue.seal(mail) },
      { id: "c", body: queue.seal(codeMail()) },
    );
    expect(queue.sent.map(({ key }) => key).filter((key) => key === mail.key)).toHaveLength(1);
    // The second finds the first at work and looks again later, or finds it done.
    await queue.deliver({ id: "b", body: queue.seal(mail), attempts: 2 });
    expect(queue.sent.filter(({ key }) => key === mail.key)).toHaveLength(1);
    expect(outcome.acked).toContain("a");
    expect(await queue.logRow(mail.key)).toMatchObject({ state: "sent", attempts: 1, last_error: null });
  });

  test("delivered again after it was sent, acknowledged and no more", async () => {
    const queue = testQueue();
    const message = { id: "again", body: queue.seal(codeMail()) };
    for (const attempts of [1, 2, 3]) {
      expect(await queue.deliver({ ...message, attempts })).toEqual({ acked: ["again"], retried: {} });
    }
    expect(queue.sent).toHaveLength(1);
  });

  test("a hundred at once, one mail", async () => {
    const queue = testQueue();
    const body = queue.seal(codeMail());
    const many = Array.from({ length: 100 }, (_, index) => ({ id: `m${index}`, body }));
    await Promise.all([0, 25, 50, 75].map((start) => queue.deliver(...many.slice(start, start + 25))));
    expect(queue.sent).toHaveLength(1);
  });

  test("while another sends it, it waits for that one", async () => {
    const queue = testQueue();
    const mail = codeMail();
    const body = queue.seal(mail);
    const gate = Promise.withResolvers<void>();
    const { send } = queue.carrier;
    queue.carrier.send = async (rendered) => {
      await gate.promise;
      await send(rendered);
    };
    const first = queue.deliver({ id: "first", body });
    await vi.waitUntil(async () => (await queue.logRow(mail.key))?.state === "sending");
    expect(await queue.deliver({ id: "second", body })).toEqual({ acked: [], retried: { second: 300 } });
    gate.resolve();
    expect(await first).toEqual({ acked: ["first"], retried: {} });
    expect(queue.sent).toHaveLength(1);
  });

  test("a sender that died is followed by its own message at once, by another when the claim has run out", async () => {
    const queue = testQueue();
    const [own, other] = [codeMail(), codeMail()];
    const claim = (key: string, message: string) =>
      queue.jobs.batch([
        queue.jobs.claimMail({ key, template: "code", message, now_ms: START_MS, until_ms: START_MS + 300_000 }),
      ]);
    await claim(own.key, "died");
    await claim(other.key, "died too");

    expect(await queue.deliver({ id: "died", body: queue.seal(own), attempts: 2 })).toMatchObject({ acked: ["died"] });
    expect(await queue.deliver({ id: "late", body: queue.seal(other) })).toMatchObject({ retried: { late: 300 } });
    queue.clock.now_ms += 300_000;
    expect(await queue.deliver({ id: "late", body: queue.seal(other) })).toMatchObject({ acked: ["late"] });
    expect(queue.sent.map(({ key }) => key)).toEqual([own.key, other.key]);
  });
});

describe("what fails for now", () => {
  test("comes again after longer and longer, then goes out once", async () => {
    const queue = testQueue();
    const { send } = queue.carrier;
    const mail = codeMail();
    const body = queue.seal(mail);
    queue.carrier.send = async () => {
      throw new DeliveryError("smtp_rcpt_451");
    };
    expect(await queue.deliver({ id: "x", body })).toEqual({ acked: [], retried: { x: 5 } });
    expect(await queue.deliver({ id: "x", body, attempts: 2 })).toEqual({ acked: [], retried: { x: 30 } });
    expect(await queue.logRow(mail.key)).toMatchObject({ state: "waiting", attempts: 2, last_error: "smtp_rcpt_451" });
    queue.carrier.send = send;
    expect(await queue.deliver({ id: "x", body, attempts: 3 })).toEqual({ acked: ["x"], retried: {} });
    expect(queue.sent).toHaveLength(1);
    expect(queue.buried).toEqual([]);
    expect(await queue.logRow(mail.key)).toMatchObject({ state: "sent", attempts: 3, last_error: null });
  });

  test("comes again when the carrier says so", async () => {
    const queue = testQueue();
    queue.carrier.send = async () => {
      throw new DeliveryError("cloudflare_rate_limit_exceeded", { delay_seconds: 600 });
    };
    expect(await queue.deliver({ id: "x", body: queue.seal(codeMail()) })).toMatchObject({ retried: { x: 600 } });
  });

  test("ends in the dead letters after the last try, and can be sent again from there", async () => {
    const queue = testQueue();
    const { send } = queue.carrier;
    const mail = { ...codeMail(), key: "invitation:inv_1" };
    const body = queue.seal(mail);
    queue.carrier.send = async () => {
      throw new DeliveryError("smtp_unreachable");
    };
    const attempts = RETRY_DELAYS_S.length + 1;
    expect(await queue.deliver({ id: "last", body, attempts })).toEqual({ acked: ["last"], retried: {} });
    expect(queue.buried).toEqual([body]);
    expect(await queue.logRow(mail.key)).toMatchObject({ state: "dead", last_error: "smtp_unreachable" });

    queue.carrier.send = send;
    await queue.deliver({ id: "driven again", body });
    expect(queue.sent.map(({ key }) => key)).toEqual([mail.key]);
  });

  test("a bug is told by place, never by what it quotes, and tried again", async () => {
    const queue = testQueue();
    queue.carrier.send = async ({ to }) => {
      throw new TypeError(`cannot send to ${to}`);
    };
    expect(await queue.deliver({ id: "x", body: queue.seal(codeMail()) })).toMatchObject({ retried: { x: 5 } });
    expect(queue.logged[0]).toMatchObject({ event: "job_crashed", error: "TypeError" });
    expect(JSON.stringify(queue.logged)).not.toContain("anna");
  });

  test("a mail that went out stays out when D1 cannot write that down", async () => {
    const queue = testQueue();
    const body = queue.seal(codeMail());
    const { settleMail } = queue.jobs;
    queue.jobs.settleMail = () => {
      throw new Error("D1 is away");
    };
    expect(await queue.deliver({ id: "x", body })).toEqual({ acked: ["x"], retried: {} });
    queue.jobs.settleMail = settleMail;
    expect(await queue.deliver({ id: "y", body })).toMatchObject({ retried: { y: 300 } });
    expect(queue.sent).toHaveLength(1);
  });
});

describe("what fails for good", () => {
  test("goes to the dead letters at once", async () => {
    const queue = testQueue();
    queue.carrier.send = async () => {
      throw new DeliveryError("smtp_rcpt_550", { isPermanent: true });
    };
    const mail = codeMail();
    const body = queue.seal(mail);
    expect(await queue.deliver({ id: "gone", body })).toEqual({ acked: ["gone"], retried: {} });
    expect(queue.buried).toEqual([body]);
    expect(await queue.logRow(mail.key)).toMatchObject({ state: "dead", last_error: "smtp_rcpt_550" });
    const [rows] = await queue.jobs.batch([queue.jobs.deadLetters(100)]);
    expect(rows.find(({ id }) => id === "gone")).toEqual({
      id: "gone",
      type: "mail",
      version: 1,
      key: mail.key,
      reason: "smtp_rcpt_550",
      attempts: 1,
      queued_at_ms: START_MS,
      dead_at_ms: START_MS,
    });
  });

  test.each([
    ["invalid_address", { to: "anna@example.com\r\nBcc: eve@example.com" }],
    ["invalid_address", { to: "no address" }],
    ["unsafe_value", { template: "card_link", data: { merchant: "a\r\nX: 1", color: null, card_url: "https://a.nl" } }],
    ["invalid_mail", { template: "no such template" }],
  ])("%s: %j", async (reason, changes) => {
    const queue = testQueue();
    // Sealed as a caller might that went past the types.
    const mail = Object.assign(codeMail(), changes);
    await queue.deliver({ id: `bad ${mail.key}`, body: queue.seal(mail) });
    const [rows] = await queue.jobs.batch([queue.jobs.deadLetters(100)]);
    expect(rows.find(({ id }) => id === `bad ${mail.key}`)?.reason).toBe(reason);
    expect(queue.sent).toEqual([]);
  });

  test("a code that no longer works is not sent", async () => {
    const queue = testQueue();
    const mail = codeMail();
    const body = queue.seal(mail);
    queue.clock.now_ms += HOUR_MS;
    await queue.deliver({ id: "late", body });
    expect(queue.sent).toEqual([]);
    expect(await queue.logRow(mail.key)).toMatchObject({ state: "dead", last_error: "expired" });
  });

  test("an altered mail cannot be read, and is not guessed at", async () => {
    const queue = testQueue();
    const body = queue.seal(codeMail());
    await queue.deliver({ id: "altered", body: { ...body, sealed: `${body.sealed.slice(0, -4)}AAAA` } });
    const [rows] = await queue.jobs.batch([queue.jobs.deadLetters(100)]);
    expect(rows.find(({ id }) => id === "altered")?.reason).toBe("unreadable");
  });
});

/** The Worker's environment with another queue. */
function withQueue(send: (body: unknown) => Promise<void>) {
  const metrics = { backlogCount: 0, backlogBytes: 0 };
  const JOBS: Queue = {
    metrics: async () => metrics,
    send: async (body) => {
      await send(body);
      return { metadata: { metrics } };
    },
    sendBatch: async () => ({ metadata: { metrics } }),
  };
  return { JOBS, STEMPEL_MASTER_KEYS: env.STEMPEL_MASTER_KEYS };
}
