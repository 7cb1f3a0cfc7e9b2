import { type Framework, type Reference } from "./rule";

/** A weakness of MITRE's list, as the SDK's framework entry and as a reference. */
export function weakness(number: number, title: string): { readonly framework: Framework; readonly cwe: Reference } {
  const id = `CWE-${number}`;
  return {
    framework: { name: "CWE", version: "4", reference: id, specification: title },
    cwe: {
      id,
      url: `https://cwe.mitre.org/data/definitions/${number}.html`,
      about: title.charAt(0).toLowerCase() + title.slice(1),
    },
  };
}

/** An entry of the CIS Kubernetes Benchmark, by its number in version 1.12. */
export function cis(number: string, about: string): Reference {
  return { id: `CIS Kubernetes Benchmark ${number}`, url: "https://www.cisecurity.org/benchmark/kubernetes", about };
}

/** Entries of the OWASP Kubernetes Top Ten of 2025, by their pages. */
const topTen = {
  K01: ["Insecure-Workload-Configurations", "insecure workload configurations"],
  K02: ["Overly-Permissive-Authorization-Configurations", "overly permissive authorization configurations"],
  K05: ["Missing-Network-Segmentation-Controls", "missing network segmentation controls"],
  K06: ["Overly-Exposed-Kubernetes-Components", "overly exposed Kubernetes components"],
  K08: ["Cluster-To-Cloud-Lateral-Movement", "from the cluster to the cloud's account"],
} as const;

export function owasp(entry: keyof typeof topTen): Reference {
  const [page, about] = topTen[entry];
  const folder = "https://github.com/OWASP/www-project-kubernetes-top-ten/blob/main/2025/en/src";
  return { id: `OWASP Kubernetes Top Ten ${entry}:2025`, url: `${folder}/${entry}-${page}.md`, about };
}

export const podSecurityStandards: Reference = {
  id: "Pod Security Standards",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  about: "the restricted policy, which lists what each field may be",
};

export const nsaHardening: Reference = {
  id: "NSA/CISA Kubernetes Hardening Guide",
  url: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
  about: "non-root containers, read-only file systems, network separation and least privilege",
};

export const rbacGoodPractices: Reference = {
  id: "RBAC good practices",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  about: "what wildcards, Secrets and the verbs bind, escalate and impersonate give away",
};
