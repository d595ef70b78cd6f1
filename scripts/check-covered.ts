import { execFileSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { relative } from "node:path";

// A TypeScript file that no tsconfig includes is compiled by nobody, and its type errors stay unseen.
const run = (command: string, args: string[]): string[] =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 })
    .split("\n")
    .filter((line) => line !== "");

const configs = globSync("tsconfig.*.json").filter((config) => config !== "tsconfig.base.json");
const compiled = new Set(
  configs.flatMap((config) => run("tsc", ["-p", config, "--listFilesOnly"])).map((path) => relative(".", path)),
);
const ours = run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx"]);
const orphans = ours.filter((path) => existsSync(path) && !compiled.has(path));

for (const path of orphans)
  console.error(`${path} is in no tsconfig.*.json: put it in a folder that one of them includes`);
process.exitCode = orphans.length > 0 ? 1 : 0;
