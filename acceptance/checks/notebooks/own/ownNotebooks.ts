import { clusterDomain, gateway, notebooks as topology } from "../../../../components/topology";
import { type CheckContext } from "../../../check";
import { type Api, clusterApi } from "../../../cluster/api";
import { isReady, type Pod } from "../../../cluster/objects";
import { make, type Sandbox, withSandbox } from "../../../cluster/sandbox";
import { makeServiceAccount } from "../../../cluster/serviceAccounts";
import { waitFor } from "../../../cluster/wait";
import { seenByBackend } from "../../../echo";
import { notebookAt, type NotebookAddress, notebooksOf } from "../../../notebookHosts";
import { open } from "../../../signIn/page";
import { type Session, signIn } from "../../../signIn/session";
import { somebody } from "../../../tokens/parts";
import { envoyImage } from "../../machines/podToBackend";
import { type NotebookPlace } from "../virtualServices";
import { notebookManifests, type NotebookProgram, profile } from "./manifests";

/** Notebooks of the suite's own, which run and answer, and a person who is signed in to them. */
export interface OwnNotebooks<Name extends string = string> {
  namespace: string;
  at: Readonly<Record<Name, NotebookAddress>>;
  session: Session;
}

/** How long parts may take to come up, in milliseconds; an image of gigabytes is longer on its way. */
const patience = 180_000;
const patienceForServers = 600_000;

/** Where a tenant's VirtualServices are looked at. */
export function placeOf({ target }: Pick<CheckContext, "target">, namespace: string): NotebookPlace {
  if (target.notebooks === undefined) {
    const { hostname } = target.gate;
    return {
      namespace,
      host: hostname,
      domain: hostname,
      gateway: gateway.reference,
      signInHost: hostname,
      clusterDomain,
    };
  }
  const { domain, signInHost } = notebooksOf(target);
  return { namespace, domain, gateway: topology.reference, signInHost: signInHost.hostname, clusterDomain };
}

/** Where a notebook is, at a host of its own or at the gate's. */
function addressIn(
  { target: { notebooks, gate } }: Pick<CheckContext, "target">,
  namespace: string,
  { name, kind }: NotebookProgram,
): NotebookAddress {
  return notebooks === undefined
    ? { origin: gate, prefix: `/notebook/${namespace}/${name}/` }
    : notebookAt(notebooks, namespace, name, kind);
}

/** Has notebooks run in a namespace of the suite's own, does something with them, and removes them with it. */
export function withNotebooks<Name extends string>(
  context: CheckContext,
  programs: readonly (NotebookProgram & { name: Name })[],
  action: (own: OwnNotebooks<Name>) => Promise<void>,
  api: Api = clusterApi(context.target),
): Promise<void> {
  const { target, probe, signal } = context;
  const name = target.notebookNamespace;
  return withSandbox(api, { sidecars: true, name, labels: profile.labels, signal }, async (sandbox) => {
    const { namespace } = sandbox;
    probe.busy(`notebooks of the suite's own: ${programs.map(({ name }) => name).join(", ")}`);
    await makeServiceAccount(sandbox, profile.serviceAccount);
    const image = await envoyImage(api, signal);
    for (const program of programs) {
      for (const manifest of notebookManifests(placeOf(context, namespace), program, image)) {
        await make(sandbox, manifest);
      }
    }
    await Promise.all(
      programs.map(({ name, server }) => ready(sandbox, name, server === undefined ? patience : patienceForServers)),
    );
    const addressOf = (program: NotebookProgram) => addressIn(context, namespace, program);
    probe.busy("waiting until the gateway knows the notebooks");
    const session = await answering(
      context,
      programs.map((program) => ({ ...addressOf(program), server: program.server })),
    );
    const at = Object.fromEntries(programs.map((program) => [program.name, addressOf(program)]));
    await action({ namespace, at: at as Record<Name, NotebookAddress>, session });
  });
}

async function ready({ api, namespace, signal }: Sandbox, name: string, within: number): Promise<void> {
  const look = async () => {
    const pod = await api.get<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`, signal);
    return isReady(pod) ? pod : undefined;
  };
  await waitFor(`the pod of the notebook ${name} is ready`, look, { within, signal });
}

type Answering = NotebookAddress & Pick<NotebookProgram, "server">;

/** Nobody but somebody who is signed in gets to see whether a notebook is there. */
async function answering({ target, signal }: CheckContext, [first, ...others]: readonly Answering[]): Promise<Session> {
  if (first === undefined) {
    throw new Error("no notebook was asked for");
  }
  const pageOf = ({ origin, prefix, server }: Answering) => new URL(`${prefix}${server?.page ?? ""}`, origin);
  const session = await signIn(target, somebody(target), pageOf(first), signal);
  for (const address of [first, ...others]) {
    const page = pageOf(address);
    const look = async () => {
      const { answer } = await open(target, session.jar, page, signal);
      if (!(address.server?.isThere(answer) ?? seenByBackend(answer) !== undefined)) {
        throw new Error(`came ${answer.status}`);
      }
      return true;
    };
    await waitFor(`the notebook at ${page.href} answers`, look, { within: 60_000, signal });
  }
  return session;
}
