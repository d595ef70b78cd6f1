import type { Context } from "hono";
import type { AppEnv } from "../hono-env.ts";

/**
 * The network that a request comes from, for counting guesses: an IPv4 address, or the /64 of an IPv6 one, because a
 * single customer has a whole /64 to choose from. Cloudflare sets the header and overwrites one that is sent along.
 */
export function clientAddress(c: Context<AppEnv>): string {
  const address = c.req.header("cf-connecting-ip")?.trim().toLowerCase() ?? "";
  if (address === "") return "unknown";
  return address.includes(":") && !address.includes(".") ? network64(address) : address;
}

function network64(address: string): string {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
