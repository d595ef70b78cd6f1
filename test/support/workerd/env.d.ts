import type { D1Migration } from "cloudflare:test";

declare global {
  namespace Cloudflare {
    interface Env {
      /** The content of migrations/, read on Node by vitest.config.ts. Exists in tests only. */
      TEST_MIGRATIONS: D1Migration[];
      /** How often races are run. Exists in tests only. */
      RACE_RUNS: string;
    }
  }
}
