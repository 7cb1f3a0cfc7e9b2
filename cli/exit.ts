/** What each exit code says; pipelines rely on them. */
export const exitCodes = { clean: 0, mandatoryViolation: 1, badInput: 2, ownFailure: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** One thing that is wrong with what was asked for, and how to mend it. */
export interface Problem {
  /** The setting, option or file that is wrong. */
  key: string;
  /** What was found there; never a secret. */
  value: string;
  /** What to do instead. */
  mend: string;
}

/** What was asked for cannot be done as it stands: exit code 2, and nothing was written. */
export class BadInput extends Error {
  override readonly name = "BadInput";

  constructor(
    message: string,
    readonly problems: readonly Problem[],
  ) {
    super(message);
  }
}

/** Something of ours, of the program or of the policy pack failed: exit code 3, whatever was found until then. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    message: string,
    /** Lines that help to find the cause, such as a stack trace. */
    readonly details = "",
  ) {
    super(message);
  }
}
