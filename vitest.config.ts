import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { answerValidators } from "./test/support/node/answer-validators.ts";
import { oneModuleWorker } from "./test/support/node/one-module-worker.ts";
import { testSecrets } from "./test/support/test-secrets.ts";

const migrationsDir = fileURLToPath(new URL("migrations", import.meta.url));

// wrangler warns about missing secrets unless it finds them here; the bindings below win over a developer's .dev.vars.
Object.assign(process.env, testSecrets, { WRANGLER_LOG: "warn" });

// stripe ships source maps without the sources; a line of warning for each of its files would bury the results.
const quietSourceMaps: Plugin = {
  name: "quiet-source-maps",
  configResolved({ logger }) {
    const warnOnce = logger.warnOnce.bind(logger);
    logger.warnOnce = (message, options) => {
      if (!message.endsWith("points to missing source files")) warnOnce(message, options);
    };
  },
};

/** Runs tests in workerd, under the settings of wrangler.toml. */
function workerd(options: { readonly main?: string } = {}) {
  return cloudflareTest(async () => ({
    ...options,
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        ...testSecrets,
        ENVIRONMENT: "local",
        TEST_MIGRATIONS: await readD1Migrations(migrationsDir),
        RACE_RUNS: process.env["RACE_RUNS"] ?? "5",
      },
    },
  }));
}

/** A guard against hanging, not a measure of speed: the machine may be busy. */
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

// The folder of a test decides where it runs.
export default defineConfig({
  test: {
    // One more than the two cores that it is to run on: browsers, mail and alarms are mostly waited for.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "domain",
          ...patience,
          environment: "node",
          include: ["test/domain/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "model",
          ...patience,
          environment: "node",
          include: ["test/model/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "architecture",
          ...patience,
          environment: "node",
          include: ["test/architecture/**/*.test.ts"],
        },
      },
      {
        // Objects, and D1, without the HTTP side, whose many modules every test file would load again.
        plugins: [oneModuleWorker(["contract", "domain", "durable"]), workerd({ main: "./src/durable/index.ts" })],
        test: {
          name: "objects",
          ...patience,
          include: ["test/durable/**/*.test.ts"],
        },
      },
      {
        plugins: [
          oneModuleWorker(["contract", "db", "domain", "durable"]),
          workerd({ main: "./src/durable/index.ts" }),
        ],
        test: {
          name: "db",
          ...patience,
          include: ["test/db/**/*.test.ts"],
          setupFiles: ["test/support/workerd/apply-migrations.ts"],
        },
      },
      {
        plugins: [
          quietSourceMaps,
          oneModuleWorker(["contract", "db", "domain", "durable", "workers"]),
          answerValidators(),
          workerd(),
        ],
        test: {
          name: "workers",
          ...patience,
          include: ["test/workers/**/*.test.ts"],
          setupFiles: ["test/support/workerd/apply-migrations.ts"],
        },
      },
      {
        test: {
          name: "e2e",
          environment: "node",
          include: ["test/e2e/**/*.e2e.ts"],
          globalSetup: ["test/e2e/support/build-once.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
