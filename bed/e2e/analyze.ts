import { layout } from "../node/layout";
import { onClient } from "../node/machines";

/** What Istio's own static analysis says of the deployed configuration. */
export interface Analysis {
  /** Messages that count. */
  wrong: string[];
  /** Messages that are known, each with why it stays. */
  accepted: string[];
}

interface Message {
  code: string;
  level: "Error" | "Warning" | "Info";
  message: string;
  origin?: string;
}

/** Warnings that say nothing new, and why. */
const known: Readonly<Record<string, string>> = {
  IST0138:
    "an application's listener shares the gate's certificate, and 421 answers what it warns of (apps/misdirected)",
  IST0133: "an EnvoyFilter is what it takes; docs/decisions/0006 says what for",
};

/** An Istio that is not the platform's own: it is looked for in its namespace, under its revision. */
export interface OwnMesh {
  namespace: string;
  revision: string;
}

/** Runs `istioctl analyze` over the whole cluster. */
export async function analyze(istioctl: string, mesh?: OwnMesh): Promise<Analysis> {
  const command = [
    ...[istioctl, "analyze", "--all-namespaces", "--output", "json", "--failure-threshold", "Error"],
    ...(mesh === undefined ? [] : ["--istioNamespace", mesh.namespace, "--revision", mesh.revision]),
  ];
  const said = await onClient(["sh", "-c", '"$@" || true', "sh", ...command], {
    env: { ...process.env, KUBECONFIG: layout().kubeconfig },
  });
  return judge(JSON.parse(said.slice(said.indexOf("["))) as Message[]);
}

export function judge(messages: readonly Message[]): Analysis {
  const analysis: Analysis = { wrong: [], accepted: [] };
  for (const { code, level, message, origin = "the mesh" } of messages.filter((each) => each.level !== "Info")) {
    const why = level === "Warning" ? known[code] : undefined;
    if (why === undefined) {
      analysis.wrong.push(`${level} ${code} at ${origin}: ${message}`);
    } else {
      analysis.accepted.push(`${code} at ${origin}: ${why}`);
    }
  }
  return analysis;
}
