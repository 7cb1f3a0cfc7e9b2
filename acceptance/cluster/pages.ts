import { type Api } from "./api";
import { type List } from "./objects";

/** Of one answer. A cluster with thousands of notebooks has as many objects of each kind. */
const pageSize = 500;

/** Everything of a collection, a page after the other. */
export async function* pagesOf<T>(api: Api, collection: string, signal: AbortSignal): AsyncGenerator<T[]> {
  let next = "";
  do {
    const more = next === "" ? "" : `&continue=${encodeURIComponent(next)}`;
    const { items, metadata } = await api.get<List<T>>(`${collection}?limit=${pageSize}${more}`, signal);
    yield items;
    next = metadata?.continue ?? "";
  } while (next !== "");
}
