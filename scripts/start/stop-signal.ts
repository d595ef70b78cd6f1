const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Aborted by the first Ctrl-C (or the like); the second one ends the process on the spot. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

/**
 * Runs something that listens to signals itself, and takes those listeners away again. The runtime's host would end the
 * process at once, before the rest is in order; what it does when the process exits stays.
 */
export function withoutItsSignals<Value>(run: () => Value): Value {
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const value = run();
  SIGNALS.forEach((signal, index) => {
    for (const listener of process.listeners(signal)) {
      if (before[index]?.includes(listener) !== true) process.removeListener(signal, listener);
    }
  });
  return value;
}

export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
