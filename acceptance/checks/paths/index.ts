import { type Check } from "../../check";

/** In the order in which they run. */
export const paths: readonly Check[] = [];
