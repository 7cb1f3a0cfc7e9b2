import { type CrowdFigures } from "../bench/crowd";
import { type Style } from "./style";

/** How much slower the last may be than the first: what differs from one run to the next on a busy machine. */
const tolerated = 0.85;

const titles = { hosts: "a host for each", path: "paths of one host" } as const;

export function formatCrowd(figures: readonly CrowdFigures[], { colors }: Style): string {
  const mebibytes = (bytes: number) => (Number.isNaN(bytes) ? "unknown" : (bytes / 2 ** 20).toFixed(1));
  const rows = figures.map(({ layout, notebooks, first, last, ratio, memory, configuration }) => {
    const verdict =
      layout === "path"
        ? "as Kubeflow has it"
        : ratio >= tolerated
          ? colors.green(`aim ${tolerated}: met`)
          : colors.red(`aim ${tolerated}: missed`);
    return [
      titles[layout],
      String(notebooks),
      first.toFixed(0),
      last.toFixed(0),
      ratio.toFixed(2),
      mebibytes(memory),
      mebibytes(configuration),
      verdict,
    ];
  });
  const head = ["notebooks", "count", "first/s", "last/s", "last:first", "memory MiB", "configuration MiB", ""];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 || column === cells.length - 1
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}
