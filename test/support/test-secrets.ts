/**
 * Fixed values for the Worker's secrets, so that hashes and codes in tests never change. They are bindings of the
 * `workerd` test project; tests on Node that start a Worker pass the same ones. Public on purpose: never deploy them.
 */
export const testSecrets = {
  STEMPEL_ID_KEY: base64url("test-id-key-test-id-key-test-id0"),
  STEMPEL_CARD_KEYS: JSON.stringify({
    c1: base64url("test-card-key-test-card-key-0001"),
    c2: base64url("test-card-key-test-card-key-0002"),
  }),
  STEMPEL_MASTER_KEYS: JSON.stringify({
    m1: base64url("test-master-key-test-master-0001"),
    m2: base64url("test-master-key-test-master-0002"),
  }),
} as const;

function base64url(ascii: string): string {
  return btoa(ascii).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
