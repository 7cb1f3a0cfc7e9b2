import { returnPath } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { Jar } from "../../http/jar";
import { ask, header } from "../../http/request";
import { type NotebookAddress, notebookAt, notebooksOf } from "../../notebookHosts";
import { Attempt } from "../../signIn/attempt";
import { askWith, pageHeaders, redirectOf } from "../../signIn/hop";
import { somebody } from "../../tokens/parts";
import { stranger } from "../redirects/foreign";

/** A link that begins a sign-in says where it ends; only this says to whom. */
export const returnAddresses: Check = {
  area: "notebooks",
  name: "return-addresses",
  proves:
    "The notebooks' sign-in comes back to its own host or the gate's, whatever the link that began it says, and from there a notebook's path leads to the one host that serves it; nothing leads anywhere else.",
  mend: "`whitelist_domains` of oauth2-proxy-notebooks may hold auth.<domain> and the gate alone (components/signIns.ts); the way on is in documents/gateway/notebook-hosts.lua.",
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: ["notebooks", "user", "sessions"],
  timeout: 240,
  run: returnAddressesAt,
};

export async function returnAddressesAt({ target, probe, signal }: CheckContext): Promise<void> {
  const notebooks = notebooksOf(target);
  const { signInHost, domain } = notebooks;
  const lab = notebookAt(notebooks, "team-a", "lab");
  const kept = [target.gate.host, signInHost.host];
  for (const rd of [
    `https://${stranger}/`,
    `//${stranger}/`,
    `https://${signInHost.host}.${stranger}/`,
    `https://${signInHost.hostname}:443@${stranger}/`,
    `https://${domain}.${stranger}/`,
    new URL(lab.prefix, lab.origin).href,
    ...(target.echo === undefined ? [] : [target.echo.href]),
  ]) {
    probe.busy(`sign in by a link to ${rd}`);
    const attempt = new Attempt(target, new Jar(), signInHost, signal);
    await attempt.toForm(new URL(`/oauth2/start?rd=${encodeURIComponent(rd)}`, signInHost));
    const callback = await attempt.toCallback(somebody(target));
    const path = `${callback.pathname}${callback.search}`;
    const answer = await askWith(target, attempt.jar, callback, path, { headers: pageHeaders, signal });
    const to = redirectOf({ url: callback, answer });
    probe.expect(
      to !== undefined && kept.includes(to.host),
      `a sign-in by a link to ${rd} ends at ${to?.host}`,
      `a sign-in by a link to ${rd} should end at ${signInHost.host}; came ${answer.status} to ${to?.host ?? "nowhere"}`,
    );
  }
  await waysOn({ target, probe, signal }, lab);
}

async function waysOn({ target, probe, signal }: CheckContext, lab: NotebookAddress): Promise<void> {
  const { signInHost } = notebooksOf(target);
  const back = returnPath.replace(/\/$/, "");
  const locationOf = async (path: string) => {
    const answer = await ask(target, signInHost, path, { headers: pageHeaders, signal });
    const location = header(answer, "location");
    return { status: answer.status, to: location === undefined ? undefined : new URL(location, signInHost) };
  };
  for (const page of [lab.prefix, `${lab.prefix}lab?next=https://${stranger}/&a=%2F`]) {
    const { status, to } = await locationOf(`${back}${page}`);
    probe.expect(
      status === 302 && to?.href === new URL(page, lab.origin).href,
      `from sign-in on to ${page}`,
      `from sign-in ${page} should lead to the notebook with 302; came ${status} to ${to?.origin ?? "nowhere"}`,
    );
  }
  for (const page of [
    `//${stranger}/`,
    `/${stranger}/a/b/`,
    `/notebook/${stranger}/lab/`,
    `/notebook/a@${stranger}/lab/`,
    `/notebook/a/b.${stranger}/`,
    `/notebook/a/..%2f${stranger}/`,
    `/notebook/a%2e${stranger}/b/`,
    `/notebook/team--a/lab/`,
    `/notebook/xn/lab/`,
    `/notebook//lab/`,
    "/notebook/a/",
    "/jupyter/team-a/lab/",
    "/oauth2/sign_out/x/",
    "/",
  ]) {
    const { status, to } = await locationOf(`${back}${page}`);
    const away = to !== undefined && to.host !== signInHost.host && to.host !== target.gate.host;
    probe.expect(
      !away && status !== 200,
      `no way from sign-in to ${page}: ${status}`,
      `from sign-in ${page} should lead nowhere; came ${status}${to === undefined ? "" : ` to ${to.origin}`}`,
    );
  }
  const root = await locationOf("/");
  probe.expect(
    root.status === 302 && root.to?.href === target.gate.href,
    "the root of the notebooks' sign-in leads to the gate",
    `the root of the notebooks' sign-in should lead to the gate with 302; came ${root.status} to ${root.to?.origin ?? "nowhere"}`,
  );
}
