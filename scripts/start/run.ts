import { rmSync } from "node:fs";
import { join } from "node:path";
import { type DemoFile, readDemoFile, writeDemoFile } from "../seed/demo-file.ts";
import { runSeed } from "../seed/run-seed.ts";
import { printWelcome } from "./welcome.ts";
import { buildWorker } from "./build-worker.ts";
import { endLeftover, noteServer } from "./leftover.ts";
import { parseStartOptions, type StartOptions } from "./options.ts";
import { absolute, loadTools, type Platform, readConfig, startPlatform } from "./platform.ts";
import { checkPort } from "./port.ts";
import { firstLine, messageOf } from "./problem.ts";
import { loadSecrets, matchSecrets, type SecretValues } from "./secrets.ts";
import { checkDatabases, hasData, openState, resetState } from "./state-dir.ts";
import { aborted, stopSignal } from "./stop-signal.ts";
import { watchPaths } from "./watch.ts";
import { openWorkerLog, type WorkerLog } from "./worker-log.ts";

/** What a change of makes a new build worthwhile. */
const WATCHED = ["src", "wrangler.toml", "package.json"];

/**
 * Runs the platform until it is told to stop.
 *
 * @throws Problem when it cannot start
 */
export async function start(args: readonly string[], root: string): Promise<void> {
  const options = parseStartOptions(args);
  const signal = stopSignal();
  const path = absolute(root, options.state);
  const state = openState(path);
  try {
    if (await endLeftover(path)) console.log("Ended the runtime that an earlier run had left behind.");
    if (options.reset) resetState(path);
    await serve({ root, path, options, signal, secrets: prepare(root, path) });
  } catch (error) {
    // Whatever a stop interrupts may fail in its own way.
    if (!signal.aborted) throw error;
  } finally {
    rmSync(join(path, "server.json"), { force: true });
    state.release();
  }
  console.log("Stopped.");
}

function prepare(root: string, path: string): SecretValues {
  const secrets = loadSecrets(root, process.env);
  matchSecrets(path, hasData(path), secrets);
  checkDatabases(path);
  if (secrets.isNew) console.log("Made .dev.vars with random secrets: the data cannot be read without them.");
  return secrets.values;
}

interface Session {
  readonly root: string;
  /** The state directory. */
  readonly path: string;
  readonly options: StartOptions;
  readonly secrets: SecretValues;
  readonly signal: AbortSignal;
}

async function serve(session: Session): Promise<void> {
  const { root, path, options, signal, secrets } = session;
  await checkPort(options.port);
  const started = performance.now();
  const config = absolute(root, options.config);
  const bundle = join(path, "bundle");
  const log = openWorkerLog(path, options.watch);
  const build = (until: AbortSignal) =>
    buildWorker({ root, config, out: bundle, logs: join(path, "logs"), signal: until });

  console.log("Starting Stempel …");
  const tools = await loadWhileBuilding(config, build, signal);
  const request = { root, config, state: path, port: options.port, secrets, bundle, log };
  const platform = await startPlatform(tools, request);
  try {
    noteServer(path, platform.url);
    const demo = await loadDemo(session, platform.url);
    await printWelcome({ url: platform.url, demo, seconds: (performance.now() - started) / 1000, log: log.file });
    await follow(session, platform, () => build(signal), log);
  } finally {
    if (signal.aborted) console.log("\nStopping …");
    await platform.stop();
  }
}

/** Loading the tools and building take about as long: they go side by side. */
async function loadWhileBuilding(config: string, build: (until: AbortSignal) => Promise<void>, signal: AbortSignal) {
  const attempt = new AbortController();
  const built = Promise.allSettled([build(AbortSignal.any([signal, attempt.signal]))]);
  try {
    const tools = await loadTools();
    // A mistake in the configuration breaks the build too; reading it says better what is wrong.
    readConfig(tools, config);
    const [outcome] = await built;
    if (outcome.status === "rejected") throw outcome.reason;
    signal.throwIfAborted();
    return tools;
  } finally {
    attempt.abort();
    await built;
  }
}

/** The demo data, loaded when they are wanted and not there yet. */
async function loadDemo({ path, options, signal }: Session, url: string): Promise<DemoFile | null> {
  const known = readDemoFile(path);
  if (options.seed && known?.complete !== true) {
    return runSeed({ url, state: path, size: options.size, upToNow: false, signal });
  }
  if (known === null) return null;
  writeDemoFile(path, { ...known, url });
  return { ...known, url };
}

/** Waits for the end; in the meantime follows changes of the source, if asked to. */
async function follow(
  { root, path, options, signal }: Session,
  platform: Platform,
  build: () => Promise<void>,
  log: WorkerLog,
): Promise<void> {
  if (!options.watch) return aborted(signal);
  let reloading = Promise.resolve();
  const watching = watchPaths(root, WATCHED, () => {
    reloading = reloading.then(async () => {
      await reload(platform, build, log);
      // Every reload has a runtime of its own.
      noteServer(path, platform.url);
    });
  });
  console.log(`Watching ${WATCHED.join(", ")}.`);
  await aborted(signal);
  watching.stop();
  await reloading;
}

/** A build that fails leaves the one before in place. */
async function reload(platform: Platform, build: () => Promise<void>, log: WorkerLog): Promise<void> {
  const started = performance.now();
  try {
    await build();
    await platform.reload();
    console.log(`Reloaded in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  } catch (error) {
    log.write("info", messageOf(error));
    console.error(`Not reloaded. ${firstLine(messageOf(error))}`);
  }
}
