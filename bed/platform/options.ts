/** What is built or found: a program's path by its name, and whether there is one. */
export interface Programs {
  path(name: string): string;
  has(name: string): boolean;
}

export interface PlatformOptions {
  /** `dev`, `staging`, `prod`, or the path of any stack's settings file. */
  stack: string;
  /** Path of a kubeconfig whose current context is the bed's cluster, as an administrator. */
  kubeconfig: string;
  programs: Programs;
  /** The folder with a folder for each chart. */
  charts: string;
  /** Where everything is written; nobody else may read it. */
  state: string;
  /** Settings that differ from the stack's own, by path: `{ "sessions.refresh": "1m" }`. */
  settings?: Readonly<Record<string, unknown>>;
  /** Settings that are secrets, by path: the file that has it. */
  secrets?: Readonly<Record<string, string>>;
  /** Images that the bed has not; their workloads are applied and not waited for. */
  leftOut?: readonly string[];
  /** Seconds until a part that is not ready has failed. */
  patience?: number;
  /** Says what is being done, a line at a time. */
  progress: (text: string) => void;
}

/** The secrets that can be rotated, as the settings call their numbers. */
export const rotations = [
  "cookieSecret",
  "clientSecret",
  "staticPasswords",
  "connectorSecrets",
  "certificateAuthority",
] as const;

export type Rotation = (typeof rotations)[number];

/** How long, in seconds, until nothing more is expected of a part that is not ready. */
export const defaultPatience = 600;
