/**
 * A text without the signs that it ends in. An expression such as `/\/+$/` looks for the end from each sign of a long row
 * anew, and takes the square of its length for that.
 */
export function withoutTrailing(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
