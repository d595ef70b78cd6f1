import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { clause, Problem } from "./problem.ts";

const WRANGLER = "node_modules/wrangler/bin/wrangler.js";

export interface BuildRequest {
  readonly root: string;
  readonly config: string;
  /** Where the bundle goes. */
  readonly out: string;
  /** Where wrangler's own log goes. */
  readonly logs: string;
  readonly signal: AbortSignal;
}

/**
 * Bundles the Worker the way a deployment does: by wrangler, from wrangler.toml.
 *
 * @throws Problem with the first thing that the build complains about
 */
export async function buildWorker(request: BuildRequest): Promise<void> {
  const { root, config, out, logs, signal } = request;
  if (!existsSync(join(root, WRANGLER))) throw new Problem("wrangler is not installed: run `npm ci` first.");
  // What an earlier build left, under another name perhaps, must not pass for this one.
  rmSync(out, { recursive: true, force: true });
  const args = [join(root, WRANGLER), "deploy", "--dry-run", "--config", config, "--outdir", out];
  const child = spawn(process.execPath, args, {
    cwd: root,
    signal,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_LOG: "error",
      WRANGLER_LOG_PATH: logs,
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  child.once("error", reject);
  child.once("close", resolve);
  if ((await promise) !== 0) {
    const complaint = firstComplaint(Buffer.concat(output).toString("utf8"));
    throw new Problem(`The Worker does not build: ${complaint}. Mend the source or ${relative(root, config)}.`);
  }
}

/** What esbuild or wrangler objects to first, with the place when it names one. */
export function firstComplaint(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trim());
  const errors = lines.flatMap((line, index) => {
    const message = /^✘ \[ERROR\] (.*)$/.exec(line)?.[1];
    return message === undefined || message.startsWith("Build failed with") ? [] : [{ message, index }];
  });
  const [first] = errors;
  if (first === undefined) return lines.find((line) => line !== "") ?? "no output";
  const next = errors[1]?.index ?? lines.length;
  const place = lines.slice(first.index + 1, next).find((line) => /^\S+:\d+:\d+:$/.test(line));
  return `${place === undefined ? "" : `${place} `}${clause(first.message)}`;
}
