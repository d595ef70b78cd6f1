/** One month or year on, in seconds; the day is that of the anchor, or the month's last. */
export function addInterval(start: number, interval: "month" | "year", anchor: number): number {
  const from = new Date(start * 1000);
  const day = new Date(anchor * 1000).getUTCDate();
  const months = from.getUTCFullYear() * 12 + from.getUTCMonth() + (interval === "year" ? 12 : 1);
  const [year, month] = [Math.floor(months / 12), months % 12];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const date = new Date(from);
  date.setUTCFullYear(year, month, Math.min(day, lastDay));
  return Math.floor(date.getTime() / 1000);
}
