import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { MIGRATIONS } from "../../../src/durable/merchant-registry/migrations.ts";
import { openRegistry, tablesOf } from "./support.ts";

// Breaks on any change of the schema. To change it: append a step to the list (a released step is never edited), add
// the version before it to a test that fills it with rows and migrates, then correct the list below.
test("the schema is the one on record", async () => {
  const registry = await openRegistry();

  const columns = await runInDurableObject(registry.stub(), (_instance, { storage }) =>
    storage.sql
      .exec<{ name: string; columns: string }>(
        `SELECT m.name, group_concat(c.name, ' ') AS columns FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name IN ('closed_budget', 'config', 'program', 'member', 'identifier', 'identifier_history',
           'consent', 'idempotency', 'key_use') GROUP BY m.name ORDER BY m.name`,
      )
      .toArray(),
  );

  expect(MIGRATIONS.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(Object.fromEntries(columns.map((table) => [table.name, table.columns]))).toEqual({
    closed_budget: "promotion max closed_at_ms",
    config: "id version json applied_at_ms clock_offset_ms",
    consent: "account n sealed",
    idempotency: "digest kid request_mac account answer at_ms",
    identifier: "kind digest kid account card_no sealed",
    identifier_history: "kind digest account lost_at_ms",
    key_use: "key at_ms",
    member:
      "seq account created_at_ms updated_at_ms key_kid data_key name email phone birthday locale external_id metadata erased_at_ms merged_into merging_into merging_at_ms",
    program: "version effective_at_ms hash json",
  });
  expect(await tablesOf(registry)).toEqual(["_migrations", ...columns.map(({ name }) => name)]);
});
