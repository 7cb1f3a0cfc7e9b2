import { type Check } from "../../check";
import { bothWays, doors, everyOne, expectClosed, get, isSignIn, type Pick, type Try, visible } from "./tries";

/** What stands between `/dex` or `/oauth2` and the place that is really meant. */
const steps = {
  "dot segments": [
    "/../", "/./../", "/..//", "//../", "//..//", "/.././", "/../../", "/x/../../", "/..", "/../.", "/...//../", "/.../../",
  ],
  "encoded dots": ["/%2e%2e/", "/%2E%2E/", "/.%2e/", "/%2e./", "/%2e%2e", "/%2e/%2e%2e/", "/x/%2e%2e/%2e%2e/"],
  "encoded slashes": [
    "/..%2f", "/..%2F", "%2f../", "%2f..%2f", "/%2e%2e%2f", "%2f%2e%2e%2f", "/%2f../", "/%2f..%2f", "/..%2f..%2f", "%2f%2f..%2f",
  ],
  backslashes: ["/..\\", "\\..\\", "\\../", "/\\../", "/..%5c", "/..%5C", "%5c../", "%5c..%5c", "/%5c..%5c", "/%2e%2e%5c", "/..\\/"],
  "twice encoded": [
    "/%252e%252e/", "/..%252f", "%252f..%252f", "/..%255c", "/%25%32%65%25%32%65/", "/%252e%252e%252f", "/%25252e%25252e/",
  ],
  "overlong and other encodings": [
    "/%c0%ae%c0%ae/", "/%c0%2e%c0%2e/", "/%e0%80%ae%e0%80%ae/", "/%f0%80%80%ae%f0%80%80%ae/", "/..%c0%af", "/..%e0%80%af", "/..%c1%9c",
    "/%u002e%u002e/", "/..%u2215", "/..%ef%bc%8f", "/%ef%bc%8e%ef%bc%8e/", "/..%e2%88%95", "/\xc0\xae\xc0\xae/", "/..\xc0\xaf",
    "/\xef\xbc\x8e\xef\xbc\x8e/",
  ],
  "path parameters": [
    "/..;/", ";/../", "/;/../", ";x=y/../", "/..;x=y/", "/%3b/../", "/..%3b/", "/.;/../", "/..;/..;/", "/;/..;/", "/x;/../../", ";%2f..%2f",
  ],
  "control characters": [
    "/..%00/", "/%00/../", "%00/../", "/..%00", "/..%0a/", "/..%0d%0a/", "/..%09/", "/..%20/", "/.%20./", "/..%01/", "/..%7f/", "/..%1f/",
    "/..\0/", "/..\x01/", "/..\t/", "/.. /", "/..\x0b/", "/..\x7f/", "/..\r/", "/..\n/", "/..%e2%80%8b/", "/..%c2%a0/",
  ],
  "queries and fragments": ["/..?/", "/..#/", "?/../", "#/../", "/../?", "/../#/dex/", "/%23/../", "/..%23/", "/..%3f/", "%3f/../", "/#/../../"],
}; // prettier-ignore

/** Ways around that begin at the place itself and name sign-in on the way. */
const roundabout = [
  "//dex/..", "//dex/../probe", "///dex/../probe", "/./dex/../probe", "/.//dex/../probe", "/../dex/../probe", "/%2e/dex/../probe",
  "/%2fdex/../probe", "/\\dex/../probe", "/;/dex/../probe", "/probe/../dex/../probe", "/probe/..;/dex/", "/probe/%2e%2e/dex/%2e%2e/probe",
  "/probe;/../dex/../probe", "/probe?/dex/", "/probe#/dex/", "/probe%3f/dex/", "/probe%23/dex/", "/probe%00/dex/", "/probe%0a/dex/",
  "/probe%20/dex/", "/probe/dex/..", "/probe//dex/", "/probe/.dex/", "/probe\\/dex/", "/probe%5c/dex/", "/dex/../oauth2/../probe",
  "/oauth2/../dex/../probe", "/dex/oauth2/../../probe", "/%64ex/../probe", "/d%65x/%2e%2e/probe", "/de%78%2f..%2fprobe",
]; // prettier-ignore

/** Gates were walked around by paths that a rule read in one way and a route in another (CVE-2021-31920, CVE-2021-39156). */
export function detours(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "detours",
    proves:
      "No detour over `/dex/` or `/oauth2/`, by dots, slashes, backslashes, semicolons, control characters or any encoding of them, leads to anything without identity.",
    mend: "Rules and routes must see one spelling: `pathNormalization: DECODE_AND_MERGE_SLASHES` in documents/istio/meshConfig.ts. The rules may except `/dex/*` and `/oauth2/*` of the gate's host and nothing else (components/accessRules.ts).",
    exercises: ["gateway"],
    needs: [],
    timeout: 180,
    run: async (context) => {
      const { target } = context;
      const tries = doors(target).flatMap((url) =>
        detourPaths().map(({ kind, path }): Try => ({
          what: `${kind}: ${visible(path)}`,
          ...get(url, path),
          allowed: { signIn: isSignIn(target, url, path) },
        })),
      );
      await expectClosed(context, pick(bothWays(tries)), 8);
    },
  };
}

function detourPaths(): { kind: string; path: string }[] {
  return [
    ...Object.entries(steps).flatMap(([kind, list]) =>
      list.flatMap((step) =>
        ["/dex", "/oauth2"].flatMap((start) =>
          // The end that is left out is the root, which a dashboard serves.
          ["probe", ...(kind === "dot segments" ? [""] : [])].map((end) => ({ kind, path: `${start}${step}${end}` })),
        ),
      ),
    ),
    ...roundabout.map((path) => ({ kind: "roundabout", path })),
  ];
}

/** Every path of the check, for those who may come in. */
export function everyDetour(): string[] {
  return detourPaths().map(({ path }) => path);
}
