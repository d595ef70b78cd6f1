import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

test("an object has SQLite, and the Worker has D1 and its secrets", async () => {
  const guard = env.MERCHANT_GUARD.getByName("runtime");
  const sum = await runInDurableObject(guard, (_, { storage }) => {
    storage.sql.exec("create table runtime_check (x integer not null) strict");
    storage.sql.exec("insert into runtime_check values (?), (?)", 1, 2);
    return storage.sql.exec<{ sum: number }>("select sum(x) as sum from runtime_check").one().sum;
  });

  expect(sum).toBe(3);
  expect((await env.DB.prepare("select 1 as one").all()).results).toEqual([{ one: 1 }]);
  expect(JSON.parse(env.STEMPEL_MASTER_KEYS)).toHaveProperty("m2");
});
