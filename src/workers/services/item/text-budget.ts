import type { LimitReached } from "../refusal.ts";

/**
 * The edge keeps a merchant's whole configuration in one row of at most 2,000,000 bytes. Everything else in it, at its
 * limits, takes 1.4 million; this is what is left for the texts of items: 60 bytes for each of 10,000, more for fewer.
 */
export const ITEM_TEXT_BYTES_MAX = 600_000;

interface ItemTexts {
  readonly sku: string;
  readonly name: string;
  readonly category: string | null;
}

/** The same measure as the repository's `text_bytes`. */
export function textBytesOf(items: readonly ItemTexts[]): number {
  const encoder = new TextEncoder();
  return items
    .map((item) => encoder.encode(JSON.stringify([item.sku, item.name, item.category])).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A refusal when the texts would be too long together. */
export function textRefusal(
  counts: { readonly text_bytes: number } | undefined,
  adding: readonly ItemTexts[],
  removing: readonly ItemTexts[],
): LimitReached | null {
  const bytes = (counts?.text_bytes ?? 0) + textBytesOf(adding) - textBytesOf(removing);
  return bytes <= ITEM_TEXT_BYTES_MAX ? null : { code: "limit_reached", what: "item_text", max: ITEM_TEXT_BYTES_MAX };
}
