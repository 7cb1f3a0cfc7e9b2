interface TopologySpreadConstraint {
  topologyKey: string;
  maxSkew: number;
  whenUnsatisfiable: "ScheduleAnyway";
  labelSelector: { matchLabels: Record<string, string> };
}

/** Spreads a workload's pods over nodes and zones; a cluster with one of either still runs them all. */
export function topologySpread(matchLabels: Record<string, string>): TopologySpreadConstraint[] {
  return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  }));
}
