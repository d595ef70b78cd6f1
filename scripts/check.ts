import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter, resolve } from "node:path";

// Everything short of running the tests. All steps run even when one fails; the exit code is 1 when any did.
interface Step {
  name: string;
  command: string[];
  /** Until this path exists there is nothing to check, and the step is listed as such. */
  needs?: string;
}

const steps: Step[] = [
  { name: "dependencies", command: ["node", "scripts/check-lock.ts"] },
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  ...globSync("tsconfig.*.json")
    .filter((config) => config !== "tsconfig.base.json")
    .sort()
    .map((config) => ({ name: `types ${config}`, command: ["tsc", "-p", config] })),
  { name: "every file is compiled", command: ["node", "scripts/check-covered.ts"] },
  { name: "worker-configuration.d.ts is current", command: ["wrangler", "types", "--check"] },
  { name: "migrations match the schema", command: ["node", "scripts/check-migrations.ts"], needs: "src/db/schema" },
  {
    name: "docs/openapi.json is current",
    command: ["node", "scripts/gen-openapi.ts", "--check"],
    needs: "scripts/gen-openapi.ts",
  },
  { name: "docs/openapi.json is valid", command: ["redocly", "lint", "pos@v1"], needs: "scripts/gen-openapi.ts" },
];

const env = {
  ...process.env,
  PATH: [resolve("node_modules/.bin"), process.env["PATH"]].join(delimiter),
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_METRICS: "false",
  REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
};

const failed: string[] = [];
for (const { name, command, needs } of steps) {
  if (needs !== undefined && !existsSync(needs)) {
    console.log(`----    ${name}: not checked, ${needs} does not exist yet`);
    continue;
  }
  const [program = "", ...args] = command;
  const started = performance.now();
  const result = spawnSync(program, args, { env, encoding: "utf8" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);

  console.log(`${result.status === 0 ? "ok  " : "FAIL"} ${seconds}s ${name}`);
  if (result.status !== 0) {
    failed.push(name);
    console.log(`$ ${command.join(" ")}\n${result.stdout}${result.stderr}${result.error?.message ?? ""}`);
  }
}

if (failed.length > 0) {
  console.error(`check failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
