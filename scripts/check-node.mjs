// Runs before every script, in plain JavaScript so that even an old Node can read it. npm puts node_modules/.bin first
// in PATH, where the optional dependency "node" has its binary; only where that package has no binary does the
// system's Node run, and then it may be too old to run TypeScript files and wrangler.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(
    `Stempel needs Node 22.12 or newer, but this is ${process.version} (${process.execPath}). ` +
      "Run `npm ci` again so that the bundled Node 24 is installed, or install Node 24 yourself.",
  );
  process.exit(1);
}
