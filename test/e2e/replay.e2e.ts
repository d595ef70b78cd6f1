import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { ReplayReport } from "../../scripts/replay/report.ts";
import { runReplay } from "../../scripts/replay/run-replay.ts";
import { REPLAY_GIFTS } from "../../scripts/seed/descriptions.ts";
import { root } from "./support/start-process.ts";
import { startWorker, type TestWorker } from "./support/worker.ts";

const REAL_FILE = join(root, "../shared/data/online-retail-2010-12.csv.gz");

/** What of the answer of /dev/demo is needed here. */
const madeDemo = z.object({
  locations: z.array(z.object({ tills: z.array(z.object({ keys: z.array(z.object({ secret: z.string() })) })) })),
});

let worker: TestWorker;
let folder: string;
let key: string;

beforeAll(async () => {
  worker = await startWorker();
  folder = mkdtempSync(join(tmpdir(), "stempel-replay-"));
  const answer = await fetch(`${worker.url}/dev/demo`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(REPLAY_GIFTS),
  });
  const made = madeDemo.parse(await answer.json());
  key = made.locations[0]?.tills[0]?.keys[0]?.secret ?? "";
});

afterAll(async () => {
  await worker.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("every balance is what the file says, and a second run changes nothing", { timeout: 400_000 }, async () => {
  const real = existsSync(REAL_FILE);
  if (!real) console.warn(`${REAL_FILE} is not there: replaying generated lines instead of real ones.`);
  const file = real ? REAL_FILE : generatedFile();
  const first = await runReplay({ file, url: worker.url, key });
  expect(first.refused).toEqual([]);
  expect(first.differences).toEqual([]);
  expect(first.sent.sale.accepted).toBeGreaterThan(0);
  expect(first.sent.return.accepted).toBeGreaterThan(0);
  expect(first.ok).toBe(true);

  const second = await runReplay({ file, url: worker.url, key });
  expect(second.ok).toBe(true);
  expect(byCustomer(second.members)).toEqual(byCustomer(first.members));
  for (const kind of ["member", "sale", "return", "anonymous_sale"] as const) {
    expect(second.sent[kind]).toMatchObject({ accepted: 0, replayed: first.sent[kind].accepted });
  }
});

/** In one order: members are read back several at a time. */
function byCustomer(members: ReplayReport["members"]) {
  return members.toSorted((left, right) => left.customer.localeCompare(right.customer));
}

/** Sixty customers with a few sales each, cancellations, and sales of nobody; always the same. */
function generatedFile(): string {
  const lines = ["invoice,sku,description,quantity,at,unit_price,customer,country"];
  for (let index = 0; index < 240; index += 1) {
    const customer = index % 7 === 0 ? "" : String(17_000 + (index % 60));
    const at = `2010-12-${String(1 + (index % 20)).padStart(2, "0")}T10:${String(index % 60).padStart(2, "0")}:00`;
    const price = `${1 + (index % 9)}.${String((index * 37) % 100).padStart(2, "0")}`;
    lines.push(
      `${536_000 + index},SKU${index % 5},"ITEM, NO ${index % 5}",${1 + (index % 4)},${at},${price},${customer},UK`,
    );
    if (index % 11 === 5) lines.push(`C${536_000 + index},SKU${index % 5},ITEM,-1,${at},${price},${customer},UK`);
  }
  const file = join(folder, "generated.csv");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}
