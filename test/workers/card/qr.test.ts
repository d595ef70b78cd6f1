import jsQR from "jsqr";
import { expect, test } from "vitest";
import { createCardToken } from "../../../src/domain/tenancy/card-token.ts";
import { qrPath } from "../../../src/workers/card/qr.ts";
import { readSecrets } from "../../../src/workers/secrets.ts";
import { env } from "cloudflare:workers";

/** Pixels a module is drawn with, and modules of white around the code. */
const SCALE = 4;
const QUIET = 4;

/** Draws the path as a browser does: rows of dark modules on white. */
function draw({ size, path }: ReturnType<typeof qrPath>): { readonly data: Uint8ClampedArray; readonly width: number } {
  const width = (size + 2 * QUIET) * SCALE;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x = "", y = "", length = ""] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g)) {
    for (let row = 0; row < SCALE; row += 1) {
      const from = ((Number(y) + QUIET) * SCALE + row) * width + (Number(x) + QUIET) * SCALE;
      for (let pixel = from; pixel < from + Number(length) * SCALE; pixel += 1) data.fill(0, pixel * 4, pixel * 4 + 3);
    }
  }
  return { data, width };
}

test("what a scanner reads is the token", () => {
  const tenant = { mode: "live", merchant: "e2345678" } as const;
  const card = { account: "m0123456789abcde", cardNo: 12 };
  const token = createCardToken(readSecrets(env).cardKeys, tenant, card);
  const { data, width } = draw(qrPath(token));

  expect(jsQR(data, width, width)?.data).toBe(token);
});
