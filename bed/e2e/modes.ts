/** One way of running the platform that a bed can tell from the others. */
export interface Mode {
  name: string;
  stack: string;
  /** Settings that differ from the stack's own, so that what takes hours can be seen in minutes. */
  settings: Readonly<Record<string, unknown>>;
}

export const modes: readonly Mode[] = [
  {
    name: "core",
    stack: "dev",
    // Two of each, so that sessions and keys are seen to be shared.
    settings: { replicas: 2, "ingress.replicas": { min: 2, max: 2 } },
  },
];
