import { type Check } from "../../check";
import { type Answer, ask, headersNamed } from "../../http/request";
import { pageHeaders } from "../../signIn/hop";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { mendOrigins } from "./otherPages";

/** A page in somebody else's frame is clicked by people who see something else. */
export const framing: Check = {
  area: "origins",
  name: "framing",
  proves:
    "Every page of the gate and of applications, with a session and without, says that no other origin may frame it, and cuts itself off from a page of another origin that opened it.",
  mend: mendOrigins.replace("gatehouse.cross_origin", "gatehouse.answers"),
  exercises: ["gateway", "Dex", "oauth2-proxy"],
  needs: ["user", "sessions"],
  async run({ target, probe, signal }) {
    const { gate, echo } = target;
    const start = new URL("/", echo ?? gate);
    const { jar, hops } = await signIn(target, somebody(target), start, signal);
    const form = hops.find(({ answer }) => answer.status === 200)?.answer;
    const pages: [what: string, answer: Answer][] = [];
    for (const url of [gate, ...(echo === undefined ? [] : [echo])]) {
      pages.push([`the sign-in page of ${url.host}`, await ask(target, url, "/", { headers: pageHeaders, signal })]);
      const headers = [...pageHeaders, ["Cookie", jar.header(url, "/")] as const];
      pages.push([`${url.host} with a session`, await ask(target, url, "/", { headers, signal })]);
    }
    for (const [what, answer] of [...pages, ...(form === undefined ? [] : [["the provider's form", form] as const])]) {
      const ancestors = headersNamed(answer, "content-security-policy").flatMap(framers);
      probe.expect(
        ancestors.some((who) => who === "'self'" || who === "'none'"),
        `${what} is framed by nobody else`,
        `${what} should have frame-ancestors 'self' or 'none' in a Content-Security-Policy; it has ${ancestors.join(", ") || "none"}`,
      );
      const opener = headersNamed(answer, "cross-origin-opener-policy");
      probe.expect(
        opener.length === 1 && ["same-origin", "same-origin-allow-popups"].includes(opener[0] ?? ""),
        `${what} is cut off from other origins' pages that open it`,
        `${what} should have Cross-Origin-Opener-Policy: same-origin or same-origin-allow-popups; it has ${opener.join(", ") || "none"}`,
      );
    }
  },
};

/** Who may frame a page, in each policy of a header's value (https://www.w3.org/TR/CSP3/#parse-serialized-policy-list). */
function framers(value: string): string[] {
  return value
    .split(",")
    .flatMap((policy) => policy.split(";"))
    .flatMap((directive) => /^\s*frame-ancestors\s+(.*?)\s*$/i.exec(directive)?.[1] ?? []);
}
