/** Places kept of a quantity: thousandths, as the API takes them. */
export const QUANTITY_PLACES = 3;
/** Places kept of a unit price, in pounds; some tills charge fractions of a penny. */
export const PRICE_PLACES = 6;

/** A decimal string as an integer count of its last place ("2.55" at 6 places → 2550000); null when it is not one. */
export function parseFixed(text: string, places: number): bigint | null {
  const match = /^(-?)(\d{1,9})(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = ""] = match;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > places) return null;
  const value = BigInt(whole + kept.padEnd(places, "0"));
  return sign === "-" ? -value : value;
}

/** Thousandths as the API writes a quantity: 1500 → "1.5". */
export function formatQuantity(milli: number): string {
  const digits = String(milli).padStart(QUANTITY_PLACES + 1, "0");
  const whole = digits.slice(0, -QUANTITY_PLACES);
  const fraction = digits.slice(-QUANTITY_PLACES).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** quantity × unit price in minor units, half a penny up; integers all the way. Neither may be negative. */
export function lineAmount(quantity_milli: number, price_micro: bigint): number {
  const exact = BigInt(quantity_milli) * price_micro;
  const minor = 10n ** BigInt(QUANTITY_PLACES + PRICE_PLACES - 2);
  return Number((exact + minor / 2n) / minor);
}

/** A unit price in whole minor units; null when it has a fraction of one. */
export function wholeMinor(price_micro: bigint): number | null {
  const minor = 10n ** BigInt(PRICE_PLACES - 2);
  return price_micro % minor === 0n ? Number(price_micro / minor) : null;
}
