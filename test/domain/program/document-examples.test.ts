import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileProgram } from "../../../src/domain/program/compile.ts";
import { parseProgramDocument } from "../../../src/domain/program/document.ts";
import { sha256Hex } from "../support/hash.ts";
import { programInput } from "../support/program.ts";

/** Every fenced example under the heading it stands below. */
function examples(): { readonly title: string; readonly json: string }[] {
  const text = readFileSync(new URL("../../../docs/programme.md", import.meta.url), "utf8");
  return text.split(/^## /m).flatMap((section) => {
    const [heading = ""] = section.split("\n", 1);
    const fenced = [...section.matchAll(/```json\n([\s\S]*?)```/g)];
    return fenced.map(([, json = ""], index) => ({ title: `${heading}, example ${index + 1}`, json }));
  });
}

describe("docs/programme.md", () => {
  test("has examples", () => {
    expect(examples().length).toBeGreaterThan(0);
  });

  test.each(examples())("$title is part of a document that compiles", ({ json }) => {
    const part: unknown = JSON.parse(json);
    const document = JSON.stringify(Object.assign(programInput(), part));
    const parsed = parseProgramDocument(JSON.parse(document));
    expect(parsed.ok ? [] : parsed.error).toEqual([]);
    expect(compileProgram(1, sha256Hex(document), document).version).toBe(1);
  });
});
