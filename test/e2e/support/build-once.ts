import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildWorker } from "../../../scripts/start/build-worker.ts";
import { root } from "./start-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the Worker as a deployment bundles it. */
    readonly worker_bundle: string;
  }
}

/** Bundles the Worker once for all files that start one; answers how to remove it. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "stempel-bundle-"));
  const out = join(folder, "bundle");
  const signal = AbortSignal.timeout(100_000);
  await buildWorker({ root, config: join(root, "wrangler.toml"), out, logs: join(folder, "logs"), signal });
  project.provide("worker_bundle", out);
  return () => rmSync(folder, { recursive: true, force: true });
}
