import { KubeConfig } from "@kubernetes/client-node";
import { readFileSync } from "node:fs";
import { type Target } from "../check";

/** The cluster behind the target, by its kubeconfig's current context. */
export function connect(target: Target): KubeConfig {
  if (target.kubeconfig === undefined) {
    throw new Error("no kubeconfig was given");
  }
  const config = new KubeConfig();
  config.loadFromString(readFileSync(target.kubeconfig, "utf8"));
  return config;
}
