import { type Check } from "../../check";
import { steadyLoad } from "./steadyLoad";

/** In the order in which they run. */
export const load: readonly Check[] = [steadyLoad({ steps: [4, 16, 64], stepSeconds: 4, every: 2_000 })];
