import { expect, test } from "vitest";
import { fetchWorker } from "../support/workerd/fetch-worker.ts";

test("GET /health answers ok", async () => {
  const response = await fetchWorker("https://stempel.test/health");

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});
