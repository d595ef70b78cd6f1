/** The mailbox brings its styles along: it must work without anything else having been built. */
export const MAILBOX_STYLES = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fffdf9, #16181a);
  --raised: light-dark(#f5f1e9, #202427);
  --ink: light-dark(#1d2327, #eceae6);
  --soft: light-dark(#575f66, #adb3b8);
  --line: light-dark(#ded7c9, #3a4045);
  --accent: light-dark(#0b6a5c, #6fd6c3);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h1 { margin: 0.25rem 0 0.5rem; font-size: 1.625rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; }
.soft, dt, time { color: var(--soft); }
.row { display: flex; gap: 0.5rem; align-items: end; margin: 0 0 1.25rem; }
.row label { flex: 1; max-width: 24rem; }
.row span { display: block; font-size: 0.875rem; color: var(--soft); }
input, button { font: inherit; color: inherit; min-height: 2.75rem; padding: 0 0.875rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--raised); }
input { width: 100%; }
button { cursor: pointer; }
.quiet { margin-top: 2rem; }
.mails { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.75rem 0.25rem; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; }
.mails a:hover { background: var(--raised); }
.to { font-weight: 600; overflow-wrap: anywhere; }
.subject { overflow-wrap: anywhere; }
time { font-size: 0.875rem; font-variant-numeric: tabular-nums; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; }
.mails code { justify-self: end; font-weight: 600; }
.empty { padding: 2rem 0; color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; overflow-wrap: anywhere; }
thead th { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0 0 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.link { overflow-wrap: anywhere; }
iframe { display: block; width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: 0.5rem; background: #fff; }
pre { margin: 0; padding: 1rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); border: 1px solid var(--line); border-radius: 0.5rem; }
@media (width < 30rem) {
  dl { display: block; }
  dd { margin-bottom: 0.5rem; }
}
`;
