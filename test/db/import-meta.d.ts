interface ImportMeta {
  /** Vite's: the files that match, as raw text. */
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ): Record<string, string>;
}
