const known: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A text that a terminal shows as it stands. What a server sent may hold characters that move the cursor, turn the
 * direction of writing, or begin a line of their own that looks like one of the report.
 */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0)?.toString(16) ?? "";
    return known[character] ?? `\\u{${code}}`;
  });
}
