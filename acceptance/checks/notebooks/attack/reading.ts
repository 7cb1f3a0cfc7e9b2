import { type Page } from "playwright-core";
import { type CheckContext } from "../../../check";
import { somebody } from "../../../tokens/parts";

/** Ways to read what somebody else's address shows to the visitor; each script gives what it got, or why not. */
export const readings: readonly { what: string; script: (url: string) => string }[] = [
  {
    what: "a call with the session",
    script: (url) => `fetch(${url}, { credentials: "include" }).then((answer) => answer.text())`,
  },
  {
    what: "a frame",
    script: (url) => `new Promise((resolve, reject) => {
      const frame = Object.assign(document.createElement("iframe"), { src: ${url} });
      frame.onload = () => {
        try {
          resolve(frame.contentDocument.body.innerText);
        } catch (error) {
          reject(error);
        }
      };
      document.body.append(frame);
    })`,
  },
  {
    what: "a tab that it opens",
    script: (url) => `new Promise((resolve, reject) => {
      const tab = window.open(${url});
      const look = setInterval(() => {
        try {
          if (tab === null || tab.closed) {
            throw new Error("there is no such tab");
          }
          if (tab.location.href !== "about:blank" && tab.document.readyState === "complete") {
            clearInterval(look);
            resolve(tab.document.body.innerText);
          }
        } catch (error) {
          clearInterval(look);
          reject(error);
        }
      }, 50);
    })`,
  },
];

/** How long a script may take, in milliseconds. */
const patience = 8_000;

/** Whether a page reads somebody's e-mail address at a URL, in one of these ways. */
export async function reads(page: Page, url: URL, email: string, script: (url: string) => string): Promise<boolean> {
  await page.goto(page.url());
  const limit = `new Promise((resolve) => setTimeout(() => resolve("nothing came"), ${patience}))`;
  const work = `Promise.race([${script(JSON.stringify(url.href))}, ${limit}]).then(String, (error) => error.name)`;
  const text = await page.evaluate<string>(work);
  await Promise.all(
    page
      .context()
      .pages()
      .filter((one) => one.url() === url.href)
      .map((one) => one.close()),
  );
  return text.includes(email);
}

/** The same from a page of the attacker's and from one of the address's own origin, which may read it. */
export async function reading(
  { target, probe }: CheckContext,
  { attacker, own }: { attacker: Page; own: Page },
  url: URL,
): Promise<void> {
  const { email } = somebody(target);
  for (const { what, script } of readings) {
    probe.expect(
      !(await reads(attacker, url, email, script)),
      `${what} of a notebook's page reads nothing at ${url.hostname}`,
      `${what} of a notebook's page should read nothing at ${url.hostname}; it read who the victim is`,
    );
    probe.expect(
      await reads(own, url, email, script),
      `${what} of a page there reads who the victim is`,
      `${what} of a page of ${url.hostname} itself should read who the victim is, or this proves nothing`,
    );
  }
}
