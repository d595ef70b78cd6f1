/** Made by test/support/node/answer-validators.ts. */
declare module "virtual:answer-validators" {
  interface Validator {
    (value: unknown): boolean;
    readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
  }
  /** By operation and status, such as "createSale 201". */
  export const validators: Readonly<Record<string, Validator>>;
  /** How long to look. */
  export const settings: { readonly seed: number; readonly runs: number };
}
