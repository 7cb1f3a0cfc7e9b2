import { type Answer } from "../http/request";
import { holdsToken } from "../tokens/inText";

/** Where an answer shows a token: names of headers, or "the body". What it is, is never told. */
export function showsToken({ headers, body }: Answer): string[] {
  return [
    ...headers.filter(([, value]) => holdsToken(value)).map(([name]) => name),
    ...(holdsToken(body) ? ["the body"] : []),
  ];
}
