import { type Check } from "../../check";
import { type HeaderList } from "../../http/request";
import { newMark } from "../../http/leaks";
import { requestText } from "../../http/wire";
import { bothWays, doors, everyOne, expectClosed, type Pick, type Try, visible } from "./tries";

/** The exception for sign-in rests on the host, so that the host is worth forging. */
export function hostTricks(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "hosts",
    proves:
      "No missing, doubled or oddly spelt host makes sign-in's exception count for an application, or an application answer without identity.",
    mend: "The rules except `/dex/*` and `/oauth2/*` where the host is the gate's, spelt with or without a port (components/accessRules.ts); every other host needs identity for every path. Envoy refuses two hosts and none.",
    exercises: ["gateway"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      const { gate } = target;
      const app = target.echo ?? gate;
      const tries = [
        // Hosts that are the application's, or nobody's: nothing at all without identity.
        ...(app.host === gate.host ? [] : hostsLike(app.hostname)).map((host) => ({
          headers: [["Host", host]] as HeaderList,
          signIn: false,
        })),
        ...mixed(gate.hostname, app.hostname).map((host) => ({
          headers: [["Host", host]] as HeaderList,
          // Rules and routes take everything behind `gate:` for a port, and Dex refuses it then.
          signIn: host.startsWith(`${gate.hostname}:`),
        })),
        // Hosts that may be taken for the gate's: sign-in may answer at its own paths.
        ...hostsLike(gate.hostname).map((host) => ({ headers: [["Host", host]] as HeaderList, signIn: true })),
        ...lists(gate.host, app.host).map((headers) => ({ headers, signIn: true })),
      ].flatMap(({ headers, signIn }) =>
        doors(target).flatMap((url) =>
          ["/probe", "/dex/probe", "/oauth2/probe", "/dex/../probe"].map((path): Try => {
            const mark = newMark();
            return {
              what: `${path} with ${headers.map((pair) => visible(pair.join(": "))).join(" and ") || "no host"}`,
              url,
              bytes: requestText(`GET ${path} HTTP/1.1`, [...headers, mark.header, ["Connection", "close"]]),
              marks: [mark],
              allowed: { unrouted: true, signIn: signIn && /^\/(dex|oauth2)\/probe$/.test(path) },
            };
          }),
        ),
      );
      await expectClosed(context, pick(bothWays(tries)), 8);
    },
  };
}

function hostsLike(name: string): string[] {
  return [
    `${name}:443`,
    `${name}:80`,
    `${name}:8443`,
    `${name}:`,
    `${name}:0`,
    `${name}:99999`,
    `${name}:abc`,
    `${name}:443:443`,
    `${name}.`,
    `${name}.:443`,
    `${name}..`,
    `.${name}`,
    name.toUpperCase(),
    ` ${name}`,
    `\t${name}`,
    `${name} `,
    `user@${name}`,
    `user:password@${name}`,
    `${name}%00`,
    `${name}\0`,
    `${name}%2f`,
    `${name}/`,
    `${name}#`,
    `${name}?`,
    `${name};`,
    `${name}\\`,
    `"${name}"`,
    `[${name}]`,
    name.replace(".", "%2e"),
    name.replace("e", "\xe9"),
    name.replace("k", "\xe2\x84\xaa"),
  ];
}

/** One host in front, another behind. */
function mixed(gate: string, app: string): string[] {
  return [
    `${gate}@${app}`,
    `${gate}:443@${app}`,
    `${app}#${gate}`,
    `${app}?${gate}`,
    `${app}/${gate}`,
    `${app}\\${gate}`,
    `${app} ${gate}`,
    `${app},${gate}`,
    `${app}, ${gate}`,
    `${gate}.${app}`,
    `unknown.example`,
    `${gate}.unknown.example`,
    `unknown.example:443`,
    "*",
    "127.0.0.1",
    "localhost",
    "",
  ];
}

function lists(gate: string, app: string): HeaderList[] {
  return [
    [],
    [
      ["Host", gate],
      ["Host", app],
    ],
    [
      ["Host", app],
      ["Host", gate],
    ],
    [
      ["Host", gate],
      ["Host", gate],
    ],
    [
      ["Host", gate],
      ["host", app],
    ],
    [
      ["Host ", gate],
      ["Host", app],
    ],
    [
      ["X-First", `1\r\n Host: ${gate}`],
      ["Host", app],
    ],
    [["Host", `${gate}\r\n ${app}`]],
    [
      [":authority", gate],
      ["Host", app],
    ],
    [
      ["Host", app],
      [":authority", gate],
      [":path", "/dex/probe"],
    ],
    [["Host", `${gate}, ${app}`]],
    [["Host", `${app}\n${gate}`]],
  ];
}
