import * as pulumi from "@pulumi/pulumi";
import { type Difference, describeDifferences } from "../documents/existing/difference";

/** Ends the program for what was found in the cluster. Out of an input Pulumi would print the stack with it, so it has none. */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = "";
  return error;
}

/** Ends the program unless what exists already is as it has to be. */
export function refuseDifferences(heading: string, differences: readonly Difference[]): void {
  if (differences.length > 0) {
    throw refusal(describeDifferences(heading, differences));
  }
}
