import { type HexColor, inkOn, readableOn } from "../../domain/color.ts";

/** Our own colour, for merchants that have not chosen one. */
export const OWN_COLOR: HexColor = "#0b6a5c";

/** What texts stand on in src/web/ui/tokens.css. The darkest light and the lightest dark ground: what reads there reads on all. */
const LIGHT_PAPER: HexColor = "#f3f1ec";
const DARK_PAPER: HexColor = "#24272b";

/** A merchant's colour, and the shades of it that can be read on it and on either paper. */
export interface Theme {
  readonly brand: HexColor;
  readonly onBrand: HexColor;
  readonly accentLight: HexColor;
  readonly accentDark: HexColor;
}

export function themeOf(color: HexColor | null): Theme {
  const brand = color ?? OWN_COLOR;
  return {
    brand,
    onBrand: inkOn(brand),
    accentLight: readableOn(LIGHT_PAPER, brand),
    accentDark: readableOn(DARK_PAPER, brand),
  };
}

/** The theme as the custom properties that the style sheet builds on. */
export function themeCss({ brand, onBrand, accentLight, accentDark }: Theme): string {
  return `:root{--brand:${brand};--on-brand:${onBrand};--accent-light:${accentLight};--accent-dark:${accentDark}}`;
}
