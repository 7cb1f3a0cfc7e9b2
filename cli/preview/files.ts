import { statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { BadInput, type Problem } from "../exit";
import { formatPreviewMarkdown } from "../formats/previewMarkdown";
import type * as sarif from "../formats/previewSarif";
import { type PreviewReport } from "./report";

/** Files that a preview writes besides what it prints. */
export interface ReportFiles {
  sarif?: string;
  markdown?: string;
}

/** Before the preview runs, which takes a while, it is sure that its reports can be written. */
export function checkReportFiles({ sarif, markdown }: ReportFiles): void {
  const problems = [
    { key: "--sarif", file: sarif },
    { key: "--markdown", file: markdown },
  ].flatMap(({ key, file }): Problem[] => {
    if (file === undefined) return [];
    const path = resolve(file);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      return [{ key, value: `${file} (a folder)`, mend: "name a file" }];
    }
    const folder = dirname(path);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return [];
    return [
      { key, value: `${file} (its folder is not there)`, mend: "make the folder, or name a file in another one" },
    ];
  });
  if (problems.length > 0)
    throw new BadInput("A report can't be written where it should be; nothing was rendered.", problems);
}

/** Also after a violation, which is what the reports are for. */
export function writeReportFiles(files: ReportFiles, report: PreviewReport, settingsFile: string, root: string): void {
  if (files.markdown !== undefined) writeFileSync(files.markdown, formatPreviewMarkdown(report));
  if (files.sarif === undefined) return;
  // Only now: the rules with their readers would make every other preview wait.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { formatPreviewSarif } = require("../formats/previewSarif") as typeof sarif;
  writeFileSync(files.sarif, `${formatPreviewSarif(report, settingsFile, root)}\n`);
}
