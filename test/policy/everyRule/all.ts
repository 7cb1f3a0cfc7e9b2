import { type Evidence } from "./evidence";
import { identity } from "./identity";
import { meshEvidence } from "./mesh";
import { workloads } from "./workloads";

/** Objects for each rule of the pack, by its name. */
export const everyEvidence: Readonly<Record<string, Evidence>> = { ...identity, ...meshEvidence, ...workloads };
