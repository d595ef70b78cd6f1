import type { Child } from "hono/jsx";

export interface PageProps {
  readonly lang: string;
  readonly title: string;
  readonly description: string;
  readonly styles?: readonly string[];
  /** Run in order, after the page was read. */
  readonly scripts?: readonly string[];
  /** Lets the browser run exactly these scripts. */
  readonly nonce?: string | undefined;
  readonly children?: Child;
}

export function Page({ lang, title, description, styles = [], scripts = [], nonce, children }: PageProps) {
  return (
    <html lang={lang}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <meta name="description" content={description} />
        <link rel="icon" href="data:," />
        {[...styles, "/assets/reference/page.css"].map((href) => (
          <link rel="stylesheet" href={href} />
        ))}
        {scripts.map((src) => (
          <script src={src} nonce={nonce} defer></script>
        ))}
      </head>
      <body>{children}</body>
    </html>
  );
}
