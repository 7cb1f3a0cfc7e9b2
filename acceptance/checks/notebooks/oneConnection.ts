import { type Check, type CheckContext, endsTls } from "../../check";
import { seenByBackend } from "../../echo";
import { askHttp2, requestFields } from "../../http/http2";
import { notebooksOf } from "../../notebookHosts";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/** What somebody gets whose session is none. */
const refused = [401, 403] as const;

/** Browsers keep one connection for all hosts that a certificate covers (RFC 9113, section 9.1.1). */
export const oneConnection: Check = {
  area: "notebooks",
  name: "one-connection",
  proves:
    "Two notebooks that a browser asks over one connection each answer for themselves; a request for the gate on a notebook's connection, and the other way round, gets 421, on which browsers open another one. Behind a load balancer that ends TLS all connections are the balancer's, and each host answers for itself.",
  mend: "The filter gatehouse.misdirected knows which hosts share a listener (documents/gateway/misdirected.lua).",
  exercises: ["gateway"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 300,
  run: (context) =>
    withNotebooks(context, [{ name: "lab" }, { name: "other" }], (own) => oneConnectionAt(context, own)),
};

export async function oneConnectionAt(
  { target, probe, signal }: CheckContext,
  { at, session }: OwnNotebooks<"lab" | "other">,
): Promise<void> {
  const { gate, echo } = target;
  const { signInHost } = notebooksOf(target);
  const { lab, other } = at;
  const asked = async (host: URL, path: string, connection: URL) => {
    const cookie = session.jar.header(lab.origin, lab.prefix);
    const fields = requestFields(host, path, [["accept", "application/json"], ["cookie", cookie]]); // prettier-ignore
    const came = await askHttp2(target, connection, fields, { signal });
    const seen = came.kind === "answer" ? seenByBackend({ ...came, certificate: undefined }) : undefined;
    return { status: came.kind === "answer" ? came.status : came.kind, path: seen?.headers[":path"] };
  };
  for (const [what, { origin, prefix }, connection] of [
    ["a notebook on its own connection", lab, lab.origin],
    ["another notebook on that connection", other, lab.origin],
    ["a notebook on the connection of the notebooks' sign-in", lab, signInHost],
  ] as const) {
    const { status, path } = await asked(origin, prefix, connection);
    probe.expect(
      status === 200 && path === prefix,
      `${what} answers for itself`,
      `${what} should answer for itself; came ${status}${path === undefined ? "" : ` from ${path}`}`,
    );
  }
  const crossed = await asked(other.origin, lab.prefix, lab.origin);
  probe.expect(
    crossed.status === 404,
    "a notebook's path at another one's host, on its own connection: 404",
    `a notebook's path at another one's host, on its own connection, should get 404; came ${crossed.status}`,
  );
  // At the gate and its applications the notebooks' session is none.
  for (const [what, host, path, connection, byItself] of [
    ["the gate on a notebook's connection", gate, "/gatehouse-verify", lab.origin, refused],
    ["a notebook on the gate's connection", lab.origin, lab.prefix, gate, [200]],
    ["the notebooks' sign-in on the gate's connection", signInHost, "/oauth2/userinfo", gate, [200]],
    ...(echo === undefined
      ? []
      : ([["an application on a notebook's connection", echo, "/", lab.origin, refused]] as const)),
  ] as const) {
    const wanted: readonly unknown[] = endsTls(target.front) ? byItself : [421];
    const { status } = await asked(host, path, connection);
    probe.expect(
      wanted.includes(status),
      `${what}: ${status}`,
      `${what}: ${wanted.join(" or ")} was wanted; came ${status}`,
    );
  }
}
