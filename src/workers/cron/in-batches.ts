/** Runs a job for each value, a few at a time: a Worker holds only a handful of open connections. */
export async function inBatches<Value>(
  values: readonly Value[],
  size: number,
  run: (value: Value) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < values.length; start += size) {
    await Promise.all(values.slice(start, start + size).map(run));
  }
}
