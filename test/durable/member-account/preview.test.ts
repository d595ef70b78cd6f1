import { expect, test } from "vitest";
import type { BookingBody } from "../../../src/domain/ledger/booking.ts";
import type { Command } from "../../../src/domain/ledger/command.ts";
import {
  coffee,
  grant,
  hold,
  line,
  MINUTE_MS,
  openAccount,
  refusalOf,
  returnLine,
  returnOf,
  sale,
  type TestAccount,
  viewOf,
} from "../../support/workerd/account.ts";

interface Scene {
  readonly account: TestAccount;
  readonly sold: number;
  readonly held: number;
}

/** An account with a sale, an open hold, and one whose time has passed but that nobody has booked as expired. */
async function scene(): Promise<Scene> {
  const account = await openAccount({ mode: "test" });
  await account.book(grant(200));
  const sold = await account.book(sale({ receipt: "R-0", lines: [coffee("1", 3), line("2", 950)] }));
  await account.book(hold("rew_mug"));
  account.clock_offset_ms = 10 * MINUTE_MS;
  const held = await account.book(hold("rew_two_euro"));
  account.clock_offset_ms = 16 * MINUTE_MS;
  return { account, sold: sold.body.seq, held: held.body.seq };
}

const previews: Record<string, (scene: Scene) => Command> = {
  sale: () => sale({ lines: [coffee("1"), line("2", 1000)] }),
  "sale that captures": ({ held }) => sale({ total: 900, holds: [held] }),
  exchange: ({ sold }) =>
    sale({
      total: 700,
      exchange: [{ sale: sold, request: { return_id: "X", lines: [returnLine("2")], total: null } }],
    }),
  "full return": ({ sold }) => returnOf({ seq: sold }),
  "partial return by receipt": () => returnOf("R-0", { lines: [returnLine("1", 2000)] }),
  hold: () => hold("rew_ten_percent", { sale_total: 3000 }),
  "payment with points": () => hold({ unit: "points", amount: 150 }),
  capture: ({ held }) => ({ type: "capture", hold: held }),
  cancel: ({ held }) => ({ type: "cancel", hold: held }),
  renew: ({ held }) => ({ type: "renew", hold: held }),
  correction: () => grant(-30),
  "new card": () => ({ type: "issue_card", card_kind: "digital", replaces: 1 }),
};

test.for(Object.keys(previews))("a preview of a %s writes nothing and equals the write", async (name) => {
  const world = await scene();
  const { account } = world;
  const command = previews[name]?.(world) ?? grant(1);
  const before = await account.chainRows();
  const alarm = await account.inside((storage) => storage.getAlarm());

  const previewed = viewOf(await account.preview(command));
  expect(await account.chainRows()).toEqual(before);
  expect(await account.inside((storage) => storage.getAlarm())).toBe(alarm);
  const written = viewOf(await account.send(command));

  expect({ ...previewed, body: timeless(previewed.body) }).toEqual({ ...written, body: timeless(written.body) });
});

test("a refused preview says the same and leaves no refusal", async () => {
  const account = await openAccount();

  const previewed = await account.preview(hold("rew_mug"));

  expect(refusalOf(previewed).code).toBe("insufficient_balance");
  expect(await account.rowCount()).toBe(1);
  expect(await account.send(hold("rew_mug"))).toEqual(previewed);
});

test("a previewed return whose sale is not known yet does not wait for it", async () => {
  const account = await openAccount();

  expect(refusalOf(await account.preview(returnOf("R-77"))).code).toBe("sale_not_known_yet");

  await account.book(sale({ receipt: "R-77" }));
  expect(await account.types()).toEqual(["opened", "sale"]);
});

/** Without what the moment of the call decides. */
function timeless(body: BookingBody): object {
  const { at_ms, ...rest } = body;
  return "expires_at_ms" in rest ? { ...rest, expires_at_ms: Math.round((rest.expires_at_ms - at_ms) / 1000) } : rest;
}
