import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readOptions } from "../../../scripts/replay/cli-options.ts";
import { KEY, startFakePlatform } from "./support/fake-platform.ts";
import { csvOf, temporaryFile, temporaryFolder } from "./support/till-file.ts";

const SCRIPT = fileURLToPath(new URL("../../../scripts/replay.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the script in a folder of its own, where no demo key lies unless the test put one there. */
async function run(args: readonly string[], env: Record<string, string> = {}, cwd = temporaryFolder()): Promise<Ended> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { cwd, env, stdio: "pipe" });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

test("prints the report, writes it as JSON and exits 0; 1 after a difference", async () => {
  const { platform, url } = await startFakePlatform();
  const file = temporaryFile(csvOf(["1", "mug", 4, "5.25", "anna"], ["C2", "mug", -1, "5.25", "anna"]));
  const json = join(temporaryFolder(), "report.json");
  const first = await run([file, "--url", `${url}/`, "--json", json], { STEMPEL_KEY: KEY });
  expect(first).toMatchObject({ code: 0, err: expect.stringMatching(/sending 3 of 3, .*\nreading back 1 of 1, /) });
  expect(first.out).toContain("the balances of all 1 members are what the file says");
  expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
    ok: true,
    members: [{ customer: "anna", member: "mem_1", balances: { points: 15, "stamps:stc_visit": 1 } }],
  });
  platform.ledgerOf("anna").must({ type: "adjustment", unit: "points", delta: 5, card_no: null });
  const second = await run([file, "--url", url, "--key", KEY]);
  expect(second).toMatchObject({
    code: 1,
    out: expect.stringContaining("anna (mem_1): 20 points on the platform, 15"),
  });
});

test("takes key and address from where `npm start` left them", async () => {
  const { url } = await startFakePlatform();
  const folder = temporaryFolder();
  mkdirSync(join(folder, ".stempel"));
  writeFileSync(join(folder, ".stempel/demo.json"), JSON.stringify({ version: 1, url, replay: { key: KEY } }));
  const file = temporaryFile(csvOf(["1", "mug", 4, "5.25", "anna"]));
  expect(await run([file], {}, folder)).toMatchObject({ code: 0 });
});

test("says what it can do", async () => {
  expect(await run(["--help"])).toMatchObject({ code: 0, out: expect.stringContaining("--concurrency N"), err: "" });
});

test.each([
  ["no file", [], "name the file"],
  ["two files", ["a", "b", "--key", "k"], "one file at a time"],
  ["a file that is not there", ["nothing.csv", "--key", "k"], "cannot read nothing.csv"],
  ["an unknown option", ["a.csv", "--fast"], "Unknown option '--fast'"],
  ["an option without its value", ["a.csv", "--key"], "--key"],
  ["an address that is none", ["a.csv", "--key", "k", "--url", "localhost:1"], "is not an http address"],
  ["no one at a time", ["a.csv", "--key", "k", "--concurrency", "0"], "from 1 to 256"],
  ["no key", ["a.csv"], "no key: give --key"],
  ["a key that cannot be one", ["a.csv", "--key", "stk test"], "the key has spaces"],
])("answers %s with one line and exit code 2", async (_what, args, message) => {
  const { code, out, err } = await run(args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^replay: [^\n]+\n$/);
  expect(err).toContain(message);
});

test("takes the key of the command line before that of the environment", () => {
  const env = { STEMPEL_KEY: "stk_env" };
  const read = (...args: string[]) => readOptions(["a.csv", ...args], env, temporaryFolder());
  expect(read()).toMatchObject({ key: "stk_env", url: "http://127.0.0.1:8787", concurrency: 16 });
  expect(read("--key", "stk_arg")).toMatchObject({ key: "stk_arg" });
});
