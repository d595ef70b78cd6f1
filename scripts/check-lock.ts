import { readFileSync } from "node:fs";

// What `npm ci` relies on: exact versions, no registry host in the lock file, and a single workerd (with two, npm refuses
// the lock file on the next clean install, and tests would run on another runtime than `npm start`).
interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>;
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;
const problems: string[] = [];

const wanted = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
for (const [name, version] of Object.entries(wanted)) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) problems.push(`package.json: ${name} is not pinned (${version})`);
}

const locked = new Set(Object.keys(lock.packages).map((path) => path.split("node_modules/").at(-1)));
for (const [path, entry] of Object.entries(lock.packages)) {
  // A release whose binaries for other machines cannot be fetched is written without them, and then `npm ci` refuses it.
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!locked.has(name)) problems.push(`package-lock.json: ${path} lacks ${name}; pin a release that has it`);
  }
  if (entry.resolved !== undefined) problems.push(`package-lock.json: ${path} names a registry address`);
}

for (const single of ["workerd", "miniflare", "wrangler", "vite"]) {
  const copies = Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/${single}`));
  if (copies.length !== 1)
    problems.push(`package-lock.json: ${copies.length} copies of ${single}: ${copies.join(", ")}`);
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
