import { type ErrorCode, errorFacts } from "../../contract/error-codes.ts";
import { CodeText } from "./code-text.tsx";
import { TILL_ACTIONS } from "./guide.ts";

/** Every code with an anchor of its own, which the `type` of a problem leads to. */
export function ErrorTable({ codes }: { readonly codes: readonly ErrorCode[] }) {
  return (
    <table class="codes">
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col">Status</th>
          <th scope="col">What happened</th>
          <th scope="col">Retryable</th>
          <th scope="col">The till should</th>
        </tr>
      </thead>
      <tbody>
        {codes.map((code) => (
          <ErrorRow code={code} />
        ))}
      </tbody>
    </table>
  );
}

function ErrorRow({ code }: { readonly code: ErrorCode }) {
  const { status, title, help, retryable, till } = errorFacts(code);
  return (
    <tr id={code}>
      <th scope="row">
        <a href={`#${code}`}>
          <code>{code}</code>
        </a>
      </th>
      <td data-label="Status">{status}</td>
      <td>
        <span class="title">{title}</span>
        <CodeText text={help} />
      </td>
      <td data-label="Retryable">{retryable ? "yes" : "no"}</td>
      <td data-label="The till should" class="nowrap">
        {TILL_ACTIONS[till].label.toLowerCase()}
      </td>
    </tr>
  );
}
