import { posix } from "node:path";
import { parseSync } from "vite";

/**
 * Who may import whom, and what the pure layer may not touch. Works on source text alone, so the test can feed it made-up
 * files and see that it objects.
 */
export interface Problem {
  file: string;
  line: number;
  message: string;
}

interface Layer {
  /** Layers it may import values and types from, besides itself. */
  values: readonly string[];
  /** Layers it may name in `import type` only. */
  types?: readonly string[];
  /** Says why a package may not be imported here, or undefined when it may. */
  refusePackage?: (name: string) => string | undefined;
}

/** The packages of the pure layer: calculation only, no clock, no randomness, no I/O. */
const purePackages = new Set(["temporal-polyfill", "libphonenumber-js", "rrule", "zod"]);

/** On top of those, the contract may use the OpenAPI extension of the schema library. */
const contractPackages = new Set(["@hono/zod-openapi", ...purePackages]);

const layers: Readonly<Record<string, Layer>> = {
  domain: {
    values: [],
    refusePackage: (name) =>
      purePackages.has(packageOf(name)) ? undefined : "domain is pure and may import only " + list(purePackages),
  },
  contract: {
    values: ["domain"],
    refusePackage: (name) =>
      contractPackages.has(packageOf(name)) ? undefined : "contract may import only " + list(contractPackages),
  },
  db: {
    values: ["domain", "contract"],
    refusePackage: (name) => (packageOf(name) === "hono" ? "db knows nothing of HTTP" : undefined),
  },
  durable: {
    values: ["domain", "contract"],
    refusePackage: (name) => {
      if (packageOf(name) === "drizzle-orm") return "durable objects never use D1, and their SQL is raw";
      return packageOf(name) === "hono" ? "durable objects are called by RPC and know nothing of HTTP" : undefined;
    },
  },
  workers: { values: ["domain", "contract", "db", "durable"] },
  web: {
    values: ["contract"],
    types: ["workers"],
    refusePackage: (name) => (/^(cloudflare|node):/.test(name) ? "web runs in the browser" : undefined),
  },
};

/** Globals that read the clock, make randomness or do I/O. `Date` and `Math` are looked at more closely. */
const impureGlobals = new Set([
  "console",
  "crypto",
  "fetch",
  "globalThis",
  "performance",
  "process",
  "queueMicrotask",
  "self",
  "setInterval",
  "setTimeout",
]);

/** `files` maps a path like `src/domain/ledger/decide.ts` to its source. */
export function findImportProblems(files: ReadonlyMap<string, string>): Problem[] {
  return [...files].flatMap(([file, source]) => problemsOf(file, source));
}

function problemsOf(file: string, source: string): Problem[] {
  const problems: Problem[] = [];
  const report = (node: Node, message: string): void => {
    problems.push({ file, line: source.slice(0, node.start).split("\n").length, message });
  };

  const name = layerOf(file);
  const layer = name === undefined ? undefined : layers[name];
  if (name === undefined || layer === undefined) {
    return [{ file, line: 1, message: `is in no layer: src/ has ${list(Object.keys(layers))}` }];
  }

  const parsed = parseSync(file, source);
  for (const error of parsed.errors) problems.push({ file, line: 1, message: `does not parse: ${error.message}` });

  visit(parsed.program as unknown as Node, undefined, (node, parent) => {
    const edge = importEdge(node);
    if (edge !== undefined) {
      const objection = edge.specifier === undefined ? "imports a computed path" : judge(file, name, layer, edge);
      if (objection !== undefined) report(node, objection);
    }
    if (name === "domain") {
      const impurity = findImpurity(node, parent);
      if (impurity !== undefined) report(node, `domain is pure but uses ${impurity}; take it as an argument`);
    }
    if (name === "durable" && usesD1(node)) report(node, "durable objects never use D1");
  });
  return problems;
}

interface Edge {
  /** Undefined when it is not a plain string. */
  specifier: string | undefined;
  typeOnly: boolean;
}

/** `import { type A } from` still loads the module at run time, so only `import type` counts as types only. */
function importEdge(node: Node): Edge | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return { specifier: literal(node.source), typeOnly: node.importKind === "type" };
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return isNode(node.source)
        ? { specifier: literal(node.source), typeOnly: node.exportKind === "type" }
        : undefined;
    case "ImportExpression":
      return { specifier: literal(node.source), typeOnly: false };
    case "TSImportType":
      return { specifier: literal(node.source) ?? literal(node.argument), typeOnly: true };
    default:
      return undefined;
  }
}

function judge(file: string, name: string, layer: Layer, edge: Edge): string | undefined {
  const specifier = edge.specifier ?? "";
  if (!specifier.startsWith(".")) {
    const reason = layer.refusePackage?.(specifier);
    return reason === undefined ? undefined : `imports ${specifier}: ${reason}`;
  }

  const target = posix.join(posix.dirname(file), specifier);
  const targetLayer = layerOf(target);
  if (targetLayer === undefined) return `imports ${target}: src imports nothing outside src`;
  if (targetLayer === name || layer.values.includes(targetLayer)) return undefined;
  if (layer.types?.includes(targetLayer)) {
    return edge.typeOnly ? undefined : `imports ${target}: ${name} may only \`import type\` from ${targetLayer}`;
  }
  return `imports ${target}: ${name} may not import ${targetLayer}`;
}

function findImpurity(node: Node, parent: Node | undefined): string | undefined {
  if (node.type !== "Identifier" || !isValueReference(node, parent)) return undefined;
  const name = String(node.name);
  if (impureGlobals.has(name)) return name;

  const member = parent?.type === "MemberExpression" && parent.object === node ? memberName(parent) : undefined;
  if (name === "Math") return member === undefined || member === "random" ? "Math.random" : undefined;
  if (name === "Temporal") return member === "Now" ? "Temporal.Now" : undefined;
  if (name !== "Date" || member === "UTC" || member === "parse") return undefined;
  if (parent?.type === "NewExpression" && Array.isArray(parent.arguments) && parent.arguments.length > 0) {
    return undefined;
  }
  if (parent?.type === "BinaryExpression" && parent.operator === "instanceof") return undefined;
  return member === undefined ? "the current Date" : `Date.${member}`;
}

/** False for names that are not the global: property keys, declared names, types. */
function isValueReference(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined) return false;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed === true;
  if (parent.type === "Property") return parent.value === node;
  if (parent.type === "VariableDeclarator") return parent.init === node;
  if (/Function|ArrowFunctionExpression/.test(parent.type)) return parent.body === node;
  return !/^(TS|Import|Export|MethodDefinition|PropertyDefinition|ClassDeclaration|LabeledStatement)/.test(parent.type);
}

function usesD1(node: Node): boolean {
  if (node.type === "MemberExpression") return memberName(node) === "DB";
  return node.type === "Identifier" && /^D1(Database|PreparedStatement)/.test(String(node.name));
}

function memberName(node: Node): string | undefined {
  if (!isNode(node.property)) return undefined;
  return node.computed === true ? literal(node.property) : String(node.property.name);
}

function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function list(names: Iterable<string>): string {
  return [...names].join(", ");
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function literal(value: unknown): string | undefined {
  return isNode(value) && value.type === "Literal" && typeof value.value === "string" ? value.value : undefined;
}

function visit(node: Node, parent: Node | undefined, see: (node: Node, parent: Node | undefined) => void): void {
  see(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) visit(child, node, see);
    }
  }
}
