import { ORIGIN } from "./browser.ts";

/** A passkey device in software: one ES256 key for one site, without attestation. */
export class Authenticator {
  readonly #keys: CryptoKeyPair;
  readonly #id: Uint8Array;
  #counter = 0;
  /** The page it believes to be on; another one than ours makes its answers void. */
  origin = ORIGIN;

  private constructor(keys: CryptoKeyPair) {
    this.#keys = keys;
    this.#id = crypto.getRandomValues(new Uint8Array(16));
  }

  static async create(): Promise<Authenticator> {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    if (!("privateKey" in keys)) throw new Error("no key pair");
    return new Authenticator(keys);
  }

  /** As `navigator.credentials.create`. */
  async register(challenge: string): Promise<object> {
    const authData = await this.#authData(0x45, await this.#credentialData());
    const attestation = bytes(
      [0xa3, 0x63, ...ascii("fmt"), 0x64, ...ascii("none"), 0x67, ...ascii("attStmt"), 0xa0],
      [0x68, ...ascii("authData"), 0x58, authData.length],
      authData,
    );
    return this.#credential({
      clientDataJSON: base64url(this.#clientData("webauthn.create", challenge)),
      attestationObject: base64url(attestation),
      transports: ["internal"],
    });
  }

  /** As `navigator.credentials.get`. */
  async sign(challenge: string): Promise<object> {
    this.#counter += 1;
    const authData = await this.#authData(0x05, new Uint8Array());
    const clientData = this.#clientData("webauthn.get", challenge);
    const signed = bytes(authData, await sha256(clientData));
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const raw = new Uint8Array(await crypto.subtle.sign(algorithm, this.#keys.privateKey, signed));
    return this.#credential({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(toDer(raw)),
    });
  }

  #credential(response: object): object {
    const id = base64url(this.#id);
    return { id, rawId: id, type: "public-key", clientExtensionResults: {}, response };
  }

  #clientData(type: string, challenge: string): Uint8Array<ArrayBuffer> {
    return bytes(ascii(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false })));
  }

  async #authData(flags: number, credential: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const site = await sha256(bytes(ascii(new URL(ORIGIN).hostname)));
    const counter = [0, 0, this.#counter >> 8, this.#counter & 255];
    return bytes(site, [flags, ...counter], credential);
  }

  async #credentialData(): Promise<Uint8Array<ArrayBuffer>> {
    const jwk = await crypto.subtle.exportKey("jwk", this.#keys.publicKey);
    if (!("x" in jwk)) throw new Error("no public key");
    const [x, y] = [fromBase64url(jwk.x ?? ""), fromBase64url(jwk.y ?? "")];
    const key = bytes([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, [0x22, 0x58, 32], y);
    return bytes(new Uint8Array(16), [0, this.#id.length], this.#id, key);
  }
}

async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** r and s as two ASN.1 integers. */
function toDer(raw: Uint8Array): Uint8Array {
  const integers = [raw.slice(0, 32), raw.slice(32)].map((half) => {
    const digits = [...half].slice(half.findIndex((byte) => byte !== 0));
    const positive = (digits[0] ?? 0) > 127 ? [0, ...digits] : digits;
    return [2, positive.length, ...positive];
  });
  const content = integers.flat();
  return Uint8Array.from([0x30, content.length, ...content]);
}

function bytes(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

function base64url(data: Uint8Array): string {
  return btoa(String.fromCharCode(...data))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
