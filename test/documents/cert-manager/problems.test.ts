import { strict as assert } from "node:assert";
import fc from "fast-check";
import { certManagerProblems, type RequiredCertManager } from "../../../documents/cert-manager/problems";
import { compliantCertManager } from "../../program/live";
import { changed, type Tree } from "../../stacks/fixture";

const required: RequiredCertManager = {
  namespace: "cert-manager",
  clusterResourceNamespace: "cert-manager",
  version: "v1.21.2",
  ambientCredentials: false,
  podLabels: {},
};
const compliant = () => compliantCertManager() as unknown as Tree;
const problems = (found: Tree, wanted: RequiredCertManager = required) =>
  certManagerProblems(found as unknown as Parameters<typeof certManagerProblems>[0], wanted);

const pod = "deployment.spec.template";
const controller = `${pod}.spec.containers[0]`;
const args = (...list: string[]) => ["--v=2", "--cluster-resource-namespace=$(POD_NAMESPACE)", ...list];

const refused: [path: string, value: unknown, field: string, found: string, mend: RegExp][] = [
  [`${controller}.name`, "other", "container cert-manager-controller", "(not set)", /own chart or manifest/],
  ...["v1.21.1", "v1.20.9", "v2.0.0", "v0.99.0"].map((tag): [string, string, string, string, RegExp] => [
    `${controller}.image`,
    `quay.io/jetstack/cert-manager-controller:${tag}`,
    "version",
    `"${tag}"`,
    /^run v1\.21\.2 or later of the same major version$/,
  ]),
  [
    `${pod}.spec.serviceAccountName`,
    "certs-cert-manager",
    "serviceAccountName",
    '"certs-cert-manager"',
    /^write cert-manager/,
  ],
  [
    `${controller}.args`,
    ["--v=2"],
    "--cluster-resource-namespace",
    '"kube-system"',
    /^write cert-manager here, or this one as/,
  ],
  [
    `${controller}.args`,
    ["--cluster-resource-namespace=kube-system"],
    "--cluster-resource-namespace",
    '"kube-system"',
    /^write/,
  ],
  [`${controller}.args`, args("--namespace=certs"), "--namespace", '"certs"', /^remove it/],
  [`${controller}.args`, args("--namespace", "certs"), "--namespace", '"certs"', /^remove it/],
];

describe("an existing cert-manager", () => {
  it("passes as it has to be", () => {
    assert.deepEqual(problems(compliant()), []);
  });

  for (const [path, value, field, found, mend] of refused) {
    it(`is refused with ${path.replace(`${pod}.spec.`, "")} ${JSON.stringify(value)}`, () => {
      const all = problems(changed(compliant(), path, value));
      assert.deepEqual(
        all.map((problem) => [problem.field, problem.found]),
        [[`Deployment cert-manager/cert-manager: ${field}`, found]],
      );
      assert.match(all[0]?.mend ?? "", mend);
    });
  }

  for (const image of ["v1.21.3", "v1.22.0"].map((tag) => `registry.example.com:5000/cert-manager-controller:${tag}`)) {
    it(`passes as ${image}`, () => {
      assert.deepEqual(problems(changed(compliant(), `${controller}.image`, image)), []);
    });
  }

  it("may look for Secrets in another namespace, if the settings say so", () => {
    const found = changed(compliant(), `${controller}.args`, ["--v=2"]);
    assert.deepEqual(problems(found, { ...required, clusterResourceNamespace: "kube-system" }), []);
  });

  it("is refused where whoever may edit a namespace could have any name signed", () => {
    const to = (role: string) => `rbac.authorization.k8s.io/aggregate-to-${role}`;
    const labels = { [to("edit")]: "true", [to("admin")]: "true" };
    const found = changed(compliant(), "editRole.metadata.labels", labels);
    assert.deepEqual(
      problems(found).map(({ field, found: value }) => [field, value]),
      ["edit", "admin"].map((role) => [`ClusterRole cert-manager-edit: label ${to(role)}`, '"true"']),
    );
    // Somebody else approves then, by rules of their own.
    const approved = changed(found, `${controller}.args`, args("--controllers=*,-certificaterequests-approver"));
    assert.deepEqual(problems(approved), []);
  });

  it("needs its own identity for DNS-01 where the settings have it so", () => {
    const wanted = { ...required, ambientCredentials: true, podLabels: { "azure.workload.identity/use": "true" } };
    const deployment = "Deployment cert-manager/cert-manager";
    assert.deepEqual(
      problems(compliant(), wanted).map(({ field }) => field),
      [`${deployment}: --issuer-ambient-credentials`, `${deployment}: label azure.workload.identity/use`],
    );
    for (const flag of ["--issuer-ambient-credentials", "--issuer-ambient-credentials=true"]) {
      const found = changed(
        changed(compliant(), `${controller}.args`, args(flag)),
        `${pod}.metadata.labels`,
        wanted.podLabels,
      );
      assert.deepEqual(problems(found, wanted), []);
    }
  });

  it("never passes by chance, and nothing breaks the comparison", () => {
    fc.assert(
      fc.property(fc.anything(), (deployment) => {
        assert.notDeepEqual(problems({ deployment, editRole: undefined }), []);
      }),
    );
  });
});
