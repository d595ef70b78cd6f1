import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { readDemoFile } from "../../scripts/seed/demo-file.ts";
import { loadSecrets, matchSecrets } from "../../scripts/start/secrets.ts";
import { freePort, root, runScript, ScriptProcess } from "./support/start-process.ts";

// `npm start` as a newcomer meets it. The tests follow each other on the same data.

const READY = /Ctrl-C stops it/;
const saleAnswer = z.object({ sale: z.object({ id: z.string() }), entries: z.array(z.unknown()).min(1) });

let folder: string;
let state: string;
let port: number;
let platform: ScriptProcess | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stempel-start-"));
  state = join(folder, "state");
  port = await freePort();
});

afterAll(async () => {
  await platform?.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A process that was told to end is let go by the system a moment after its parent. */
const GONE = { timeout: 10_000 };

function startOn(where: string, ...more: string[]): ScriptProcess {
  return new ScriptProcess("start.ts", ["--state", where, "--members", "3", "--months", "1", ...more]);
}

/** The command in the output, from `curl` to its last line. */
function saleCommand(output: string): string {
  return /^curl [^]*?^ {2}-d '.*'$/m.exec(output)?.[0] ?? "";
}

function paste(command: string) {
  return saleAnswer.parse(JSON.parse(execFileSync("sh", ["-c", command], { encoding: "utf8" })));
}

describe("npm start", () => {
  let command: string;
  let sale: string;

  test("Ctrl-C while the demo is loading stops it cleanly", async () => {
    platform = startOn(state, "--port", String(port));
    await platform.until(/Loading/);

    expect(await platform.interrupt()).toBe(0);
    expect(platform.output).toMatch(/Stopped\.\s*$/);
    await vi.waitFor(() => expect(platform?.isAlive).toBe(false), GONE);
  });

  test("the next start goes on loading, and says where everything is", async () => {
    platform = startOn(state, "--port", String(port));
    await platform.until(READY);

    expect(platform.output).toMatch(/Loading Koffie & Zo.* 100 %/);
    for (const path of ["/docs", "/openapi.json", "/health"]) {
      expect(platform.output).toContain(`http://localhost:${port}${path} `);
    }
    expect(platform.output).toContain("Demo merchant: Koffie & Zo, 2 locations, 3 members");
    expect(platform.output).not.toContain("worker error");
  });

  test("the printed command posts a sale, and posts it once", () => {
    command = saleCommand(platform?.output ?? "");
    sale = paste(command).sale.id;

    expect(paste(command).sale.id).toBe(sale);
  });

  test("the keys are in a file for this user alone", () => {
    const demo = readDemoFile(state);

    expect(demo).toMatchObject({ complete: true, url: `http://localhost:${port}`, replay: { name: "Replay Gifts" } });
    expect(statSync(join(state, "demo.json")).mode & 0o777).toBe(0o600);
  });

  test("a second platform on the same data is refused in one line", async () => {
    const other = await runScript("start.ts", ["--state", state, "--port", String(await freePort())]);

    expect(other.code).toBe(1);
    expect(other.output.trim().split("\n")).toEqual([
      expect.stringContaining(`already runs on the data in ${state} on http://localhost:${port}`),
    ]);
  });

  test("Ctrl-C stops it, and nothing is left behind", async () => {
    expect(await platform?.interrupt()).toBe(0);

    await vi.waitFor(() => expect(platform?.isAlive).toBe(false), GONE);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow("fetch failed");
  });

  test("a second start keeps the data and loads nothing", async () => {
    platform = startOn(state, "--port", String(port));
    await platform.until(READY);
    const key = readDemoFile(state)?.demo.testKey ?? "";

    expect(platform.output).not.toContain("Loading");
    const found = await fetch(`http://127.0.0.1:${port}/v1/sales/${sale}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(found.status).toBe(200);
    // The first start's command still means the first sale.
    expect(paste(command).sale.id).toBe(sale);
  });

  test("loading again changes nothing that is there", async () => {
    const again = await runScript("seed.ts", ["--state", state]);

    expect(again.output).toContain(`is up to date on http://localhost:${port}`);
    expect(again.code).toBe(0);
    const verified = await runScript("verify.ts", ["--state", state]);
    expect(verified.output).toMatch(/Checked 3 ledgers of 1 merchant, .* all in order\./);
    expect(verified.code).toBe(0);
    expect(await platform?.interrupt()).toBe(0);
  });
});

describe("a start that cannot be is told in one line", () => {
  /** Everything it prints but the line that it is starting. */
  async function complaint(...args: string[]) {
    const { code, output } = await runScript("start.ts", args);
    const lines = output.trim().split("\n");
    return { code, lines: lines.filter((line) => line !== "Starting Stempel …") };
  }

  test("a port in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const taken = typeof address === "object" ? address?.port : undefined;

    const { code, lines } = await complaint("--state", join(folder, "other"), "--port", String(taken));

    server.close();
    expect(code).toBe(1);
    expect(lines).toEqual([
      `Port ${taken} is in use: stop what runs there, or choose another with \`npm start -- --port ${Number(taken) + 1}\`.`,
    ]);
  });

  test("a broken wrangler.toml", async () => {
    const config = join(folder, "wrangler.toml");
    const good = readFileSync(join(root, "wrangler.toml"), "utf8");
    writeFileSync(config, good.replace('name = "stempel"', 'name = "stempel'));

    const { code, lines } = await complaint(
      "--state",
      join(folder, "other"),
      "--config",
      config,
      "--port",
      String(port),
    );

    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/wrangler\.toml is not right at line \d+: Invalid TOML document: .*\.$/),
    ]);
  });

  test("a state directory that cannot be written", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");

    const { code, lines } = await complaint("--state", join(file, "state"));

    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^Cannot write to .*: mend its permissions, or choose another/)]);
  });

  test("damaged data", async () => {
    const broken = join(folder, "broken/v3/d1/miniflare-D1DatabaseObject");
    execFileSync("mkdir", ["-p", broken]);
    writeFileSync(join(broken, "x.sqlite"), "this is no database at all");

    const { code, lines } = await complaint("--state", join(folder, "broken"), "--port", String(port));

    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^The data in .* are damaged .*start over with `npm start -- --reset`\.$/),
    ]);
  });

  test("an option that does not exist", async () => {
    const { code, lines } = await complaint("--prot", "1");

    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^Unknown option '--prot'\. Options: --port N/)]);
  });
});

