/** An instant as answers carry it: RFC 3339 in UTC. */
export function wireTime(ms: number): string {
  return new Date(ms).toISOString();
}
