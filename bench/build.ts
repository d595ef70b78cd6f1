import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { firstComplaint } from "../scripts/start/build-worker.ts";
import { Problem } from "../scripts/start/problem.ts";

const WRANGLER = "node_modules/wrangler/bin/wrangler.js";

export interface Bundle {
  readonly dir: string;
  /** The entry's file name in `dir`. */
  readonly main: string;
}

export interface BuildRequest {
  readonly root: string;
  readonly config: string;
  /** The entry; the configuration's own when absent. */
  readonly entry?: string;
  readonly out: string;
  readonly minify: boolean;
}

/**
 * Bundles a Worker as a deployment would: by wrangler.
 *
 * @throws Problem with the first thing that the build complains about
 */
export async function buildWorker({ root, config, entry, out, minify }: BuildRequest): Promise<Bundle> {
  const args = [WRANGLER, "deploy", ...(entry === undefined ? [] : [entry])];
  args.push("--dry-run", "--config", config, "--outdir", out, ...(minify ? ["--minify"] : []));
  const env = {
    ...process.env,
    NO_COLOR: "1",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_LOG_PATH: join(out, "..", "logs"),
  };
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, env });
  } catch (error) {
    const output =
      error instanceof Error && "stdout" in error && "stderr" in error ? [error.stdout, error.stderr] : [error];
    throw new Problem(`${entry ?? config} does not build: ${firstComplaint(output.join("\n"))}.`);
  }
  const main = globSync("*.js", { cwd: out })[0];
  if (main === undefined) throw new Problem(`The build left no script in ${out}.`);
  return { dir: out, main };
}

/** Bytes of everything that would be uploaded, compressed as the limit counts them. */
export function gzipBytes({ dir }: Bundle): number {
  const files = uploaded(dir).map((name) => readFileSync(join(dir, name)));
  return gzipSync(Buffer.concat(files)).length;
}

/** The bundle's files without source maps and the note that wrangler adds. */
export function uploaded(dir: string): string[] {
  return globSync("**/*.*", { cwd: dir }).filter((name) => !name.endsWith(".map") && name !== "README.md");
}