describe("secrets", () => {
  let place: string;

  beforeAll(() => {
    place = mkdtempSync(join(folder, "secrets-"));
  });

  test("are made once, for this user alone, and kept", () => {
    const made = loadSecrets(place, {});

    expect(made).toMatchObject({ isNew: true, source: ".dev.vars" });
    expect(statSync(join(place, ".dev.vars")).mode & 0o777).toBe(0o600);
    expect(loadSecrets(place, {})).toEqual({ ...made, isNew: false });
  });

  test("that are malformed are told in one line without what is in them", () => {
    const broken = mkdtempSync(join(folder, "secrets-"));
    writeFileSync(join(broken, ".dev.vars"), "STEMPEL_ID_KEY=short\n");

    expect(() => loadSecrets(broken, {})).toThrow(
      "STEMPEL_ID_KEY must be 32 bytes or more, base64url in .dev.vars: see .dev.vars.example for its form.",
    );
  });

  test("may gain a key, but not lose or change one that data were made with", () => {
    const secrets = loadSecrets(place, {});
    matchSecrets(place, true, secrets);
    const [[, first] = []] = Object.entries(
      z.record(z.string(), z.string()).parse(JSON.parse(secrets.values.STEMPEL_CARD_KEYS)),
    );
    const withCards = (keys: object) => ({
      ...secrets,
      values: { ...secrets.values, STEMPEL_CARD_KEYS: JSON.stringify(keys) },
    });

    expect(() => matchSecrets(place, true, withCards({ c1: first, c2: "x".repeat(43) }))).not.toThrow();
    expect(() => matchSecrets(place, true, withCards({ c1: first }))).toThrow(
      /another STEMPEL_CARD_KEYS\.c2 than \.dev\.vars/,
    );
    expect(() => matchSecrets(place, false, withCards({ c1: first }))).not.toThrow();
  });
});
