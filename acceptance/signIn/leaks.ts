import { type Answer } from "../http/request";

/** A JSON Web Token in any of the ways in which a page or an address may hold one. */
const token = /eyJ[\w-]{8,}(?:\.|%2e)[\w-]{8,}(?:\.|%2e)[\w-]*/i;

/** Where an answer shows a token: names of headers, or "the body". What it is, is never told. */
export function showsToken({ headers, body }: Answer): string[] {
  return [
    ...headers.filter(([, value]) => token.test(value)).map(([name]) => name),
    ...(token.test(body) ? ["the body"] : []),
  ];
}
