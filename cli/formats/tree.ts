import { type PreviewReport, type ReportedResource } from "../preview/report";
import { fit, type Style } from "./style";

/** The resources by component: a line for each component, one for each kind of resource in it. */
export function formatTree(report: PreviewReport, style: Style): string[] {
  const children = new Map<string | undefined, ReportedResource[]>();
  for (const resource of report.resources) {
    const siblings = children.get(resource.parent) ?? [];
    siblings.push(resource);
    children.set(resource.parent, siblings);
  }
  const tree = new Tree(children, new Map(report.unrendered.map(({ urn, reason }) => [urn, reason])), style);
  return (children.get(undefined) ?? []).flatMap((root) => tree.lines(root, "", ""));
}

class Tree {
  constructor(
    readonly children: ReadonlyMap<string | undefined, ReportedResource[]>,
    readonly unrendered: ReadonlyMap<string, string>,
    readonly style: Style,
  ) {}

  lines(resource: ReportedResource, first: string, rest: string): string[] {
    const inside = this.children.get(resource.urn) ?? [];
    const branches = inside.filter((child) => !child.custom || this.children.has(child.urn));
    const leaves = inside.filter((child) => child.custom && !this.children.has(child.urn));
    const isChart = leaves.some(({ chart }) => chart === resource.urn);
    const lines = [this.#head(resource, first)];
    const bar = branches.length > 0 ? "│  " : "   ";
    lines.push(...this.#kinds(leaves, `${rest}${bar}`, !isChart));
    for (const [index, branch] of branches.entries()) {
      const last = index === branches.length - 1;
      lines.push(...this.lines(branch, `${rest}${last ? "└─ " : "├─ "}`, `${rest}${last ? "   " : "│  "}`));
    }
    return lines;
  }

  #head(resource: ReportedResource, indent: string): string {
    const { colors, width } = this.style;
    const count = this.unrendered.has(resource.urn) ? "not rendered" : String(this.#count(resource) || "");
    const room = width - indent.length - count.length - 1;
    const name = cut(resource.name, room);
    const type = cut(resource.type, room - name.length - 2);
    const gap = " ".repeat(Math.max(1, room - name.length - (type === "" ? 0 : type.length + 2) + 1));
    const right = this.unrendered.has(resource.urn) ? colors.yellow(count) : colors.bold(count);
    return `${colors.dim(indent)}${colors.bold(name)}${type === "" ? "" : `  ${colors.dim(type)}`}${gap}${right}`.trimEnd();
  }

  #kinds(leaves: readonly ReportedResource[], indent: string, named: boolean): string[] {
    const { colors, width } = this.style;
    const kinds = new Map<string, string[]>();
    for (const leaf of leaves) {
      const kind = leaf.type.slice(leaf.type.lastIndexOf(":") + 1);
      kinds.set(kind, [...(kinds.get(kind) ?? []), leaf.object?.name ?? leaf.name]);
    }
    const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
    if (!named) {
      // The names inside a chart are its author's business.
      const text = fit(
        sorted.map(([kind, names]) => counted(kind, names)),
        width - indent.length,
      );
      return text === "" ? [] : [`${colors.dim(indent)}${text}`];
    }
    return sorted.map(([kind, names]) => {
      const label = counted(kind, names);
      const text = fit([...names].sort(), Math.max(20, width - indent.length - label.length - 2));
      return `${colors.dim(indent)}${label}  ${colors.dim(cut(text, width - indent.length - label.length - 2))}`;
    });
  }

  /** All that a provider makes below a component. */
  #count(resource: ReportedResource): number {
    return (this.children.get(resource.urn) ?? []).reduce(
      (sum, child) => sum + (child.custom ? 1 : 0) + this.#count(child),
      0,
    );
  }
}

function counted(kind: string, names: readonly string[]): string {
  return names.length === 1 ? kind : `${kind} ×${names.length}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : width < 2 ? "" : `${text.slice(0, width - 1)}…`;
}
