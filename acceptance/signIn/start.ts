import { returnPath } from "../../components/topology";
import { type Target } from "../check";
import { isNotebook } from "../notebookHosts";

/**
 * Where a sign-in begins that comes back to a page. That of notebooks comes back to its own host alone, from where the way goes on
 * to the notebook's.
 */
export function startOf({ gate, notebooks }: Pick<Target, "gate" | "notebooks">, page: URL): URL {
  const at = notebooks !== undefined && isNotebook(notebooks, page) ? notebooks.signInHost : gate;
  const back = at === gate ? page : new URL(`${returnPath.replace(/\/$/, "")}${page.pathname}${page.search}`, at);
  return new URL(`/oauth2/start?rd=${encodeURIComponent(back.href)}`, at);
}
