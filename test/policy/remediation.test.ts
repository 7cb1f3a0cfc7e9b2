import {
  type Policies,
  type ResourceRemediation,
  type ResourceValidation,
  type ResourceValidationArgs,
} from "@pulumi/policy";
import { AnalyzeRequest, AnalyzerResourceOptions, type RemediateResponse } from "@pulumi/pulumi/proto/analyzer_pb";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import { crossguardPolicies, crossguardPolicy } from "../../policy/crossguard";
import { type Manifest } from "../../policy/manifest";
import { rules, stackRules } from "../../policy/pack";
import { type Rule } from "../../policy/rule";
import { forbidPrivilegeEscalation } from "../../policy/rules/pods/forbid-privilege-escalation";
import { typeOf } from "./everyRule/deployed";
import { container, deployment, pod } from "./rules/pods/fixtures";
import { changed, unknownCheckingProxy, unknownObjectValue, unknownStringValue } from "./support";

/** What the SDK keeps out of its type declarations. */
interface Remediate {
  readonly makeRemediateRpcFun: (
    pack: string,
    version: string,
    level: string,
    policies: Policies,
  ) => (
    call: { request: AnalyzeRequest },
    done: (error: unknown, response?: RemediateResponse) => void,
  ) => Promise<void>;
}
/* eslint-disable @typescript-eslint/no-require-imports */
const { makeRemediateRpcFun } = require("@pulumi/policy/server") as Remediate;
const { secretsPreservingProxy } = require("@pulumi/policy/secret") as { secretsPreservingProxy: <T>(props: T) => T };
/* eslint-enable @typescript-eslint/no-require-imports */

const own = `${container}.securityContext`;

