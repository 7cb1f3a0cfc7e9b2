/** What the gateway does for notebooks that have hosts of their own. */
import { checkUnroutedPaths, type ConfigPatch, insertBeforeRouter, insertFirst, lua } from "./configPatch";
import { luaFilter, luaMap, luaString } from "./lua";

/** The gate that they belong to. */
interface Gate {
  ports: { https: number };
  gateHost: string;
  /** Path of a sign-in's host from which the way goes on. */
  returnPath: string;
  tlsEndsAt: "gateway" | "load balancer";
}

export interface NotebookFilterArgs {
  /** The domain below which each of them is. */
  domain: string;
  /** The host below it where people sign in. */
  signInHost: string;
  /** The Gateway resource of those hosts, `namespace/name`. */
  gateway: string;
  /** The first part of each kind's path, and the ending of its host's label. */
  endings: Record<string, string>;
  /** What stands in the place of Authorization where the notebooks' oauth2-proxy is to be asked. */
  asks: string;
  /** Whether a client's Authorization reaches a notebook. */
  forwardsAuthorization: boolean;
}

/** A notebook's path comes behind it, with its own slash. */
export function wayBackOf({ signInHost }: NotebookFilterArgs, returnPath: string): string {
  return `https://${signInHost}${returnPath.replace(/\/$/, "")}`;
}

/** A sign-out of the notebooks' session leads back to the gate, which led there. */
export function signOutsOf({
  gateHost,
  notebooks,
}: Pick<Gate, "gateHost"> & { notebooks?: NotebookFilterArgs | undefined }): Record<string, string> {
  return notebooks === undefined
    ? {}
    : { [notebooks.signInHost]: `/oauth2/sign_out?rd=${encodeURIComponent(`https://${gateHost}/`)}` };
}

/** Before everything else, so that whatever looks at a notebook's request sees a host in one spelling and no Authorization. */
export function notebookFilters(args: Gate, notebooks: NotebookFilterArgs): ConfigPatch[] {
  const { ports, gateHost } = args;
  return [
    // Where the load balancer ends TLS both Gateways have one list of routes.
    ...(args.tlsEndsAt === "gateway" ? [checkUnroutedPaths({ ...args, gateway: notebooks.gateway })] : []),
    ...(notebooks.forwardsAuthorization
      ? [
          insertBeforeRouter(
            ports.https,
            "gatehouse.notebook_authorization",
            lua(luaFilter("notebook-authorization.lua", {})),
          ),
        ]
      : []),
    insertBeforeRouter(
      ports.https,
      "gatehouse.service_workers",
      lua(
        luaFilter("service-workers.lua", {
          domain: luaString(`.${notebooks.domain}`),
          signInHost: luaString(notebooks.signInHost),
        }),
      ),
    ),
    insertFirst(
      ports.https,
      "gatehouse.notebook_sign_out",
      lua(
        luaFilter("notebook-sign-out.lua", {
          gateHost: luaString(gateHost),
          signOut: luaString(`https://${notebooks.signInHost}/oauth2/sign_out`),
        }),
      ),
    ),
    insertFirst(
      ports.https,
      "gatehouse.notebook_hosts",
      lua(
        luaFilter("notebook-hosts.lua", {
          gateHost: luaString(gateHost),
          signInHost: luaString(notebooks.signInHost),
          domain: luaString(`.${notebooks.domain}`),
          wayBack: luaString(args.returnPath),
          asks: luaString(notebooks.asks),
          endings: luaMap(notebooks.endings),
          forwardsAuthorization: String(notebooks.forwardsAuthorization),
        }),
      ),
    ),
  ];
}
