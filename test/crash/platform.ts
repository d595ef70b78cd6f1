import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildWorker, type Bundle } from "../../bench/build.ts";
import { childrenOf } from "../../bench/processes.ts";
import { loadTools, startPlatform } from "../../scripts/start/platform.ts";
import { openWorkerLog } from "../../scripts/start/worker-log.ts";
import { testSecrets } from "../support/test-secrets.ts";

export const root = join(import.meta.dirname, "../..");
export type Tools = Awaited<ReturnType<typeof loadTools>>;

/** The platform as `npm start` runs it, whose runtime can be killed. */
export interface MortalPlatform {
  /** SIGKILL: nothing is flushed, nobody is told. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function build(out: string, entry?: string): Promise<Bundle> {
  return buildWorker({ root, config: "wrangler.toml", out, minify: false, ...(entry === undefined ? {} : { entry }) });
}

export async function startMortal(tools: Tools, state: string, port: number, bundle: Bundle): Promise<MortalPlatform> {
  mkdirSync(state, { recursive: true });
  const log = openWorkerLog(state, false);
  const before = new Set(childrenOf(process.pid, "workerd"));
  const config = join(root, "wrangler.toml");
  const request = {
    root,
    config,
    state,
    port,
    secrets: { ...testSecrets },
    bundle: bundle.dir,
    log,
    entry: bundle.main,
  };
  const platform = await startPlatform(tools, request);
  const pids = childrenOf(process.pid, "workerd").filter((pid) => !before.has(pid));
  if (pids.length === 0) throw new Error("there is no workerd to kill: this needs Linux");
  return {
    kill: async () => {
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await platform.stop();
    },
    stop: platform.stop,
  };
}

export { loadTools };
