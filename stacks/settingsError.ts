import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with the settings of a stack. */
export interface SettingsProblem {
  /** The full configuration key, with the path into its value: `kubeflow-gatehouse:sessions.refresh`. */
  key: string;
  /** The value as it was read, as JSON; `[secret]` in place of anything that was given as a secret. */
  value: string;
  /** What to write instead. */
  mend: string;
}

/** All problems of a stack's settings at once; Pulumi prints a `RunError` without a stack trace. */
export class SettingsError extends pulumi.RunError {
  override readonly name = "SettingsError";

  constructor(readonly problems: readonly SettingsProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(({ key, value, mend }) => `  ${key}: ${value}\n    ${mend}`);
    super(`The settings of this stack have ${count}; nothing was rendered.\n${lines.join("\n")}`);
  }
}
