/**
 * VirtualServices at the notebooks' gateway, honest and hostile, with what the API server must make of each. Plain data, and
 * no names: who tries them needs nothing but an API server with the policies, and `dryRun=All`.
 */
import { hostileVirtualServices } from "./hostileVirtualServices";
import { honestVirtualServices } from "./honestVirtualServices";

export interface NotebookPlace {
  /** The host at which the controller puts every notebook; all of them by default. */
  host?: string;
  /** A tenant's namespace. */
  namespace: string;
  /** Each host is one level below it. */
  domain: string;
  /** The Gateway of the notebooks' hosts, `<namespace>/<name>`. */
  gateway: string;
  /** Where people sign in. */
  signInHost: string;
  clusterDomain: string;
}

export interface VirtualServiceTry {
  what: string;
  /** Another namespace than the tenant's, to be there before. */
  namespace?: string;
  /** Default: `v1`. */
  version?: "v1alpha3" | "v1beta1" | "v1";
  annotations?: Record<string, string>;
  spec: VirtualServiceSpec;
  /** What is admitted, and how; or a part of the text that says why not. */
  verdict: Admitted | { refusedWith: string };
}

export interface Admitted {
  hosts: string[];
  /** Of each route, after what the policy did to it. Default: none. */
  timeouts?: (string | undefined)[];
}

/** As people may write it, so also what Istio would not take. */
export interface VirtualServiceSpec extends Record<string, unknown> {
  hosts?: string[];
  gateways?: string[];
  http?: HttpRoute[];
}

export type HttpRoute = Record<string, unknown>;

export function virtualServices(place: NotebookPlace): VirtualServiceTry[] {
  return [...honestVirtualServices(place), ...hostileVirtualServices(place)];
}
