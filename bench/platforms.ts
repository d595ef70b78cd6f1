import { join } from "node:path";
import type { loadTools } from "../scripts/start/platform.ts";
import { type Bundle, buildWorker } from "./build.ts";
import type { Closing } from "./closing.ts";
import { BARE, POSTGRES, POSTGRES_ASYNC, POSTGRES_THIN, type Servers, STEMPEL } from "./measure.ts";
import { startPeer } from "./peer.ts";
import { findPostgres, startPostgres } from "./postgres.ts";
import { familyOf } from "./processes.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import type { Server } from "./targets.ts";

type Tools = Awaited<ReturnType<typeof loadTools>>;

/** Where a run finds what it needs and keeps what it makes. */
export interface Place {
  readonly root: string;
  readonly dir: string;
  readonly tools: Tools;
  readonly closing: Closing;
}

export interface Bundles {
  readonly product: Bundle;
  readonly counting: Bundle;
  readonly bare: Bundle;
}

export async function buildAll({ root, dir }: Place): Promise<Bundles> {
  const build = (name: string, config: string, entry?: string) =>
    buildWorker({ root, config, out: join(dir, name), minify: true, ...(entry === undefined ? {} : { entry }) });
  const [product, counting, bare] = await Promise.all([
    build("product", "wrangler.toml"),
    build("counting", "wrangler.toml", "bench/counting-worker.ts"),
    build("bare", "bench/bare.toml"),
  ]);
  return { product, counting, bare };
}

/** The product's Worker, or another build of it, on the data that all of them share. */
export async function startStempel(place: Place, bundle: Bundle, inspectorPort?: number): Promise<Runtime> {
  const { root, dir, tools, closing } = place;
  const runtime = await startRuntime(tools, {
    root,
    config: "wrangler.toml",
    bundle,
    state: join(dir, "state"),
    migrate: true,
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
  });
  closing.add(runtime.stop);
  return runtime;
}

/** Starts everything that times are taken of. */
export async function startServers(place: Place, bundles: Bundles, key: string): Promise<Servers> {
  const { root, dir, tools, closing } = place;
  const stempel = await startStempel(place, bundles.product);
  const bareState = join(dir, "bare-state");
  const bare = await startRuntime(tools, {
    root,
    config: "bench/bare.toml",
    bundle: bundles.bare,
    state: bareState,
    migrate: false,
  });
  closing.add(bare.stop);
  const peers = await startPeers(place, key);
  return { stempel: workerServer(STEMPEL, stempel), bare: workerServer(BARE, bare), peers };
}

function workerServer(name: string, { url, pid }: Runtime): Server {
  return { name, url, pids: () => (pid === null ? null : [pid]) };
}

async function startPeers({ closing }: Place, key: string): Promise<Server[]> {
  const bin = findPostgres();
  if (bin === null) {
    console.log(`
!!! PostgreSQL is not installed here (no initdb and postgres on the PATH or where packages put them).
!!! Nothing will be compared with it: that budget stays UNMEASURED. Debian has it as the package "postgresql".
`);
    return [];
  }
  const postgres = await startPostgres(bin);
  closing.add(postgres.stop);
  console.log(`PostgreSQL ${postgres.version}`);
  const peers: Server[] = [];
  for (const [name, script, synchronousCommit] of [
    [POSTGRES, "same-ledger-server.ts", "on"],
    [POSTGRES_ASYNC, "same-ledger-server.ts", "off"],
    [POSTGRES_THIN, "thin-peer-server.ts", "on"],
  ] as const) {
    const peer = await startPeer({ script, database: postgres.url, key, synchronousCommit });
    closing.add(peer.stop);
    peers.push({ name, url: peer.url, pids: () => [peer.pid, ...familyOf(postgres.pid)] });
  }
  return peers;
}