describe("the CrossGuard adapter's remediation", () => {
  const violating = changed(deployment, { [`${own}.allowPrivilegeEscalation`]: true });

  function remediate(rule: Rule, manifest: Manifest, more: Partial<ResourceValidationArgs> & { config?: object } = {}) {
    const props = structuredClone(manifest) as unknown as Record<string, unknown>;
    const { config = {}, ...others } = more;
    const args = {
      type: typeOf(manifest),
      // As the SDK has it for a remediation.
      props: unknownCheckingProxy(secretsPreservingProxy(props)),
      getConfig: () => config,
      ...others,
    } as unknown as ResourceValidationArgs;
    const policy = crossguardPolicy(rule) as {
      remediateResource: ResourceRemediation;
      validateResource: ResourceValidation;
    };
    const result = policy.remediateResource(args);
    const reported: string[] = [];
    let thrown: unknown;
    try {
      void policy.validateResource({ ...args, props: unknownCheckingProxy(props) }, (message) =>
        reported.push(message),
      );
    } catch (error) {
      thrown = error;
    }
    return { returned: result !== undefined, props: JSON.parse(JSON.stringify(props)) as unknown, reported, thrown };
  }

  it("is there for rules with a remedy, and leaves every level as it is", () => {
    const policies = crossguardPolicies([...rules, ...stackRules]);
    assert.deepEqual(
      policies.filter((policy) => "remediateResource" in policy).map(({ name }) => name),
      rules.filter(({ remedy }) => remedy !== undefined).map(({ name }) => name),
    );
    assert.ok(policies.every(({ enforcementLevel }) => enforcementLevel !== "remediate"));
  });

  it("returns the resource mended, and finds nothing in it", () => {
    assert.deepEqual(remediate(forbidPrivilegeEscalation, violating), {
      returned: true,
      props: deployment,
      reported: [],
      thrown: undefined,
    });
  });

  it("returns nothing where nothing is wrong", () => {
    const { returned, props } = remediate(forbidPrivilegeEscalation, deployment);
    assert.deepEqual([returned, props], [false, deployment]);
  });

  it("mends each item of a list", () => {
    const list = { apiVersion: "apps/v1", kind: "DeploymentList", items: [deployment, violating] };
    const { props, reported } = remediate(forbidPrivilegeEscalation, list);
    assert.deepEqual(props, { ...list, items: [deployment, deployment] });
    assert.deepEqual(reported, []);
  });

  it("leaves what is exempted", () => {
    const exemption = {
      kind: "Deployment",
      namespace: "team",
      name: "web",
      reason: "ticket 12",
      expires: "2999-12-31",
    };
    const { returned, props } = remediate(forbidPrivilegeEscalation, violating, {
      config: { exemptions: [exemption] },
    });
    assert.deepEqual([returned, props], [false, violating]);
  });

  it("mends what an expired exemption no longer covers", () => {
    const exemption = {
      kind: "Deployment",
      namespace: "team",
      name: "web",
      reason: "ticket 12",
      expires: "2020-01-31",
    };
    const { props } = remediate(forbidPrivilegeEscalation, violating, { config: { exemptions: [exemption] } });
    assert.deepEqual(props, deployment);
  });

  it("mends beside values that are unknown at preview, and leaves those as they are", () => {
    const changes = {
      "metadata.name": unknownStringValue,
      [`${container}.env`]: [{ name: "A", value: unknownStringValue }],
    };
    const { props, reported, thrown } = remediate(forbidPrivilegeEscalation, changed(violating, changes));
    assert.deepEqual(props, changed(deployment, changes));
    assert.deepEqual([reported, thrown], [[], undefined]);
  });

  it("mends one container beside another whose settings are unknown, which is reported as not checked", () => {
    const other = { name: "other", securityContext: unknownObjectValue };
    const changes = { [`${pod}.containers[1]`]: other };
    const { props, reported, thrown } = remediate(forbidPrivilegeEscalation, changed(violating, changes));
    assert.deepEqual(props, changed(deployment, changes));
    assert.deepEqual(reported, []);
    assert.match(String(thrown), /securityContext can't be known during preview/);
  });

  it("writes nothing into an object that can't be read, which is rejected", () => {
    const strange = changed(violating, { [`${pod}.containers`]: "none" });
    const { returned, props, reported } = remediate(forbidPrivilegeEscalation, strange);
    assert.deepEqual([returned, props], [false, strange]);
    assert.match(reported.join(), /can't check this object/);
  });

  it("leaves resources outside Kubernetes", () => {
    assert.equal(remediate(forbidPrivilegeEscalation, violating, { type: "aws:s3/bucket:Bucket" }).returned, false);
  });
});

describe("the SDK's Remediate, with every remedy on", () => {
  const policies = crossguardPolicies(rules).map((policy) => ({ ...policy, enforcementLevel: "remediate" as const }));
  const remediate = makeRemediateRpcFun("pack", "1.0.0", "mandatory", policies);

  /** What the engine gets back for a resource: the policies that changed it, and the last one's result. */
  async function remediated(manifest: unknown): Promise<{ by: string[]; properties: unknown }> {
    const request = new AnalyzeRequest();
    request.setType("kubernetes:apps/v1:Deployment");
    request.setUrn("urn:web");
    request.setName("web");
    request.setOptions(new AnalyzerResourceOptions());
    request.setProperties(Struct.fromJavaScript(manifest as Record<string, JavaScriptValue>));
    const response = await new Promise<RemediateResponse>((resolve, reject) => {
      void remediate({ request }, (error, answer) => (answer ? resolve(answer) : reject(new Error(String(error)))));
    });
    const all = response.getRemediationsList();
    return {
      by: all.map((one) => one.getDiagnostic() || one.getPolicyname()),
      properties: all.at(-1)?.getProperties()?.toJavaScript(),
    };
  }
  const bare = changed(deployment, { [own]: undefined, [`${pod}.securityContext`]: undefined });
  const mended = changed(bare, {
    [own]: {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  });
  const all = ["require-rootless", "forbid-privilege-escalation", "limit-capabilities", "require-seccomp"];

  it("gives back a resource that all of them have mended", async () => {
    assert.deepEqual(await remediated(bare), { by: all, properties: mended });
  });

  it("gives back nothing for a resource that needs none", async () => {
    assert.deepEqual(await remediated(deployment), { by: [], properties: undefined });
  });

  it("keeps a secret a secret, and what is in it mended", async () => {
    const secret = (value: unknown) => ({ [specialSigKey]: specialSecretSig, value });
    const variables = { [`${container}.env`]: [{ name: "TOKEN", value: secret("correct horse") }] };
    assert.deepEqual(await remediated(changed(bare, variables)), { by: all, properties: changed(mended, variables) });
    assert.deepEqual(await remediated({ ...bare, spec: secret(bare["spec"]) }), {
      by: all,
      properties: { ...mended, spec: secret(mended["spec"]) },
    });
  });

  it("leaves unknown values as they are", async () => {
    const variables = { [`${container}.env`]: [{ name: "TOKEN", value: unknownStringValue }] };
    assert.deepEqual(await remediated(changed(bare, variables)), { by: all, properties: changed(mended, variables) });
  });
});
