import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Command, SaleCommand } from "../../src/domain/ledger/command.ts";
import { activityOf } from "../../src/domain/insights/activity.ts";
import type { BasketLine } from "../../src/domain/program/basket.ts";
import { NodeSide } from "../model/sides/node-side.ts";
import { FULL_PROGRAM } from "../../scripts/seed/full-program.ts";

// Records what tills send, what accounts answer and store, and what is projected of it, under a programme with every feature
// switched on. Once per release: `node test/rolling/record-traffic.ts test/rolling/fixtures/NAME.json`; see CONTRIBUTING.md.

const OPENED_MS = Date.UTC(2026, 5, 16, 10, 0, 0);
const MINUTE_MS = 60_000;
const json = JSON.stringify(FULL_PROGRAM);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const payload = { version: 1, hash: sha256(json), json };
const objects = { m: "m000000000000001", n: "m000000000000002" };
const side = new NodeSide();
const calls: unknown[] = [];
let now_ms = OPENED_MS;

function run(name: keyof typeof objects, command: Command): number {
  now_ms += MINUTE_MS;
  side.setNow(now_ms);
  const message = {
    to: side.objectName(objects[name]),
    clock_offset_ms: 0,
    command,
    by: { kind: "till" as const, till: "til_1", location: "loc_1", key: "key_1" },
    till: "til_1",
    idem: `til_1:K${calls.length}`,
    request_hash: sha256(JSON.stringify([name, command, calls.length])),
    note: null,
    preview: false,
  };
  const answer = side.run(objects[name], { ...message, programs: [payload] });
  calls.push({ account: name, method: "run", now_ms, message: { ...message, programs: [1] }, answer });
  console.log(command.type, answer.ok ? answer.view.body.seq : answer.refusal.code);
  return answer.ok ? answer.view.body.seq : 0;
}

function line(id: string, amount: number, changes: Partial<BasketLine> = {}): BasketLine {
  const nothing = { sku: null, name: null, category: null, unit_price: null, tax_rate: "21" };
  return { id, kind: "item", quantity_milli: 1000, amount, ...nothing, ...changes };
}

function sale(receipt: string, lines: readonly BasketLine[], holds: readonly number[] = []): SaleCommand {
  return {
    type: "sale",
    receipt,
    register: null,
    business_date: "2026-06-16",
    occurred_at_ms: now_ms + MINUTE_MS,
    clamped: false,
    backfilled: false,
    currency: "EUR",
    total: lines.reduce((sum, { amount }) => sum + amount, 0),
    lines,
    tender: [],
    card_no: 1,
    holds,
    exchange: [],
  };
}

side.setNow(now_ms);
for (const id of Object.values(objects)) side.open(id);
const coffee = line("a", 1250, { sku: "LATTE", category: "coffee", quantity_milli: 3000 });
const cake = line("b", 475, { sku: "APPELTAART", category: "bakery" });
const first = run("m", sale("R1", [coffee, cake]));
run("m", sale("R2", [line("t", 3000, { kind: "top_up", tax_rate: null }), cake]));
run("m", { type: "gift", unit: "points", amount: 40, card_no: 1 });
run("m", { type: "adjustment", unit: "points", delta: 200, card_no: null });
const credit = run("m", {
  type: "hold",
  ask: { unit: "credit:EUR", amount: 500 },
  lines: null,
  sale_total: null,
  card_no: 1,
});
const paid = run("m", sale("R4", [coffee, cake], [credit]));
for (const reward of FULL_PROGRAM.rewards.slice(0, 3)) {
  run("m", { type: "issue", origin: "gift", reward: reward.id, expires_on: null, card_no: null });
  const hold = run("m", {
    type: "hold",
    ask: { reward: reward.id },
    lines: [coffee, cake],
    sale_total: null,
    card_no: 1,
  });
  if (hold > 0) run("m", { type: "cancel", hold });
}
const part = { return_id: "T1", lines: [{ line: "a", sku: null, quantity_milli: 1000, amount: null }], total: null };
run("m", { type: "return", sale: { seq: first }, request: part });
run("m", { type: "return", sale: { seq: paid }, request: { return_id: "T2", lines: null, total: null } });
run("n", sale("R5", [coffee]));
run("n", { type: "block_card", card_no: 1 });
run("n", sale("R6", [cake]));

const stored = Object.entries(objects).map(([name, id]) => ({
  name,
  object: side.objectName(id),
  rows: side.stored(id),
}));
const recording = {
  objects: Object.fromEntries(stored.map(({ name, object }) => [name, object])),
  opened_ms: OPENED_MS,
  programs: { 1: payload },
  calls,
  ledgers: Object.fromEntries(
    stored.map(({ name, rows }) => [
      name,
      rows.map(({ hash, ...row }) => ({ ...row, hash_hex: Buffer.from(hash).toString("hex") })),
    ]),
  ),
  projections: Object.fromEntries(
    stored.map(({ name, rows }) => [name, rows.map(({ body }) => activityOf(JSON.parse(body)))]),
  ),
};
writeFileSync(process.argv[2] ?? "recording.json", `${JSON.stringify(recording, null, 1)}\n`);
