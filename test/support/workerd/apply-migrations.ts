import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

// Runs before every test file in workerd. Storage is isolated per file, so each file starts with a migrated, empty D1.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
