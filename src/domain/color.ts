/** A colour as merchants give it: "#rrggbb". Texts and shapes drawn with it must be told apart from what is behind them. */
export type HexColor = string;

/** WCAG 2.2 AA for text. Shapes need 3, so what does for text does for them. */
const CONTRAST_MIN = 4.5;
const STEPS = 40;

type Rgb = readonly [number, number, number];

/** Black or white, whichever is the better read on the colour. One of the two always reaches 4.5 : 1. */
export function inkOn(color: HexColor): HexColor {
  return contrast("#ffffff", color) >= CONTRAST_MIN ? "#ffffff" : "#000000";
}

/** The colour itself when it can be read on the paper, else its nearest shade that can: darker on light paper, lighter on dark. */
export function readableOn(paper: HexColor, color: HexColor): HexColor {
  const towards: Rgb = luminance(rgbOf(paper)) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  for (let step = 0; step < STEPS; step += 1) {
    const shade = hexOf(mix(rgbOf(color), towards, step / STEPS));
    if (contrast(shade, paper) >= CONTRAST_MIN) return shade;
  }
  return hexOf(towards);
}

/** The contrast ratio of WCAG, from 1 to 21. */
export function contrast(one: HexColor, other: HexColor): number {
  const [dark = 0, light = 0] = [luminance(rgbOf(one)), luminance(rgbOf(other))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

function rgbOf(color: HexColor): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hexOf([red, green, blue]: Rgb): HexColor {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, "0")}`;
}
