import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type CommandContext } from "../../../cli/context";
import { Redactor } from "../../../cli/engine/redactor";
import { styleFor } from "../../../cli/formats/style";
import { Progress } from "../../../cli/progress";
import { type ScanOptions } from "../../../cli/scan";
import { scan } from "../../../cli/scan/run";
import { type ScanEntry } from "../../../cli/formats/scan";

/** A file's content, or where a link leads. */
export type Content = string | Uint8Array | { link: string };

export interface Scanned {
  code: number;
  stdout: string;
  stderr: string;
  entries: () => ScanEntry[];
}

/** Scans files in a folder of their own, which is called `in` in what comes back. */
export async function scanned(
  files: Record<string, Content>,
  { inputs = ["."], ...given }: Partial<ScanOptions> & { inputs?: string[] } = {},
): Promise<Scanned> {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-scan-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof content === "object" && "link" in content) symlinkSync(content.link, path);
      else writeFileSync(path, content);
    }
    const [stdout, stderr]: [string[], string[]] = [[], []];
    const context: CommandContext = {
      redactor: new Redactor(),
      output: {
        print: (text: string) => Promise.resolve(void stdout.push(text)),
        aside: (text: string) => void stderr.push(text),
      } as CommandContext["output"],
      progress: new Progress(() => undefined, false),
      style: styleFor({ isTTY: false }, {}),
      finish: () => undefined,
    };
    const options: ScanOptions = {
      format: "json",
      level: "mandatory",
      environment: "prod",
      namespace: "default",
      ...given,
      ...(given.config !== undefined && { config: join(folder, given.config) }),
    };
    const code = await scan(
      inputs.map((input) => (input === "." ? folder : join(folder, input))),
      options,
      context,
    );
    const shown = (texts: readonly string[]) =>
      texts.join("").replaceAll(folder, "in").replaceAll(relative(process.cwd(), folder), "in");
    const printed = shown(stdout);
    return { code, stdout: printed, stderr: shown(stderr), entries: () => JSON.parse(printed) as ScanEntry[] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A manifest that violates forbid-skip-verify in its tenth and last line. */
export const skipping = (name: string, namespace = "auth"): string =>
  [
    "apiVersion: networking.istio.io/v1",
    "kind: DestinationRule",
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    "spec:",
    "  host: dex.auth.svc.cluster.local",
    "  trafficPolicy:",
    "    tls:",
    "      mode: SIMPLE",
    "      caCertificates: /etc/ca.pem",
    "      insecureSkipVerify: true",
    "",
  ].join("\n");

/** A manifest that violates forbid-cluster-wide-request-authentication in its fourth line, and the denial that others ask for. */
export const meshWide = (namespace?: string): string => {
  const metadata = `metadata: { name: all${namespace === undefined ? "" : `, namespace: ${namespace}`} }`;
  return [
    "apiVersion: security.istio.io/v1",
    "kind: RequestAuthentication",
    metadata,
    "spec: {}",
    "---",
    "apiVersion: security.istio.io/v1",
    "kind: AuthorizationPolicy",
    metadata,
    'spec: { action: DENY, rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }] }',
    "",
  ].join("\n");
};

/** What can't be wrong. */
export const clean = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: auth\n";

/** The findings in short: file, line, rule and name. */
export const inShort = ({ entries }: Scanned): string[] =>
  entries().map(({ file, line, policy, resource }) => `${file}:${line} ${policy} ${resource?.name}`);
