import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { type HexColor, inkOn } from "../../domain/color.ts";

/** Sizes that browsers ask for: the home screen of iOS, and of Android for small and large screens. */
export const ICON_SIZES: readonly number[] = [180, 192, 512];

/** Shades between ground and ring; enough for a smooth edge. */
const SHADES = 16;
/** Of the icon's width. Inside the middle four fifths, so that any mask leaves the ring whole. */
const RING_OUTER = 0.31;
const RING_INNER = 0.17;

/** The icon of a merchant's card on a home screen: a ring, as a stamp leaves it, on the merchant's colour. A PNG with a palette. */
export function iconPng(color: HexColor, size: number): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("PLTE", palette(color)),
    chunk("IDAT", deflateSync(pixels(size))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return new Uint8Array(png);
}

/** One byte a pixel, each row after the byte that names its filter. */
function pixels(size: number): Buffer {
  const rows = Buffer.alloc(size * (size + 1));
  const centre = (size - 1) / 2;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const distance = Math.hypot(x - centre, y - centre);
      const inside = Math.min(distance - RING_INNER * size, RING_OUTER * size - distance) + 0.5;
      rows[y * (size + 1) + 1 + x] = Math.round(Math.min(1, Math.max(0, inside)) * SHADES);
    }
  }
  return rows;
}

function palette(color: HexColor): Buffer {
  const ground = channels(color);
  const ring = channels(inkOn(color));
  const shades = Array.from({ length: SHADES + 1 }, (_, shade) =>
    ground.map((channel, index) => Math.round(channel + (((ring[index] ?? 0) - channel) * shade) / SHADES)),
  );
  return Buffer.from(shades.flat());
}

function channels(color: HexColor): number[] {
  return [...Buffer.from(color.slice(1), "hex")];
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** The check sum of PNG. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
