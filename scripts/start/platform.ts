import { globSync } from "node:fs";
import { isAbsolute, join, parse } from "node:path";
import type { Miniflare, V4MiniflareOptions } from "miniflare";
import { z } from "zod";
import { startCron } from "./cron.ts";
import { asObject } from "./json-file.ts";
import { migrateD1 } from "./migrate-d1.ts";
import { portInUse } from "./port.ts";
import { clause, codeOf, firstLine, messageOf, Problem } from "./problem.ts";
import type { SecretValues } from "./secrets.ts";
import { DOUBLE_SECRETS, type RunningDouble, startStripeDouble } from "./stripe-double.ts";
import { withoutItsSignals } from "./stop-signal.ts";
import type { WorkerLog } from "./worker-log.ts";

export interface PlatformRequest {
  readonly root: string;
  readonly config: string;
  readonly state: string;
  readonly port: number;
  readonly secrets: SecretValues;
  /** Where the built Worker lies. */
  readonly bundle: string;
  /** The bundle's entry, when it is not that of wrangler.toml. */
  readonly entry?: string;
  readonly log: WorkerLog;
}

/** The Worker with its objects, database and queue, in a real runtime on this machine. */
export interface Platform {
  readonly url: string;
  /** Takes over a new build or configuration; the data stay. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** wrangler types them as unknown. */
const variables = z.record(z.string(), z.json()).default({});

type Tools = Awaited<ReturnType<typeof loadTools>>;

/**
 * The makers' tools. Loaded late, because that takes a second in which the build can already run.
 *
 * @throws Problem when they are not installed
 */
export async function loadTools() {
  // Its warnings about the configuration would stand between ours; what matters comes as an error.
  process.env["WRANGLER_LOG"] = "none";
  try {
    const [wrangler, miniflare] = await Promise.all([import("wrangler"), import("miniflare")]);
    return { wrangler, miniflare };
  } catch (error) {
    if (codeOf(error) === "ERR_MODULE_NOT_FOUND") throw new Problem("Packages are missing: run `npm ci` first.");
    throw error;
  }
}

/**
 * Reads wrangler.toml, as a deployment would.
 *
 * @throws Problem that says where it is wrong
 */
export function readConfig({ wrangler }: Tools, config: string) {
  try {
    const { triggers } = wrangler.unstable_readConfig({ config }, { hideWarnings: true });
    const { main = "main", workerOptions, externalWorkers } = wrangler.unstable_getMiniflareWorkerOptions(config);
    return { crons: triggers.crons ?? [], entry: `${parse(main).name}.js`, workerOptions, externalWorkers };
  } catch (error) {
    throw new Problem(`${config} is not right${placeOf(error)}: ${complaintOf(error)}.`);
  }
}

export async function startPlatform(tools: Tools, request: PlatformRequest): Promise<Platform> {
  const { wrangler } = tools;
  const { root, state, config } = request;
  const { crons } = readConfig(tools, config);
  const url = `http://localhost:${request.port}`;
  const double = await doubleFor(request, url);
  const runtime = makeRuntime(tools, request, double);
  try {
    await runtime.ready;
    const db = await runtime.getD1Database("DB");
    await migrateD1({ db, folder: join(root, "migrations"), state, split: wrangler.unstable_splitSqlQuery });
  } catch (error) {
    // Ending what never began fails for the same reason again.
    await runtime.dispose().catch(() => null);
    throw explain(error, request);
  }
  request.log.started();
  const cron = startCron(crons, (expression, at) => void runCron(runtime, expression, at, request.log));
  return {
    url,
    reload: () => runtime.setOptions(optionsFor(tools, request, double)),
    stop: async () => {
      cron.stop();
      double?.stop();
      await runtime.dispose();
    },
  };
}

/** Stripe's stand-in, unless there is a key for Stripe itself. */
function doubleFor({ secrets, state }: PlatformRequest, url: string): Promise<RunningDouble> | null {
  return (secrets.STRIPE_SECRET_KEY ?? "") === "" ? startStripeDouble(state, url) : null;
}

function makeRuntime(tools: Tools, request: PlatformRequest, double: RunningDouble | null): Miniflare {
  try {
    const options = optionsFor(tools, request, double);
    return withoutItsSignals(() => new tools.miniflare.Miniflare(options));
  } catch (error) {
    throw explain(error, request);
  }
}

function optionsFor(tools: Tools, request: PlatformRequest, double: RunningDouble | null) {
  const { miniflare } = tools;
  const { root, state, port, secrets, bundle, log } = request;
  const { entry, workerOptions, externalWorkers } = readConfig(tools, request.config);
  const main = request.entry ?? entry;
  const options: V4MiniflareOptions = {
    host: "127.0.0.1",
    port,
    rootPath: root,
    resourcePersistencePath: join(state, "v3"),
    // Otherwise it asks the internet where this machine is.
    cf: false,
    logRequests: false,
    log: quietLog(tools, log),
    handleStructuredLogs: ({ level, message }) => log.write(level, message),
    workers: [
      {
        ...workerOptions,
        name: "stempel",
        bindings: {
          ...variables.parse(workerOptions["bindings"]),
          ENVIRONMENT: "local",
          PUBLIC_ORIGIN: `http://localhost:${port}`,
          ...(double === null ? {} : DOUBLE_SECRETS),
          ...secrets,
        },
        ...(double === null ? {} : { serviceBindings: { STRIPE_API: standIn(tools, double) } }),
        modulesRoot: bundle,
        modules: bundleModules(bundle, main, workerOptions.modulesRules ?? []),
      },
      ...externalWorkers,
    ],
  };
  return miniflare.convertV4MiniflareOptions(options);
}

/** The stand-in as the runtime calls it: its requests and answers are of classes of its own. */
function standIn({ miniflare }: Tools, double: RunningDouble) {
  return async (asked: InstanceType<typeof miniflare.Request>) => {
    const { url, method } = asked;
    const body = method === "GET" || method === "HEAD" ? {} : { body: await asked.arrayBuffer() };
    const answer = await double.fetch(new Request(url, { method, headers: [...asked.headers], ...body }));
    const { status } = answer;
    return new miniflare.Response(await answer.text(), { status, headers: [...answer.headers] });
  };
}

interface ModuleRule {
  readonly type: string;
  readonly include: readonly string[];
}

const MODULE_TYPES = ["ESModule", "Text", "Data", "CompiledWasm"] as const;

/** The bundle's files with their types, the entry first. */
function bundleModules(bundle: string, entry: string, rules: readonly ModuleRule[]) {
  const typeOf = (name: string) =>
    name.endsWith(".js")
      ? "ESModule"
      : rules.find(({ include }) => include.some((glob) => name.endsWith(glob.slice("**/*".length))))?.type;
  const modules = globSync("**/*", { cwd: bundle }).flatMap((name) => {
    const type = MODULE_TYPES.find((known) => known === typeOf(name));
    return type === undefined ? [] : [{ type, path: join(bundle, name) }];
  });
  const main = join(bundle, entry);
  if (!modules.some(({ path }) => path === main)) throw new Problem(`The build left no ${main}.`);
  return modules.sort((left, right) => Number(right.path === main) - Number(left.path === main));
}

/** Lets what the runtime's host has to say go where the Worker's own lines go. */
function quietLog({ miniflare }: Tools, log: WorkerLog) {
  class RuntimeLog extends miniflare.Log {
    override logWithLevel(level: number, message: string): void {
      if (level <= miniflare.LogLevel.WARN) log.write("warn", message);
    }
    override error(error: Error): void {
      log.write("error", error.stack ?? error.message);
    }
  }
  return new RuntimeLog(miniflare.LogLevel.WARN);
}

async function runCron(runtime: Miniflare, cron: string, at: Date, log: WorkerLog): Promise<void> {
  try {
    const worker = await runtime.getWorker();
    await worker.scheduled({ cron, scheduledTime: at });
  } catch (error) {
    log.write("warn", `cron ${cron}: ${firstLine(messageOf(error))}`);
  }
}

function explain(error: unknown, { port, log }: PlatformRequest): unknown {
  if (error instanceof Problem) return error;
  if (codeOf(error) === "ERR_ADDRESS_IN_USE") return portInUse(port);
  const why = clause(log.firstError ?? messageOf(error));
  log.write("error", messageOf(error));
  return new Problem(`The Worker does not start: ${why}. More in ${log.file}.`);
}

/** The parser's own place of a mistake, " at line 5" or nothing. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error) || !("location" in error)) return "";
  const line = asObject(error.location)?.["line"];
  return typeof line === "number" ? ` at line ${line}` : "";
}

/** A complaint without its heading, on one line. */
function complaintOf(error: unknown): string {
  const lines = messageOf(error).split("\n");
  const [item] = lines.filter((line) => line.startsWith("  - "));
  return clause(item?.slice(4) ?? lines[0] ?? "");
}

export function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
