import { podLabels } from "../../components/labels";
import { echo } from "../../components/topology";

import { type Check } from "../../acceptance/check";
import { everyCheck } from "../../acceptance/everyCheck";
import { select } from "../../acceptance/select";

/** One way of running the platform that a bed can tell from the others. */
export interface Mode {
  name: string;
  stack: string;
  /** Settings that differ from the stack's own, so that what takes hours can be seen in minutes. */
  settings: Readonly<Record<string, unknown>>;
  /** The areas and checks of the suite that run here; what looks the same in every mode runs in one. Default: all. */
  only?: readonly string[];
  /** The areas and checks that other modes have. */
  skip?: readonly string[];
}

const echoAs = (name: string) => ({
  name,
  service: { name: echo.name, namespace: echo.namespace, port: echo.ports.http },
  pods: { labels: podLabels(echo.name) },
});

/** The echo under two more names: open to the static user and to pods, and open to nobody. */
const apps = [
  { ...echoAs("door"), groups: ["everyone"], inCluster: true },
  { ...echoAs("grafana"), groups: ["nobody-is-in-this-group"] },
];

export const modes: readonly Mode[] = [
  {
    name: "core",
    stack: "dev",
    // Two of each, so that sessions and keys are seen to be shared.
    settings: { replicas: 2, "ingress.replicas": { min: 2, max: 2 } },
    skip: ["apps"],
  },
  { name: "apps", stack: "dev", settings: { apps }, only: ["apps"] },
];

/** The checks that run in a mode. */
export function checksOf({ only = [], skip = [] }: Mode): readonly Check[] {
  return select(everyCheck, only, skip).checks;
}

/** Those options of `gatehouse verify`. */
export function selectionOf({ only = [], skip = [] }: Mode): string[] {
  return [...(only.length > 0 ? ["--only", ...only] : []), ...(skip.length > 0 ? ["--skip", ...skip] : [])];
}
