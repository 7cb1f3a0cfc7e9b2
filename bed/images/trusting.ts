import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { layout } from "../node/layout";
import { type Programs } from "../programs/provide";
import { type Report } from "../programs/report";
import { authorities } from "./base";
import { type Recipe, recipes } from "./recipes";
import { type Images, writeImages } from "./writeImages";

/** An image with one more CA in its system's store, where a cloud's would be. */
export function trusting(recipe: Recipe, authorityPem: string): Recipe {
  const own = existsSync(authorities) ? readFileSync(authorities, "utf8") : "";
  return { ...recipe, more: { ...recipe.more, [authorities]: { text: `${own}${authorityPem}` } } };
}

/** istiod's image with a CA of this bed alone; it goes with the bed, and takes the name of the one that every bed has. */
export async function istiodTrusting(
  authorityPem: string,
  programs: Programs,
  report: Report,
): Promise<Images["archives"]> {
  const list = recipes((program) => programs.version(program) ?? "unknown")
    .filter(({ programs: paths }) => Object.hasOwn(paths, "pilot-discovery"))
    .map((recipe) => trusting(recipe, authorityPem));
  return (await writeImages(programs, report, { directory: join(layout().state, "images"), list })).archives;
}
