import { type Check, type CheckContext } from "../../check";
import { type Api, ApiError, clusterApi, find } from "../../cluster/api";
import { type Metadata } from "../../cluster/objects";
import { collectionOf, removeIfThere, withSandbox } from "../../cluster/sandbox";
import { undoing } from "../../cluster/undo";
import { waitFor } from "../../cluster/wait";
import { inParallel } from "../../http/inParallel";
import { profile } from "./own/manifests";
import { placeOf } from "./own/ownNotebooks";
import { type Admitted, type HttpRoute, type VirtualServiceTry, virtualServices } from "./virtualServices";

/** The policies alone keep tenants, who write routes in their own namespaces, from each other's hosts. */
export const admission: Check = {
  area: "notebooks",
  name: "admission",
  proves:
    "The API server gives each notebook, TensorBoard and volume viewer the one host of its namespace and name, without a limit of time, and refuses every route at another host, to another namespace, or with somebody's credentials.",
  mend: "The policies gatehouse-notebook-hosts and gatehouse-notebook-routes with their bindings (components/notebookAdmission.ts, documents/kubernetes); `kubectl get mutatingadmissionpolicybindings,validatingadmissionpolicybindings` lists them.",
  exercises: ["API server"],
  needs: ["cluster", "notebooks"],
  timeout: 120,
  run: (context) => admissionAt(context, clusterApi(context.target)),
};

export async function admissionAt(context: CheckContext, api: Api): Promise<void> {
  const { probe, signal } = context;
  await withSandbox(api, { sidecars: false, labels: profile.labels, signal }, async ({ namespace }) => {
    const tries = virtualServices(placeOf(context, namespace));
    const others = [...new Set(tries.flatMap((each) => each.namespace ?? []))];
    await withNamespaces(api, others, signal, () =>
      inParallel(tries, async (each) => {
        const { what, verdict } = each;
        const came = await tried(api, namespace, each, signal);
        if ("refusedWith" in verdict) {
          probe.expect(
            "refusedWith" in came && came.refusedWith.includes(verdict.refusedWith),
            `${what}: refused`,
            `${what}: should be refused with "${verdict.refusedWith}"; it was ${described(came)}`,
          );
        } else if ("refusedWith" in came && isIstios(came.refusedWith) && isLeftAlone(each)) {
          probe.seen(`${what}: Istio itself takes none such`);
        } else {
          const wanted = { hosts: verdict.hosts, timeouts: verdict.timeouts ?? [] };
          probe.expect(
            !("refusedWith" in came) && described(came) === described(wanted),
            `${what}: ${described(wanted)}`,
            `${what}: should be ${described(wanted)}; it was ${described(came)}`,
          );
        }
      }),
    );
  });
}

/** What the API server would do, which it says without doing it. */
async function tried(
  api: Api,
  own: string,
  { namespace = own, version = "v1", annotations, spec }: VirtualServiceTry,
  signal: AbortSignal,
): Promise<VirtualServiceTry["verdict"]> {
  const header = { apiVersion: `networking.istio.io/${version}`, kind: "VirtualService" };
  const metadata = { generateName: "tried-", namespace, ...(annotations === undefined ? {} : { annotations }) };
  try {
    const { spec: made } = await api.create<{ spec?: { hosts?: string[]; http?: HttpRoute[] } }>(
      `${collectionOf(header, namespace)}?dryRun=All`,
      { ...header, metadata, spec },
      signal,
    );
    return {
      hosts: made?.hosts ?? [],
      timeouts: (made?.http ?? []).map(({ timeout }) => timeout as string | undefined),
    };
  } catch (error) {
    // Everything else than a refusal says nothing of the policies.
    if (error instanceof ApiError && [400, 403, 422].includes(error.status)) {
      return { refusedWith: error.message };
    }
    throw error;
  }
}

/** istiod has a look at every route, too, after the policies. */
function isIstios(refusal: string): boolean {
  return /admission webhook "\S*validation\.istio\.io" denied/.test(refusal);
}

/** Whether the policies have nothing to do with it. */
function isLeftAlone({ spec, verdict }: VirtualServiceTry): boolean {
  return "hosts" in verdict && verdict.hosts.join() === spec.hosts?.join() && verdict.hosts.includes("*");
}

function described(verdict: Admitted | { refusedWith: string }): string {
  if ("refusedWith" in verdict) {
    return `refused with ${verdict.refusedWith}`;
  }
  const limits = (verdict.timeouts ?? []).filter((limit) => limit !== undefined);
  return `admitted at ${verdict.hosts.join(", ")}, ${limits.length === 0 ? "without a limit of time" : `limited to ${limits.join(", ")}`}`;
}

/** Namespaces under names that tell something; whoever has one already keeps it. */
async function withNamespaces(
  api: Api,
  names: readonly string[],
  signal: AbortSignal,
  action: () => Promise<unknown>,
): Promise<void> {
  const [name, ...others] = names;
  if (name === undefined) {
    await action();
    return;
  }
  const next = () => withNamespaces(api, others, signal, action);
  const labels = { ...profile.labels, "app.kubernetes.io/managed-by": "gatehouse-verify" };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  const path = `/api/v1/namespaces/${name}`;
  // One that an earlier run made may still be on its way out, and takes nothing new.
  const look = async () => {
    const there = await find<{ metadata: Metadata }>(api, path, signal);
    return there?.metadata.deletionTimestamp === undefined ? { isThere: there !== undefined } : undefined;
  };
  const { value } = await waitFor(`the namespace ${name} of an earlier run has gone`, look, { within: 60_000, signal });
  if (value.isThere) {
    await next();
    return;
  }
  await undoing(
    `the namespace ${name} was made`,
    (ended) => removeIfThere(api, path, ended),
    async () => {
      await api.create("/api/v1/namespaces", namespace, signal);
      await next();
    },
  );
}
