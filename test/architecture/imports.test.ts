import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findImportProblems } from "./import-rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The messages about one made-up file. */
function messagesFor(file: string, source: string): string[] {
  return findImportProblems(new Map([[file, source]])).map((problem) => problem.message);
}

test("src keeps to the import rules", () => {
  const paths = globSync("src/**/*.{ts,tsx}", { cwd: root });
  expect(paths.length).toBeGreaterThan(0);

  const files = new Map(paths.map((path) => [path, readFileSync(`${root}/${path}`, "utf8")]));
  const problems = findImportProblems(files).map(({ file, line, message }) => `${file}:${line} ${message}`);

  expect(problems).toEqual([]);
});

describe("the checker objects to", () => {
  const offences: [what: string, file: string, source: string][] = [
    ["domain importing another layer", "src/domain/a.ts", `import { x } from "../contract/b.ts";`],
    ["domain importing a type of another layer", "src/domain/a.ts", `import type { X } from "../contract/b.ts";`],
    ["domain importing workerd", "src/domain/a.ts", `import { env } from "cloudflare:workers";`],
    ["domain importing hono", "src/domain/a.ts", `import { Hono } from "hono";`],
    ["domain importing drizzle", "src/domain/a.ts", `import { eq } from "drizzle-orm/sqlite-core";`],
    ["domain importing node:crypto", "src/domain/a.ts", `import { createHash } from "node:crypto";`],
    ["domain importing node:fs", "src/domain/a.ts", `export * from "node:fs";`],
    ["domain reading the clock", "src/domain/a.ts", `export const f = () => Date.now();`],
    ["domain reading the clock by index", "src/domain/a.ts", `export const f = () => Date["now"]();`],
    ["domain making the current date", "src/domain/a.ts", `export const f = () => new Date();`],
    ["domain passing the clock on", "src/domain/a.ts", `export const clock = { now: Date.now };`],
    ["domain hiding the clock", "src/domain/a.ts", `const { now } = Date; export const f = () => now();`],
    ["domain reading Temporal's clock", "src/domain/a.ts", `export const f = () => Temporal.Now.instant();`],
    ["domain rolling dice", "src/domain/a.ts", `export const f = () => Math.random();`],
    ["domain making ids", "src/domain/a.ts", `export const f = () => crypto.randomUUID();`],
    ["domain fetching", "src/domain/a.ts", `export const f = () => fetch("https://stempel.test");`],
    ["contract importing db", "src/contract/a.ts", `import type { Row } from "../db/schema/member.ts";`],
    ["db importing durable", "src/db/a.ts", `import type { X } from "../durable/b.ts";`],
    ["durable importing db", "src/durable/x/a.ts", `import { x } from "../../db/b.ts";`],
    ["durable importing workers", "src/durable/x/a.ts", `import type { X } from "../../workers/app.ts";`],
    ["durable importing drizzle", "src/durable/x/a.ts", `import { drizzle } from "drizzle-orm/d1";`],
    ["durable reaching for D1", "src/durable/x/a.ts", `export const f = (env: Env) => env.DB.prepare("select 1");`],
    ["durable taking D1", "src/durable/x/a.ts", `export const f = (db: D1Database) => db;`],
    ["workers importing web", "src/workers/a.ts", `import { x } from "../web/lib/b.ts";`],
    ["workers importing web lazily", "src/workers/a.ts", `export const f = () => import("../web/lib/b.ts");`],
    ["workers naming a type of web", "src/workers/a.ts", `export type X = import("../web/lib/b.ts").X;`],
    ["web importing a value of workers", "src/web/lib/a.ts", `import { app } from "../../workers/app.ts";`],
    ["web loading workers for a type", "src/web/lib/a.ts", `import { type App } from "../../workers/app.ts";`],
    ["web importing domain", "src/web/lib/a.ts", `import type { X } from "../../domain/x.ts";`],
    ["src importing test", "src/workers/a.ts", `import { x } from "../../test/support/x.ts";`],
    ["a computed import", "src/workers/a.ts", "export const f = (x: string) => import(`./${x}.ts`);"],
    ["a file outside every layer", "src/util.ts", `export const x = 1;`],
    ["a file that does not parse", "src/workers/a.ts", `export const = 1;`],
  ];

  test.each(offences)("%s", (_what, file, source) => {
    expect(messagesFor(file, source)).toHaveLength(1);
  });
});

describe("the checker accepts", () => {
  const fine: [what: string, file: string, source: string][] = [
    ["domain inside itself", "src/domain/program/a.ts", `import { x } from "../ledger/x.ts"; export { x };`],
    ["calendar arithmetic", "src/domain/a.ts", `import { Temporal } from "temporal-polyfill"; export { Temporal };`],
    ["a date from an argument", "src/domain/a.ts", `export const f = (ms: number): Date => new Date(ms);`],
    ["a property that is named like a global", "src/domain/a.ts", `export const f = (x: X) => x.fetch + x.process;`],
    ["other arithmetic", "src/domain/a.ts", `export const f = (x: number) => Math.floor(x) + Date.UTC(x, 0);`],
    ["contract using domain", "src/contract/a.ts", `import { kinds } from "../domain/x.ts"; export { kinds };`],
    ["workers using everything below", "src/workers/a.ts", `import "../db/a.ts"; import "../durable/a.ts";`],
    ["web naming a type of workers", "src/web/lib/a.ts", `import type { App } from "../../workers/app.ts";`],
  ];

  test.each(fine)("%s", (_what, file, source) => {
    expect(messagesFor(file, source)).toEqual([]);
  });
});
