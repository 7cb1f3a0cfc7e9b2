import { type Rule, type StackRule } from "./rule";
import * as deployment from "./rules/deployment";
import * as dex from "./rules/dex";
import * as gateway from "./rules/gateway";
import * as istio from "./rules/istio";
import * as network from "./rules/network";
import * as oauth2Proxy from "./rules/oauth2-proxy";
import * as pods from "./rules/pods";
import * as rbac from "./rules/rbac";
import * as secrets from "./rules/secrets";
import * as tls from "./rules/tls";
import * as versions from "./rules/versions";

export const packName = "kubeflow-gatehouse";

/** The chapters of the reference page, in its order: the way of a request, then what it runs on. */
export const chapters: readonly { title: string; rules: readonly Rule[]; stackRules: readonly StackRule[] }[] = [
  { title: "TLS and certificates", ...tls },
  { title: "Gateways and their routes", ...gateway },
  { title: "Istio and Envoy", ...istio },
  { title: "oauth2-proxy", ...oauth2Proxy },
  { title: "Dex", ...dex },
  { title: "Secrets", ...secrets },
  { title: "Pods", ...pods },
  { title: "Access to the Kubernetes API", ...rbac },
  { title: "Network and ways in", ...network },
  { title: "Versions", ...versions },
  { title: "Deployment", ...deployment },
];

/** Every rule over one object, in the order of the reference page. */
export const rules: readonly Rule[] = chapters.flatMap((chapter) => chapter.rules);

/** Every rule over all objects together. */
export const stackRules: readonly StackRule[] = chapters.flatMap((chapter) => chapter.stackRules);
