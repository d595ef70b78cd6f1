import { encode } from "uqr";

/** A code as one path on a grid of `size` units, without the quiet zone that scanners want around it. */
export interface QrPath {
  readonly size: number;
  readonly path: string;
}

/** The code that a till scans. More correction would mean smaller modules, and those are what bad scanners fail at. */
export function qrPath(text: string): QrPath {
  const { size, data } = encode(text, { ecc: "M", border: 0 });
  return { size, path: data.map((row, y) => rowPath(row, y)).join("") };
}

/** Neighbouring dark modules as one stroke: fewer bytes, and no seams between them on any screen. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const from = x;
    while (row[x + 1] === true) x += 1;
    path += `M${from} ${y}h${x - from + 1}v1H${from}z`;
  }
  return path;
}
