import { expect, test } from "vitest";
import type { Command } from "../../../src/domain/ledger/command.ts";
import type { CommandAnswer } from "../../../src/durable/member-account/protocol.ts";
import {
  coffee,
  grant,
  hold,
  line,
  MINUTE_MS,
  openAccount,
  returnLine,
  returnOf,
  sale,
  type TestAccount,
} from "../../support/workerd/account.ts";

const STEPS = 60;

/** A step of a till's day: how far the clock moves, and what is asked. */
interface Step {
  readonly minutes: number;
  readonly command: Command;
}

/** Random but the same for a seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Commands of every kind, most of which make sense, some of which do not. Sequences are guessed, so some hit. */
function daysWork(seed: number): Step[] {
  const random = randomFrom(seed);
  return Array.from({ length: STEPS }, (_, index): Step => {
    const seq = Math.max(1, index - random(12));
    const lines = [coffee("1", 1 + random(3)), line("2", 100 * random(40))];
    const commands: readonly (() => Command)[] = [
      () => sale({ receipt: `R-${index}`, lines, card_no: null }),
      () => sale({ receipt: `R-${index}`, total: 37 * random(200), card_no: null }),
      () => sale({ receipt: `R-${index}`, total: 900, holds: [seq] }),
      () => sale({ receipt: `R-${random(index + 1)}`, total: 500, card_no: null }),
      () => grant(random(120) - 20),
      () => hold(["rew_two_euro", "rew_ten_percent", "rew_cookie"][random(3)] ?? "rew_mug", { card_no: null }),
      () => hold({ unit: "points", amount: 1 + random(50) }, { card_no: null, sale_total: 1000 }),
      () => ({ type: (["capture", "cancel", "renew"] as const)[random(3)] ?? "renew", hold: seq }),
      () => returnOf({ seq }, { return_id: `T-${index}`, lines: [returnLine("1", 1000)] }),
      () => returnOf(`R-${index + random(4)}`, { return_id: `T-${index}`, total: random(600) }),
      () => returnOf(`R-${Math.max(0, index - random(5))}`, { return_id: `T-${index}` }),
      () => ({ type: "issue_card", card_kind: "digital", replaces: null }),
    ];
    return { minutes: random(4), command: (commands[random(commands.length)] ?? (() => grant(1)))() };
  });
}

async function workThrough(steps: readonly Step[], afterEach: (account: TestAccount) => Promise<void>) {
  const account = await openAccount({ mode: "test" });
  const answers: CommandAnswer[] = [];
  for (const { minutes, command } of steps) {
    account.clock_offset_ms += minutes * MINUTE_MS;
    answers.push(await account.send(command, { request_hash: "00" }));
    await afterEach(account);
  }
  return { account, answers };
}

test.for([1, 2, 3])(
  "an account evicted after every command answers like one that stays awake (seed %i)",
  async (seed) => {
    const steps = daysWork(seed);

    const awake = await workThrough(steps, () => Promise.resolve());
    const evicted = await workThrough(steps, (account) => account.evict());

    expect(evicted.answers.map(timeless)).toEqual(awake.answers.map(timeless));
    expect(await evicted.account.balances()).toEqual(await awake.account.balances());
    // The same again under the same keys: every answer that was kept comes out as it was.
    const rows = await evicted.account.rowCount();
    const first = evicted.answers.flatMap((answer, index) =>
      answer.ok && !answer.replayed ? [{ answer, index }] : [],
    );
    expect(first.length).toBeGreaterThan(STEPS / 3);
    for (const { answer, index } of first) {
      const command = steps[index]?.command ?? grant(1);
      const again = await evicted.account.send(command, { key: `key-${index + 1}`, request_hash: "00" });
      expect(again).toEqual({ ...answer, replayed: true });
    }
    expect(await evicted.account.rowCount()).toBe(rows);
  },
);

/** Without the moments, which differ by milliseconds between two runs. */
function timeless(answer: CommandAnswer): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
    key === "at_ms" || key === "expires_at_ms" ? 0 : value,
  );
}
