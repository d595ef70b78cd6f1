import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { loadTools, type Platform, startPlatform } from "../../../scripts/start/platform.ts";
import { openWorkerLog } from "../../../scripts/start/worker-log.ts";
import { testSecrets } from "../../support/test-secrets.ts";
import { freePort, root } from "./start-process.ts";

export interface TestWorker {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * The platform as `npm start` brings it up, on a free port and with data of its own that end with it. Settings come on top
 * of those in wrangler.toml.
 */
export async function startWorker(settings: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
  const state = mkdtempSync(join(tmpdir(), "stempel-e2e-"));
  const config = join(root, "wrangler.toml");
  const bundle = inject("worker_bundle");
  try {
    const [tools, port] = await Promise.all([loadTools(), freePort()]);
    const log = openWorkerLog(state, false);
    const secrets = { ...testSecrets, ...settings };
    const platform = await startPlatform(tools, { root, config, state, port, secrets, bundle, log });
    return { url: platform.url, stop: () => stop(platform, state) };
  } catch (error) {
    rmSync(state, { recursive: true, force: true });
    throw error;
  }
}

async function stop(platform: Platform, state: string): Promise<void> {
  await platform.stop();
  rmSync(state, { recursive: true, force: true });
}
