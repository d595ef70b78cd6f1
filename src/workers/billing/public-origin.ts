/** Scheme and host of links in mails that no request leads to. Empty in wrangler.toml: then they lead to this machine. */
export function publicOrigin({ PUBLIC_ORIGIN }: Pick<Env, "PUBLIC_ORIGIN">): string {
  return PUBLIC_ORIGIN === "" ? "http://localhost:8787" : PUBLIC_ORIGIN;
}
