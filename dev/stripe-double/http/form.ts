/** What a form means: nested by the brackets in its names. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };

/** Reads `items[0][price]=x&metadata[a]=b` as Stripe does: `{items: [{price: "x"}], metadata: {a: "b"}}`. */
export function parseForm(text: string): { [key: string]: FormValue } {
  const root: { [key: string]: FormValue } = {};
  for (const [name, value] of new URLSearchParams(text)) put(root, pathOf(name), value);
  const listed = asLists(root);
  return typeof listed === "object" && !Array.isArray(listed) ? listed : {};
}

/** "a[b][0]" → ["a", "b", "0"]. `[]` counts up. */
function pathOf(name: string): string[] {
  const [first = "", ...rest] = name.split("[");
  return [first, ...rest.map((part) => part.replace(/\]$/, ""))];
}

function put(target: { [key: string]: FormValue }, [key = "", ...rest]: readonly string[], value: string): void {
  const at = key === "" ? String(Object.keys(target).length) : key;
  if (rest.length === 0) {
    target[at] = value;
    return;
  }
  const inner = target[at];
  const next = typeof inner === "object" && !Array.isArray(inner) ? inner : {};
  target[at] = next;
  put(next, rest, value);
}

/** What has the names 0, 1, 2 … is a list. */
function asLists(value: FormValue): FormValue {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(asLists);
  const entries = Object.entries(value);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList
    ? entries.map(([, inner]) => asLists(inner))
    : Object.fromEntries(entries.map(([key, inner]) => [key, asLists(inner)]));
}
