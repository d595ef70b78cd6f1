import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/** Names and places under which Chrome or Chromium is installed. */
const NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** A browser for tests: the one that CHROME_PATH names, else an installed one, else the one that comes as a package. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROME_PATH"] ?? installedBrowser() ?? (await packagedBrowser());
  // The package's own arguments switch the web's security off, which would hide what these tests are to find.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

function installedBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES];
  return candidates.find((path) => existsSync(path));
}

/** For x64 Linux. On a machine without a desktop it brings its own libraries, but only when it takes itself to be on Lambda. */
async function packagedBrowser(): Promise<string> {
  process.env["AWS_EXECUTION_ENV"] ??= "AWS_Lambda_nodejs24.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  return packaged.executablePath();
}
