/** What a template says; the layout makes a page and a plain text of it. All texts are plain: the layout escapes them. */
export interface Letter {
  readonly subject: string;
  readonly from_name: string;
  /** What a list of mails shows behind the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** Shown large, to be read and typed over. */
  readonly code: string | null;
  readonly button: { readonly label: string; readonly url: string } | null;
  /** Small print. */
  readonly notes: readonly string[];
  /** `#rrggbb` of the merchant; anything else is ours. */
  readonly color: string | null;
}
