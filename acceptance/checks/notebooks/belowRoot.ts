import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { ask, header } from "../../http/request";
import { pageHeaders } from "../../signIn/hop";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { bothStream } from "./longLived";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";
import { streamingNotebook } from "./own/streamingNotebook";

/** RStudio's: https://docs.posit.co/ide/server-pro/access_and_security/running_with_a_proxy.html */
const pathHeader = "X-RStudio-Root-Path";

type Own = OwnNotebooks<"studio" | "coder">;

/** Not every program knows the path that it has. */
export const belowRoot: Check = {
  area: "notebooks",
  name: "below-root",
  proves:
    "A notebook whose program answers below `/`, as RStudio and code-server do, is asked there at its own host, by websockets and for events, too, and one that wants to know its path is told; its service workers may have all of that host, and no application's all of the gate's.",
  mend: "The policy gatehouse-notebook-hosts may change nothing of a route but its host and its limit of time: `spec.http[].rewrite` and `headers` are the controller's, from the Notebook's annotations. Service workers: the filter gatehouse.service_workers (documents/gateway/service-workers.lua).",
  exercises: ["gateway", "sidecar", "API server"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 300,
  run: (context) =>
    withNotebooks(
      context,
      [
        { name: "studio", belowRoot: { pathHeader } },
        { ...streamingNotebook("coder"), belowRoot: {} },
      ],
      async (own) => {
        await belowRootAt(context, own);
        // Its editor is a websocket.
        await bothStream(context, { address: own.at.coder, session: own.session }, 5);
        await serviceWorkersAt(context, own);
      },
    ),
};

export async function belowRootAt(
  { target, probe, signal }: CheckContext,
  { at, session }: Pick<Own, "at" | "session">,
): Promise<void> {
  for (const [name, told] of [
    ["studio", true],
    ["coder", false],
  ] as const) {
    const { origin, prefix } = at[name];
    for (const rest of ["", "events.html?a=%2F&b=c", "a/b%20c/", "stable-0123/static/x.js"]) {
      const cookie = session.jar.header(origin, prefix);
      const headers = [...pageHeaders, ["Cookie", cookie], ["x-rstudio-root-path", "/forged/"]] as const; // prettier-ignore
      const seen = seenByBackend(await ask(target, origin, `${prefix}${rest}`, { headers, signal }));
      const path = seen?.headers[":path"];
      probe.expect(
        path === `/${rest}`,
        `${name} is asked for /${rest}`,
        `${name} should be asked for /${rest}; it was asked for ${path ?? "nothing"}`,
      );
      const known = seen?.headers[pathHeader.toLowerCase()];
      // Only what the controller writes counts where it writes something; otherwise the header is the client's own business.
      probe.expect(
        !told || known === prefix,
        told ? `${name} is told its path` : `${name} needs no path`,
        `${name} should be told its path ${prefix}; it was told ${known ?? "none"}`,
      );
    }
  }
}

/** code-server has its worker's script in a folder below the pages that it is for (https://www.w3.org/TR/service-workers/#service-worker-script-response). */
export async function serviceWorkersAt(
  { target, probe, signal }: CheckContext,
  { at, session }: Pick<Own, "at" | "session">,
): Promise<void> {
  const allowedAt = async (origin: URL, path: string, cookie: string) => {
    const headers = [...pageHeaders, ["Cookie", cookie], ["X-Echo-Service-Worker-Allowed", "/"]] as const;
    const answer = await ask(target, origin, path, { headers, signal });
    return seenByBackend(answer) === undefined ? `status ${answer.status}` : header(answer, "service-worker-allowed");
  };
  const { origin, prefix } = at.coder;
  const own = await allowedAt(origin, prefix, session.jar.header(origin, prefix));
  probe.expect(
    own === "/",
    "a notebook may have a service worker for all of its host",
    `a notebook should be able to have a service worker for all of its host; Service-Worker-Allowed arrived as ${own ?? "nothing"}`,
  );
  const { echo } = target;
  if (echo !== undefined) {
    const { jar } = await signIn(target, somebody(target), echo, signal);
    const others = await allowedAt(echo, "/", jar.header(echo, "/"));
    probe.expect(
      others === undefined,
      "an application may have none for all of its host",
      `an application should get no service worker for all of its host; Service-Worker-Allowed arrived as ${others ?? "nothing"}`,
    );
  }
}
