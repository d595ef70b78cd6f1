import answers from "./examples/answers.json" with { type: "json" };
import { firstSale, newMember } from "./examples/story.ts";

/** From a key to a receipt, with the very bodies that the reference shows. */
export function FirstSale({ origin }: { readonly origin: string }) {
  const { name, phone } = newMember;
  const { wallet, explanation, receipt_lines } = answers.firstSale;
  const balances = wallet.balances.map(({ unit, available }) => ({ unit, available }));
  return (
    <section id="first-sale" aria-labelledby="first-sale-title">
      <h2 id="first-sale-title">First sale in five minutes</h2>
      <ol class="steps">
        <li>
          <h3>Have a key</h3>
          <p>
            <code>npm start</code> prints a test key of the demo merchant; a real till gets its key from the owner. Put
            it where the commands below find it.
          </p>
          <Code text="KEY=stk_test_…" />
        </li>
        <li>
          <h3>Make a member</h3>
          <Code text={curl(origin, "/v1/members", "my-first-member", { name, phone })} />
          <p>
            The answer has <code>card_token</code>, the text of the QR code on the member's phone. Should the number be
            taken, somebody was here before you: go on.
          </p>
        </li>
        <li>
          <h3>Book a sale</h3>
          <p>
            Amounts are in cents. Run it twice: the second answer is the first one again, with{" "}
            <code>Idempotency-Replayed: true</code>, and nothing is booked twice.
          </p>
          <Code text={curl(origin, "/v1/sales", "my-first-sale", withoutDetails())} />
        </li>
        <li>
          <h3>Read the answer</h3>
          <p>
            It says what the sale earned and why, what the member has now, and what to print under the receipt. A part
            of it, at a merchant who gives a point per euro and a stamp per coffee:
          </p>
          <Code text={brief({ balances, explanation, receipt_lines })} />
        </li>
      </ol>
    </section>
  );
}

function Code({ text }: { readonly text: string }) {
  return (
    <pre tabindex={0}>
      <code>{text}</code>
    </pre>
  );
}

function curl(origin: string, path: string, key: string, body: object): string {
  return [
    `curl -i ${origin}${path}`,
    `-H "Authorization: Bearer $KEY"`,
    `-H "Idempotency-Key: ${key}"`,
    `-H "Content-Type: application/json"`,
    `-d '${brief(body)}'`,
  ].join(" \\\n  ");
}

/** JSON with a line per field, and one per item of a list. */
function brief(body: object): string {
  const fields = Object.entries(body).map(([name, value]: [string, unknown]) => {
    const items = Array.isArray(value) ? value.map((item) => `\n    ${spaced(item)}`).join(",") : null;
    return `  "${name}": ${items === null ? spaced(value) : `[${items}\n  ]`}`;
  });
  return `{\n${fields.join(",\n")}\n}`;
}

/** On one line, with air. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
}

/** The sale as short as it can be; the rest is in the reference. */
function withoutDetails() {
  const { receipt, member, total, lines } = firstSale;
  return {
    receipt,
    member,
    total,
    lines: lines.map(({ sku, category, quantity, amount }) => ({ sku, category, quantity, amount })),
  };
}
