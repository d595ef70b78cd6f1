/** `terms`: of the service. `processing`: the data processing agreement of GDPR article 28. Both are needed. */
export type Agreement = "terms" | "processing";
export const AGREEMENTS: readonly Agreement[] = ["terms", "processing"];

/** The versions in force, by the day they came into force. What was accepted stays on record under its own version. */
export const AGREEMENT_VERSIONS: Readonly<Record<Agreement, string>> = {
  terms: "2026-11-01",
  processing: "2026-11-01",
};
