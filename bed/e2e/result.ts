import { endsTls, type Need } from "../../acceptance/check";
import { type CheckResult, titleOf, type Verification } from "../../acceptance/verification";
import { certManagerPrograms } from "../platform/leftOut";
import { type Bed } from "../startUp";
import { type Analysis } from "./analyze";
import { type LifecycleStep } from "./lifecycle";
import { type Mode } from "./mode";
import { type Noticed } from "./mutate";

/** What a mode came to; a step that gave no result stands in `broken`. */
export interface ModeResult {
  mode: Mode;
  bed?: Bed;
  /** What the checks need and the bed was built with. */
  met: readonly Need[];
  /** What `istioctl analyze` says of the configuration. */
  analysis?: Analysis;
  verification?: Verification;
  mutations: Noticed[];
  /** What came after the suite: once more, and away. */
  lifecycle: LifecycleStep[];
  /** Why the whole mode was left out. */
  leftOut?: string;
  /** Steps that ended without a result, each with the reason. */
  broken: { step: string; why: string }[];
  seconds: number;
}

export interface E2eCounts {
  passed: number;
  failed: number;
  leftOut: number;
}

export function emptyResult(mode: Mode): ModeResult {
  return { mode, met: [], mutations: [], lifecycle: [], broken: [], seconds: 0 };
}

/** The needs that a bed meets: by what was deployed, and not by how the gate behaves, which is what is to be proven. */
export function needsMet({ facts, versions, browser, jupyterlab }: Bed, { verify = [] }: Mode, load: number): Need[] {
  const runs = (programs: readonly string[]) => programs.every((name) => Object.hasOwn(versions, name));
  const conditions: readonly (readonly [Need, boolean])[] = [
    ["load", load > 0],
    ["wait", verify.includes("--wait")],
    ["echo", facts.echoUrl !== undefined],
    ["client-address", facts.front !== undefined],
    ["gateway-address", facts.front !== undefined],
    ["offload", endsTls(facts.front)],
    ["bare", facts.front?.bare !== undefined],
    ["renew", facts.renewsCertificate === true],
    ["cluster-keys", facts.clusterKeys === true],
    ["acme-http01", facts.acmeHttp01 === true],
    ["app", facts.apps?.url !== undefined],
    ["closed-app", facts.apps?.closedUrl !== undefined],
    ["in-cluster-app", facts.apps?.inCluster !== undefined],
    ["notebooks", facts.notebooks !== undefined],
    ["notebook-paths", verify.includes("--notebook-namespace")],
    ["connectors", facts.connectors === true],
    ["outsider", (facts.outsiders ?? []).length > 0],
    ["job", facts.jobFile !== undefined],
    ["kept-sessions", facts.keepsSessions === true],
    ["sessions-in-cookies", facts.keepsSessions !== true],
    ["sessions", runs(["oauth2-proxy"])],
    ["cert-manager", runs(certManagerPrograms)],
    ["jupyterlab", jupyterlab !== undefined],
    ["browser", browser !== undefined],
  ];
  return [
    ...(["user", "client", "cluster", "audience", "unreachable-issuer", "disturb", "rotate"] as const),
    ...conditions.flatMap(([need, met]) => (met ? [need] : [])),
  ];
}

/** Checks that were left out although all that they need was deployed, each with the reason that was given. */
export function wronglyLeftOut(checks: readonly CheckResult[], met: readonly Need[]): string[] {
  return checks
    .filter(({ outcome, needs }) => outcome === "left-out" && needs.every((need) => met.includes(need)))
    .map((check) => `${titleOf(check)}: ${check.reason ?? "no reason given"}`);
}

export function count(results: readonly ModeResult[]): E2eCounts {
  const counts = { passed: 0, failed: failures(results).length, leftOut: 0 };
  for (const { met, analysis, verification, mutations, lifecycle, leftOut } of results) {
    counts.leftOut += leftOut === undefined ? 0 : 1;
    counts.passed += analysis?.wrong.length === 0 ? 1 : 0;
    if (verification !== undefined) {
      counts.passed += verification.counts.passed;
      counts.leftOut += verification.counts.leftOut - wronglyLeftOut(verification.checks, met).length;
    }
    for (const { outcome } of [...mutations, ...lifecycle]) {
      counts.passed += outcome === "noticed" || outcome === "passed" ? 1 : 0;
      counts.leftOut += outcome === "left-out" ? 1 : 0;
    }
  }
  return counts;
}

/** Everything that counts as failed, a line each, to end a run with: mode, what it was and why. */
export function failures(results: readonly ModeResult[]): string[] {
  return results.flatMap(({ mode, met, analysis, verification, mutations, lifecycle, broken }) => {
    const checks = verification?.checks ?? [];
    return [
      ...broken.map(({ step, why }) => `${step} ended without a result: ${why}`),
      ...(analysis !== undefined && analysis.wrong.length > 0
        ? [`istioctl analyze: ${analysis.wrong.join("; ")}`]
        : []),
      ...checks
        .filter(({ outcome }) => outcome === "failed")
        .map((check) => `${titleOf(check)}: ${check.wrong.join("; ")}`),
      ...wronglyLeftOut(checks, met).map((check) => `left out although all that it needs is there: ${check}`),
      ...mutations
        .filter(({ outcome }) => outcome === "missed")
        .map(({ name, why = "" }) => `mutation ${name} was missed: ${why}`),
      ...lifecycle.filter(({ outcome }) => outcome === "failed").map(({ name, says }) => `${name}: ${says}`),
    ].map((line) => `${mode.name}: ${line}`);
  });
}
