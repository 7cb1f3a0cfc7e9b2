/** A plain text inside of Markdown: what Markdown would take for its own is escaped. A _ within a word it leaves alone. */
export function plainInMarkdown(text: string): string {
  return text.replace(/[\\*`<>[\]|]|(?<!\w)_|_(?!\w)/g, "\\$&");
}
