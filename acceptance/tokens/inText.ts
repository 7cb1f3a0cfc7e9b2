/**
 * JSON Web Tokens in texts that a server wrote. The text is cut into parts, each of which is looked at once: one pattern
 * for a whole token would begin anew at every `eyJ`, and a page full of them would take minutes.
 */

/** Whether a text holds a token, its dots as they are or encoded for an address. */
export function holdsToken(text: string): boolean {
  return (text.match(/[\w.%-]+/g) ?? []).some((run) => {
    const parts = run.split(/\.|%2e/i);
    return parts.some(
      (part, index) =>
        /eyJ[\w-]{8}/.test(part.slice(part.lastIndexOf("%") + 1)) &&
        /^[\w-]{8,}$/.test(parts[index + 1] ?? "") &&
        parts[index + 2] !== undefined,
    );
  });
}

/** The text with something else in place of each token. */
export function replaceTokens(text: string, instead: string): string {
  return text.replaceAll(/[\w.-]+/g, (run) => {
    const parts = run.split(".");
    const kept: string[] = [];
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] ?? "";
      const begin = part.search(/eyJ[\w-]{5}/);
      const whole = begin >= 0 && (parts[index + 1] ?? "") !== "" && parts[index + 2] !== undefined;
      kept.push(whole ? `${part.slice(0, begin)}${instead}` : part);
      index += whole ? 2 : 0;
    }
    return kept.join(".");
  });
}
