import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

test("GET /health answers ok", async () => {
  const response = await exports.default.fetch("https://stempel.test/health");

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});
