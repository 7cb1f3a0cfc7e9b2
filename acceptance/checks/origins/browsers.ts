import { type HeaderList } from "../../http/request";

/** What a browser says of a request that a page brings about (https://www.w3.org/TR/fetch-metadata/). */
export interface Brought {
  what: string;
  method?: string;
  headers: HeaderList;
}

/** As a browser sends it: what posts says how much. */
export function asSent({ method = "GET", headers }: Brought): { method: string; headers: HeaderList } {
  return { method, headers: method === "POST" ? [...headers, ["Content-Length", "0"]] : headers };
}

const metadata = (site: string, mode: string, dest: string): HeaderList => [
  ["Sec-Fetch-Site", site],
  ["Sec-Fetch-Mode", mode],
  ["Sec-Fetch-Dest", dest],
];

/** What a page of another origin can have a browser send with a person's session, and must get nothing for. */
export function fromOtherPages(origin: string): readonly Brought[] {
  const from: HeaderList = [["Origin", origin]];
  const sites = ["same-site", "cross-site"].flatMap((site): Brought[] => [
    { what: `a call (${site})`, headers: [...metadata(site, "cors", "empty"), ...from] },
    { what: `a call that reads no answer (${site})`, headers: metadata(site, "no-cors", "empty") },
    { what: `a call that posts (${site})`, method: "POST", headers: [...metadata(site, "no-cors", "empty"), ...from] },
    { what: `a deletion (${site})`, method: "DELETE", headers: [...metadata(site, "cors", "empty"), ...from] },
    { what: `a preflight (${site})`, method: "OPTIONS", headers: [...metadata(site, "cors", "empty"), ...from] },
    {
      what: `a form that posts (${site})`,
      method: "POST",
      headers: [...metadata(site, "navigate", "document"), ...from],
    },
    ...["iframe", "frame", "object", "embed", "fencedframe"].map((dest) => ({
      what: `a page in ${dest} (${site})`,
      headers: metadata(site, "navigate", dest),
    })),
    ...["image", "script", "style", "font", "video", "worker", "sharedworker", "manifest", "report"].map((dest) => ({
      what: `${dest} (${site})`,
      headers: metadata(site, "no-cors", dest),
    })),
  ]);
  return [
    ...sites,
    {
      what: "a page in advance",
      headers: [...metadata("same-site", "navigate", "document"), ["Sec-Purpose", "prefetch"]],
    },
    {
      what: "a page in advance, which Chromium takes for a typed address",
      headers: [...metadata("none", "navigate", "document"), ["Sec-Purpose", "prefetch;prerender"]],
    },
    { what: "a site that no browser names", headers: metadata("other", "navigate", "document") },
    { what: "an old browser's form", method: "POST", headers: from },
    { what: "an old browser's form of a page without an origin", method: "POST", headers: [["Origin", "null"]] },
    { what: "an old browser's deletion", method: "DELETE", headers: from },
  ];
}

/** What a browser sends of the page's own accord, for a link, or for an address that somebody typed; and programs without a browser. */
export function ofPeople(own: string): readonly Brought[] {
  return [
    { what: "an address that somebody typed", headers: metadata("none", "navigate", "document") },
    { what: "a link of another site", headers: metadata("cross-site", "navigate", "document") },
    { what: "a link of another host", headers: metadata("same-site", "navigate", "document") },
    { what: "a call of the page itself", headers: metadata("same-origin", "cors", "empty") },
    {
      what: "a call of the page itself that posts",
      method: "POST",
      headers: [...metadata("same-origin", "cors", "empty"), ["Origin", own]],
    },
    { what: "a frame of the page itself", headers: metadata("same-origin", "navigate", "iframe") },
    { what: "an old browser's form of the page itself", method: "POST", headers: [["Origin", own]] },
    { what: "a program", method: "POST", headers: [] },
  ];
}

/** Origins that are not the host's own, however near. */
export function foreignOrigins(host: URL, gate: URL): string[] {
  return [
    ...new Set([
      "https://example.com",
      `https://neighbour.${gate.hostname}`,
      `http://${host.host}`,
      `https://${host.hostname}.example.com`,
      `https://${host.hostname}:8443`,
      "null",
      gate.host === host.host ? `https://echo.${gate.hostname}` : gate.origin,
    ]),
  ];
}
