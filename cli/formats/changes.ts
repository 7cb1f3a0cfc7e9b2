import { type ObjectId } from "../manifests/objectId";
import { type Changes } from "../preview/report";
import { fit, type Style } from "./style";

/** What was added, removed and changed; of a change only where, never what. */
export function formatChanges({ added, removed, changed }: Changes, { colors, width }: Style): string[] {
  return [
    ...added.map((id) => colors.green(`  + ${label(id)}`)),
    ...removed.map((id) => colors.red(`  - ${label(id)}`)),
    ...changed.map(({ object, paths }) => {
      const head = `  ~ ${label(object)}`;
      const rest = width - head.length - 2;
      return rest < 30
        ? `${colors.yellow(head)}\n      ${fit(paths, width - 6)}`
        : `${colors.yellow(head)}  ${fit(paths, rest)}`;
    }),
  ];
}

function label({ kind, namespace, name }: ObjectId): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
