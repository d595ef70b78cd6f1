import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { badInput, reasonOf } from "./replay-error.ts";

export const USAGE = `npm run replay -- FILE.csv[.gz] [options]

Sends till lines to a running platform and checks against the file what every member has, and what every sale without
a customer earned for whoever claims it.

  --url URL          where the platform listens; else where \`npm start\` did last, else http://127.0.0.1:8787
  --key KEY          a till's API key; else STEMPEL_KEY, else the one that \`npm start\` left in .stempel/demo.json
  --concurrency N    requests at a time, 1 to 256 (16)
  --state FILE       remember what is done, so that the next run need not ask
  --json FILE        write the whole report as JSON
  --help             this text

Exit code: 0 everything carried out and every balance right; 1 a difference, a refusal, or the platform went away;
2 the file, the key or an option is wrong; 130 stopped with Ctrl-C. The same command goes on where it stopped.`;

const DEFAULT_URL = "http://127.0.0.1:8787";
/** Where `npm start` leaves the demo merchants' keys, and its own address. */
const DEMO_FILE = ".stempel/demo.json";

export interface CliOptions {
  readonly file: string;
  readonly url: string;
  readonly key: string;
  readonly concurrency: number;
  readonly state: string | undefined;
  readonly json: string | undefined;
}

/** Reads the command line; null when help was asked for. `folder` is where `npm start` may have left its file. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): CliOptions | null {
  const { values, positionals } = parse(args);
  if (values.help === true) return null;
  const [file, ...rest] = positionals;
  if (file === undefined) throw badInput("name the file: npm run replay -- FILE.csv (--help for more)");
  if (rest.length > 0) throw badInput(`one file at a time, please: ${positionals.join(", ")}`);
  const demo = readDemo(folder);
  return {
    file,
    url: readUrl(values.url ?? demo?.url ?? DEFAULT_URL),
    concurrency: readConcurrency(values.concurrency ?? "16"),
    key: readKey(values.key ?? env["STEMPEL_KEY"] ?? demo?.replay.key),
    state: values.state,
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    url: text,
    key: text,
    concurrency: text,
    state: text,
    json: text,
    help: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw badInput(`${reasonOf(error).split("\n")[0]?.split(". ")[0] ?? ""} (--help lists the options)`);
  }
}

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw badInput(`--url ${text} is not an http address`);
  return text;
}

function readConcurrency(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 256) throw badInput(`--concurrency ${text} is not a number from 1 to 256`);
  return value;
}

function readKey(key: string | undefined): string {
  if (key === undefined) {
    throw badInput(`no key: give --key, set STEMPEL_KEY, or run npm start, which leaves one in ${DEMO_FILE}`);
  }
  if (!/^[\x21-\x7e]+$/.test(key)) throw badInput("the key has spaces or other characters that no key has");
  return key;
}

const demoFile = z.object({ url: z.string(), replay: z.object({ key: z.string() }) });

/** What `npm start` left; null when it did not, or nothing that is understood. */
function readDemo(folder: string): z.infer<typeof demoFile> | null {
  try {
    return demoFile.parse(JSON.parse(readFileSync(join(folder, DEMO_FILE), "utf8")));
  } catch {
    return null;
  }
}
