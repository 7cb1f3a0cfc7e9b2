import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { exemptionRules } from "../../policy/exemptionRules";
import { todayInUtc } from "../../policy/exemptions";
import { rules, stackRules } from "../../policy/pack";
import { type CommandContext } from "../context";
import { type ExitCode, exitCodes, type Problem } from "../exit";
import { formatScan, formatScanJson, formatScanProblems } from "../formats/scan";
import { formatSarif } from "../formats/sarif";
import { type ScanOptions } from "../scan";
import { check, type ScanFinding } from "./check";
import { PackConfig, readPackConfig } from "../policies/packConfig";
import { configurable } from "./config";
import { type InputFile, inputFiles, unreadable } from "./files";
import { objectsIn, type ScannedObject } from "./objects";
import { readText } from "./text";

/** What a scan found. */
export interface ScanResult {
  findings: readonly ScanFinding[];
  /** Violations that an exemption covers. */
  exempted: number;
  files: number;
  objects: number;
  /** Documents that hold something else than Kubernetes objects. */
  passedOver: number;
  /** What could not be read. */
  problems: readonly Problem[];
  /** Where the first file is shown, for what is about no object. */
  firstFile: string;
}

/** Scans what was named, prints the report, and says how it ended. */
export async function scan(
  inputs: readonly string[],
  { format, level, environment, namespace, config: configFile }: ScanOptions,
  { output, progress, style }: CommandContext,
): Promise<ExitCode> {
  const pack = [...rules, ...stackRules];
  const config = configFile === undefined ? new PackConfig() : readPackConfig(configFile, configurable(pack));
  const { files, problems } = inputFiles(inputs);
  progress.phase(`reading ${files.length} files`);
  const read = await readObjects(files, [...problems]);
  progress.phase(`checking ${read.objects.length} objects`);
  const today = todayInUtc();
  const { findings, exempted } = check({ objects: read.objects, rules: pack, config, environment, namespace, today });
  progress.stop();

  const result: ScanResult = {
    findings,
    exempted,
    files: files.length,
    objects: read.objects.length,
    passedOver: read.passedOver,
    problems: read.problems,
    firstFile: files[0]?.name ?? "-",
  };
  const printed = {
    text: () => formatScan(result, style),
    json: () => formatScanJson(result),
    sarif: () => formatSarif(result, [...pack, ...exemptionRules], process.cwd()),
  }[format]();
  await output.print(printed);
  // The standard output is the report's alone.
  if (read.problems.length > 0) output.aside(`${formatScanProblems(read.problems, style).join("\n")}\n`);
  if (read.problems.length > 0) return exitCodes.badInput;
  const counts = findings.some((finding) => level === "advisory" || finding.level === "mandatory");
  return counts ? exitCodes.mandatoryViolation : exitCodes.clean;
}

interface Read {
  objects: ScannedObject[];
  passedOver: number;
  problems: Problem[];
}

async function readObjects(files: readonly InputFile[], problems: Problem[]): Promise<Read> {
  const read: Read = { objects: [], passedOver: 0, problems };
  for (const file of files) {
    let bytes: Uint8Array;
    try {
      bytes = file.path === "-" ? await buffer(process.stdin) : readFileSync(file.path);
    } catch (error) {
      problems.push(unreadable(file.name, error));
      continue;
    }
    const text = readText(file.name, bytes);
    const found = text.documents.map((document) => objectsIn(file.name, document));
    const broken = [...text.unreadable, ...found.flatMap((part) => part.unreadable)];
    for (const { line, reason } of broken.sort((a, b) => a.line - b.line)) {
      problems.push({ key: `${file.name}:${line}`, value: reason, mend: mendFor(file.name) });
    }
    // One by one: a dump can hold more objects than a call takes arguments.
    for (const part of found) for (const object of part.objects) read.objects.push(object);
    read.passedOver += found.reduce((sum, part) => sum + part.passedOver, 0);
  }
  if (read.objects.length === 0 && problems.length === 0) {
    const value = files.length === 0 ? "no *.yaml, *.yml or *.json there" : "no Kubernetes object in it";
    // Where the command before it in a pipe failed, nothing arrives, and nothing would be wrong with it.
    problems.push({
      key: files.length === 1 ? (files[0]?.name ?? "") : "nothing to scan",
      value,
      mend: "name what holds Kubernetes objects; of a kustomization or a chart that is what it renders to",
    });
  }
  return read;
}

function mendFor(name: string): string {
  return /(^|[\\/])templates[\\/]/.test(name)
    ? "a chart's template has to be rendered first: helm template … | gatehouse scan -"
    : "mend it: what can't be read isn't checked";
}
