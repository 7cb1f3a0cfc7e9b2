import { strict as assert } from "node:assert";
import { NotebookAdmission, type NotebookAdmissionArgs } from "../../components/notebookAdmission";
import { record } from "../program/record";
import { type Recording } from "../program/recording";

const args: NotebookAdmissionArgs = {
  domain: "notebooks.example.com",
  signInHost: "auth.notebooks.example.com",
  gateway: "ingress/gatehouse-notebooks",
  kinds: [{ kind: "notebook", path: "notebook", suffix: "" }],
};

interface Binding {
  spec: { policyName: string; validationActions?: string[] };
}

describe("notebook admission", () => {
  let recording: Recording;

  before(async () => {
    recording = await record(() => void new NotebookAdmission("notebooks", args, {}));
  });

  const kinds = ["Mutating", "Validating"].map((kind) => `${kind}AdmissionPolicy`);

  it("binds each policy to the whole cluster under its own name", () => {
    for (const kind of kinds) {
      const policies = recording.all(kind).map(({ metadata }) => metadata.name);
      const bindings = recording.all<Binding>(`${kind}Binding`);
      assert.deepEqual(
        bindings.map(({ spec }) => spec.policyName),
        policies,
      );
      assert(bindings.every(({ spec }) => !("matchResources" in spec)));
    }
  });

  it("denies, and neither warns nor only writes it down", () => {
    const bindings = recording.all<Binding>("ValidatingAdmissionPolicyBinding");
    assert.equal(bindings.length, 3);
    for (const { spec } of bindings) {
      assert.deepEqual(spec.validationActions, ["Deny"]);
    }
  });

  it("labels all of it as the platform's, in the version of the API that every cluster has", () => {
    for (const kind of kinds.flatMap((name) => [name, `${name}Binding`])) {
      for (const { apiVersion, metadata } of recording.all(kind)) {
        assert.equal(apiVersion, "admissionregistration.k8s.io/v1");
        assert.equal(metadata.labels?.["app.kubernetes.io/part-of"], "kubeflow-gatehouse");
      }
    }
  });

  it("mends before it refuses", () => {
    const mends = recording.declared("MutatingAdmissionPolicyBinding", "gatehouse-notebook-hosts");
    for (const { metadata } of recording.all("ValidatingAdmissionPolicy")) {
      assert(recording.waitsFor(recording.declared("ValidatingAdmissionPolicy", metadata.name), mends), metadata.name);
    }
  });

  it("holds for everybody's namespaces but the platform's two", () => {
    const { spec } = recording.object<{ spec: { matchConditions: { expression: string }[] } }>(
      "ValidatingAdmissionPolicy",
      "gatehouse-notebook-routes",
    );
    assert.equal(spec.matchConditions[0]?.expression, '!(request.namespace in ["ingress", "auth"])');
  });
});
