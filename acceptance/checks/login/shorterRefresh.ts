import { type Api } from "../../cluster/api";
import { type Deployment } from "../../cluster/objects";
import { workloads } from "../../cluster/platform";
import { rolledOver } from "../../cluster/rollOut";
import { undoing } from "../../cluster/undo";
import { type Hands, pathOf } from "../../cluster/workloads";

/** oauth2-proxy takes it before what its configuration file says as `cookie_refresh`. */
const variable = "OAUTH2_PROXY_COOKIE_REFRESH";
const workload = workloads.oauth2Proxy;

interface EnvVar {
  name: string;
  value?: string;
}

interface WithContainers extends Deployment {
  spec: Deployment["spec"] & { template: { spec: { containers: { name: string; env?: EnvVar[] }[] } } };
}

/**
 * Lets oauth2-proxy refresh sessions after a few seconds for a while: nobody waits 45 minutes for a check. Its pods are
 * rolled over twice, one by one, and no session is lost, because the cookie's secret stays.
 */
export async function withShorterRefresh<T>(hands: Hands, seconds: number, action: () => Promise<T>): Promise<T> {
  const { api, signal, busy } = hands;
  const earlier = await valueNow(api, signal);
  return undoing(
    `${workload.namespace}/${workload.name} had ${earlier === undefined ? "no" : "another"} ${variable}`,
    async (ended) => {
      busy("let sessions last again as before");
      await write(api, earlier, ended);
      await rolledOver({ ...hands, signal: ended }, workload);
    },
    async () => {
      busy(`let sessions be refreshed after ${seconds} s`);
      await write(api, `${seconds}s`, signal);
      await rolledOver(hands, workload);
      return await action();
    },
  );
}

async function containerOf(api: Api, signal: AbortSignal) {
  const { spec } = await api.get<WithContainers>(pathOf(workload), signal);
  const { containers } = spec.template.spec;
  const index = containers.findIndex(({ name }) => name === workload.name);
  if (index < 0) {
    throw new Error(`${workload.namespace}/${workload.name} has no container ${workload.name}`);
  }
  return { at: `/spec/template/spec/containers/${index}`, env: containers[index]?.env ?? [] };
}

async function valueNow(api: Api, signal: AbortSignal): Promise<string | undefined> {
  const { env } = await containerOf(api, signal);
  return env.find(({ name }) => name === variable)?.value;
}

/** Writes the variable, or takes it away. The test before it has the API server refuse when the containers changed. */
async function write(api: Api, value: string | undefined, signal: AbortSignal): Promise<void> {
  const { at, env } = await containerOf(api, signal);
  const others = env.filter(({ name }) => name !== variable);
  const wanted = value === undefined ? others : [...others, { name: variable, value }];
  const test = { op: "test", path: `${at}/name`, value: workload.name };
  if (wanted.length > 0) {
    const change = { op: "add", path: `${at}/env`, value: wanted };
    await api.patch(pathOf(workload), "application/json-patch+json", [test, change], signal);
  } else if (env.length > 0) {
    const change = { op: "remove", path: `${at}/env` };
    await api.patch(pathOf(workload), "application/json-patch+json", [test, change], signal);
  }
}
