import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import addFormats from "ajv-formats";
import standalone from "ajv/dist/standalone/index.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Plugin } from "vite";
import { z } from "zod";

const MODULE = "virtual:answer-validators";
/** Anything that stays the same from run to run; `FC_SEED` hunts elsewhere. */
const SEED = 20260314;
/** Per operation; `FC_RUNS` hunts longer. */
const RUNS = 16;

const openapi = z.object({
  components: z.object({ schemas: z.record(z.string(), z.json()) }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        responses: z.record(
          z.string(),
          z.object({ content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.json()) })).optional() }),
        ),
      }),
    ),
  ),
});
type OpenApi = z.infer<typeof openapi>;

/**
 * Lets tests in workerd import validators of the API's answers. ajv writes its checks as source text and evaluates it,
 * which workerd forbids; so it writes that text here, on Node, and the test loads it as a module like any other.
 */
export function answerValidators(): Plugin {
  return {
    name: "answer-validators",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) => (id === `\0${MODULE}` ? moduleText(readDocument()) : null),
  };
}

/** By a process of its own: the document's modules belong to the Worker, and this one is compiled for Node. */
function readDocument(): OpenApi {
  const file = new URL("../../../src/workers/reference/openapi-document.ts", import.meta.url);
  const program = `import { openapiDocument } from ${JSON.stringify(file.href)};
    process.stdout.write(JSON.stringify(openapiDocument()));`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", program];
  const cwd = fileURLToPath(new URL("../../..", import.meta.url));
  const text = execFileSync(process.execPath, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  return openapi.parse(JSON.parse(text));
}

/** One validator per schema: most answers are problems, and those all look the same. */
function moduleText({ paths, components }: OpenApi): string {
  const ajv = addFormats
    .default(new Ajv2020({ strict: false, code: { source: true, esm: true, lines: true } }))
    .addSchema({ $id: "openapi.json", components: { schemas: schemasAlone(components.schemas) } });
  const nameOf = new Map<string, string>();
  const table = answersOf(paths).map(({ answer, schema }) => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi.json#/components');
    const name = nameOf.get(text) ?? `answered${nameOf.size}`;
    if (!nameOf.has(text)) ajv.addSchema(z.record(z.string(), z.json()).parse(JSON.parse(text)), name);
    nameOf.set(text, name);
    return `${JSON.stringify(answer)}: ${name}`;
  });
  const names = Object.fromEntries([...nameOf.values()].map((name) => [name, name]));
  return [
    'import * as formats from "ajv-formats/dist/formats";',
    'import * as ucs2length from "ajv/dist/runtime/ucs2length";',
    standalone(ajv, names)
      .replaceAll('require("ajv-formats/dist/formats")', "formats")
      .replaceAll('require("ajv/dist/runtime/ucs2length")', "ucs2length"),
    `export const validators = { ${table.join(", ")} };`,
    `export const settings = ${JSON.stringify(settings(process.env))};`,
  ].join("\n");
}

function settings({ FC_SEED: seed, FC_RUNS: runs }: NodeJS.ProcessEnv): object {
  return { seed: Number(seed ?? SEED), runs: Number(runs ?? RUNS) };
}

function answersOf(paths: OpenApi["paths"]) {
  return Object.values(paths).flatMap((item) =>
    Object.values(item).flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, { content = {} }]) =>
        Object.values(content).map(({ schema }) => ({ answer: `${operationId} ${status}`, schema })),
      ),
    ),
  );
}

/** Without their examples, which ajv would copy into its source by the hundred. */
function schemasAlone(schemas: OpenApi["components"]["schemas"]): unknown {
  return JSON.parse(JSON.stringify(schemas, (key, value: unknown) => (key === "examples" ? undefined : value)));
}
