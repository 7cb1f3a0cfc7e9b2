import { type Page } from "playwright-core";
import { sessionCookie } from "../../../signIn/cookies";

/** Has a page's script set the session's cookies among these, with other attributes; what the browser makes of it, it doesn't say. */
export async function toss(page: Page, cookies: string, attributes: string): Promise<void> {
  for (const cookie of cookies.split("; ").filter((each) => each.startsWith(sessionCookie))) {
    await page.evaluate(`void (document.cookie = ${JSON.stringify(`${cookie}; ${attributes}; Secure`)})`);
  }
}

/** The longest ending of labels that both have; a browser refuses it where it is nobody's own, such as `com`. */
export function commonDomain(one: string, other: string): string {
  const [first, second] = [one.split(".").reverse(), other.split(".").reverse()];
  const same = first.findIndex((label, index) => label !== second[index]);
  return first.slice(0, Math.max(same, 1)).reverse().join(".");
}
