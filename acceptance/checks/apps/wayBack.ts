import { type Check } from "../../check";
import { ask, header } from "../../http/request";
import { returnPath } from "../../../components/topology";
import { bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { somebody } from "../../tokens/parts";
import { stranger } from "../redirects/foreign";
import { appOf } from "./theApp";

/** The one redirect of the gate that leads to another host. */
export const wayBack: Check = {
  area: "apps",
  name: "way-back",
  proves:
    "The gate's way back from sign-in leads from an application's own path to that application alone, with path and query; for every other host, however it is written, there is none.",
  mend: "The VirtualService `return-<name>` of the application redirects one prefix to one authority (components/protectedApp.ts).",
  exercises: ["gateway", "Dex"],
  needs: ["app", "user", "client"],
  async run({ target, probe, signal }) {
    const { gate } = target;
    const app = appOf(target);
    const token = await grantIdToken(target, somebody(target), { signal });
    const locationOf = async (path: string) => {
      const answer = await ask(target, gate, path, { headers: [bearer(token)], signal });
      return { status: answer.status, location: header(answer, "location") };
    };
    for (const page of ["/", "/d/1?from=now&to=%2F", `/?next=https://${stranger}/`]) {
      const { status, location } = await locationOf(`${returnPath}${app.host}${page}`);
      const wanted = new URL(page, app).href;
      probe.expect(
        status === 302 && location === wanted,
        `back to ${page}`,
        `back to ${page}: 302 to ${wanted} was wanted; came ${status} to ${location ?? "nowhere"}`,
      );
    }
    for (const host of [
      stranger,
      `${app.host}.${stranger}`,
      `${app.host}@${stranger}`,
      `${app.host}:443@${stranger}`,
      `${app.host}%40${stranger}`,
      `${app.host}%2e${stranger}`,
      `${app.host}\\@${stranger}`,
      `${app.host}%5c.${stranger}`,
      `/${stranger}`,
      `%2f${stranger}`,
      `%09${stranger}`,
      `not-an-application.${gate.hostname}`,
      `${app.host}/../${stranger}`,
    ]) {
      const { status, location } = await locationOf(`${returnPath}${host}/x`);
      const leads = location === undefined ? undefined : new URL(location, gate).host;
      probe.expect(
        leads === undefined || leads === gate.host || leads === app.host,
        `no way to ${host}`,
        `no way to ${host}: came ${status} to ${location ?? "nowhere"}`,
      );
    }
    for (const path of [
      "//",
      `/${stranger}`,
      `//${stranger}/`,
      `/%2f${stranger}/`,
      `/\\${stranger}/`,
      `/@${stranger}`,
      `/%0d%0aX:%201`,
    ]) {
      const { status, location } = await locationOf(`${returnPath}${app.host}${path}`);
      const leads = location === undefined ? undefined : new URL(location, gate).host;
      probe.expect(
        leads === undefined || leads === app.host || leads === gate.host,
        `back to ${path}: ${leads ?? status}`,
        `back to ${path}: should lead to the application; came ${location ?? ""}`,
      );
    }
    const without = await ask(target, gate, `${returnPath}${app.host}/`, {
      headers: [["Accept", "text/html"]],
      signal,
    });
    probe.expect(
      header(without, "location") === undefined,
      `without identity: ${without.status}`,
      `without identity there is no way anywhere; came ${without.status} to ${header(without, "location") ?? ""}`,
    );
  },
};
