import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { systemDb } from "../../../src/db/system-db.ts";
import { sweepJobs } from "../../../src/workers/cron/sweep-jobs.ts";
import { servicePorts, tenantOpener } from "../../../src/workers/ports.ts";
import { codeMail, START_MS, testQueue } from "../mail/support.ts";

const DAY_MS = 86_400_000;

async function sweepAfter(days: number): Promise<void> {
  const ports = { ...servicePorts(env), now_ms: () => START_MS + days * DAY_MS };
  await sweepJobs({ system: systemDb(openDatabase(env.DB)), openTenant: tenantOpener(env), ports });
}

test("forgets a mail after a month, and a dead letter after three", async () => {
  const queue = testQueue();
  const mail = codeMail();
  await queue.deliver({ id: "sent", body: queue.seal(mail) }, { id: "poison", body: 1 });
  const left = async () => {
    const [[row], letters] = await queue.jobs.batch([queue.jobs.mail(mail.key), queue.jobs.deadLetters(10)]);
    return [row?.key, letters.map(({ id }) => id)];
  };
  await sweepAfter(29);
  expect(await left()).toEqual([mail.key, ["poison"]]);
  await sweepAfter(31);
  expect(await left()).toEqual([undefined, ["poison"]]);
  await sweepAfter(91);
  expect(await left()).toEqual([undefined, []]);
});
