import { dex, echo, internalGate, notebooks, oauth2Proxy, type SignInProxy } from "../../../../components/topology";
import { type Target } from "../../../check";
import { hasOwnEcho, type NetworkTarget, signInProxies } from "../../../cluster/networkTargets";
import { sidecarHealth } from "../../machines/pods/forwarder";
import { type Way } from "./forwarder";

/** A part of the platform that only the gateway may ask. */
export interface Part {
  way: Way;
  /** Paths that it would answer. */
  paths: readonly string[];
  /** Its pod's own health port, which a sidecar answers outside mutual TLS: who gets there, gets to the pod. */
  health: Way & { path: string };
}

const ofProxy = ({ checkPrefix, ...proxy }: SignInProxy) => ({
  ...proxy,
  paths: ["/", "/ping", "/oauth2/start?rd=%2F", "/oauth2/userinfo", `${checkPrefix}/`],
});

const parts = [
  { ...dex, paths: ["/dex/.well-known/openid-configuration", "/dex/keys", "/dex/auth", "/dex/token"] },
  ofProxy(oauth2Proxy),
  ofProxy(notebooks.proxy),
  { ...echo, paths: ["/", "/dex/keys"] },
];

/** The parts that the deployment has. */
export function partsOf(
  { gate, echo: shown, notebooks: hosts, absent }: Target,
  targets: readonly NetworkTarget[],
): Part[] {
  return parts
    .filter(({ name }) => !(name === echo.name && !hasOwnEcho({ gate, echo: shown })))
    .filter(
      ({ name }) =>
        !(signInProxies.includes(name) && absent?.has("oauth2-proxy") === true) &&
        !(name === notebooks.proxy.name && hosts === undefined),
    )
    .map(({ name, namespace, host, ports: { http: port }, paths }) => {
      const pod = targets.find((one) => one.part === name && one.port === port);
      if (pod === undefined) {
        throw new Error(`no pod of ${name} in ${namespace} is ready`);
      }
      return {
        way: { name, host, port },
        paths,
        health: { ...sidecarHealth, name: `${name}-health`, host: pod.address },
      };
    });
}

/** The gateway's listener for oauth2-proxy and istiod, over TLS that is verified. */
export function internalWay(authority: string): Way {
  return { name: internalGate.name, host: internalGate.host, port: internalGate.port, authority };
}
