import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

/** Editors write a file in several steps, and a branch switch changes many. */
const SETTLE_MS = 150;

/** Calls `changed` once things have settled after a change under any of the paths. */
export function watchPaths(root: string, paths: readonly string[], changed: () => void): { stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const note = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE_MS);
  };
  const watchers: FSWatcher[] = paths.map((path) => watch(join(root, path), { recursive: true }, note));
  return {
    stop: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
