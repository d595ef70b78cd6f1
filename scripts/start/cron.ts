const MINUTE_MS = 60_000;

/** Whether a cron expression of five fields, each `*` or numbers, names the minute (UTC). */
export function isDue(cron: string, at: Date): boolean {
  const fields = cron.split(/\s+/);
  const values = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()];
  return values.every((value, index) => {
    const field = fields[index] ?? "";
    return field === "*" || field.split(",").map(Number).includes(value);
  });
}

/** Calls `run` for each expression at the start of every minute that it names: the local runtime has no clock of its own. */
export function startCron(crons: readonly string[], run: (cron: string, at: Date) => void): { stop: () => void } {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const next_ms = Math.ceil((Date.now() + 1) / MINUTE_MS) * MINUTE_MS;
    timer = setTimeout(() => {
      const at = new Date(next_ms);
      for (const cron of crons) if (isDue(cron, at)) run(cron, at);
      arm();
    }, next_ms - Date.now());
    timer.unref();
  };
  arm();
  return { stop: () => clearTimeout(timer) };
}
