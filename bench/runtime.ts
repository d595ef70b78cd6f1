import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { V4MiniflareOptions } from "miniflare";
import { z } from "zod";
import { migrateD1 } from "../scripts/start/migrate-d1.ts";
import { type loadTools, readConfig } from "../scripts/start/platform.ts";
import { testSecrets } from "../test/support/test-secrets.ts";
import { type Bundle, uploaded } from "./build.ts";
import { childrenOf } from "./processes.ts";

type Tools = Awaited<ReturnType<typeof loadTools>>;

export interface RuntimeRequest {
  readonly root: string;
  readonly config: string;
  readonly bundle: Bundle;
  /** Where objects and databases are kept; data of an earlier runtime on it are found again. */
  readonly state: string;
  /** Apply the product's migrations. */
  readonly migrate: boolean;
  /** Port of the inspector; none when absent. */
  readonly inspectorPort?: number;
}

/** One Worker in a workerd process of its own. */
export interface Runtime {
  readonly url: string;
  /** The workerd process; null where processes cannot be listed. */
  readonly pid: number | null;
  /** Stopping it twice is stopping it once. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a Worker with real objects and databases on disk. Requests go straight to it, past the development proxy, whose
 * cost would flatter every ratio.
 */
export async function startRuntime(tools: Tools, request: RuntimeRequest): Promise<Runtime> {
  const { miniflare, wrangler } = tools;
  const { root, state, migrate } = request;
  const before = new Set(childrenOf(process.pid, "workerd"));
  const runtime = new miniflare.Miniflare(optionsFor(tools, request));
  await runtime.ready;
  if (migrate) {
    const db = await runtime.getD1Database("DB");
    await migrateD1({ db, folder: join(root, "migrations"), state, split: wrangler.unstable_splitSqlQuery });
  }
  const url = await runtime.unsafeGetDirectURL("stempel");
  const pid = childrenOf(process.pid, "workerd").find((child) => !before.has(child)) ?? null;
  let stopped: Promise<void> | null = null;
  return { url: url.origin, pid, stop: () => (stopped ??= runtime.dispose()) };
}

/** wrangler types them as unknown. */
const variables = z.record(z.string(), z.json()).default({});

function optionsFor(tools: Tools, request: RuntimeRequest) {
  const { root, bundle, state, inspectorPort } = request;
  const { workerOptions, externalWorkers } = readConfig(tools, join(root, request.config));
  // On the platform static files are answered in front of the Worker. The local runtime does it in a Worker of its own,
  // through which every request would go, and which no deployment has.
  const { assets: _answeredBefore, ...ownOptions } = workerOptions;
  const options: V4MiniflareOptions = {
    host: "127.0.0.1",
    port: 0,
    rootPath: root,
    resourcePersistencePath: state,
    // Otherwise it asks the internet where this machine is.
    cf: false,
    logRequests: false,
    log: new tools.miniflare.Log(tools.miniflare.LogLevel.ERROR),
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    workers: [
      {
        ...ownOptions,
        // The same name for every build: it is part of where objects are kept.
        name: "stempel",
        bindings: { ...variables.parse(workerOptions["bindings"]), ENVIRONMENT: "local", ...testSecrets },
        modulesRoot: bundle.dir,
        modules: modulesOf(bundle),
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      },
      ...externalWorkers,
    ],
  };
  return tools.miniflare.convertV4MiniflareOptions(options);
}

/** The bundle's files as modules, the entry first. */
function modulesOf({ dir, main }: Bundle) {
  const others = uploaded(dir).filter((name) => name !== main);
  return [main, ...others].map((name) => {
    const path = join(dir, name);
    if (name.endsWith(".js")) return { type: "ESModule" as const, path };
    return { type: "Data" as const, path, contents: new Uint8Array(readFileSync(path)) };
  });
}
