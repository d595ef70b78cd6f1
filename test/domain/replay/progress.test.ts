import { expect, test } from "vitest";
import { BarProgress, progressText } from "../../../scripts/replay/progress.ts";

function shownOn(isTTY: boolean): string {
  const written: string[] = [];
  const progress = new BarProgress({ isTTY, write: (text) => written.push(text) });
  progress.begin("sending", 2);
  progress.tick();
  progress.tick();
  progress.end();
  return written.join("");
}

test("a terminal gets a bar that redraws itself", () => {
  expect(shownOn(true)).toMatch(/^\r\[\.{28}\] sending 0 of 2\S*\r\[#{28}\] sending 2 of 2, [\d,]+\/s\S*\n$/);
});

test("a log gets plain lines", () => {
  expect(shownOn(false)).toMatch(/^sending 2 of 2, [\d,]+\/s\n$/);
});

test.each([
  [{ what: "sending", done: 0, total: 2400, ms: 10 }, "sending 0 of 2,400"],
  [{ what: "sending", done: 1200, total: 2400, ms: 2500 }, "sending 1,200 of 2,400, 480/s, 3 s left"],
  [{ what: "sending", done: 2400, total: 2400, ms: 5000 }, "sending 2,400 of 2,400, 480/s"],
  [{ what: "sending", done: 0, total: 0, ms: 0 }, "sending 0 of 0"],
])("%o", (at, text) => {
  expect(progressText(at)).toBe(text);
});
