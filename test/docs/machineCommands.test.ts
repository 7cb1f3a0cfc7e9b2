/** The commands of machines, each held against what the gateway and the applications make of it. */
import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { type AuthorizationSpec, matches, type Request } from "../program/authorization";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { production, settingsOf, type Tree } from "../stacks/fixture";
import { blocksOf, settingsIn, textOf } from "./settings";

const policiesOf = (recording: Recording, namespace: string, action: string) =>
  recording
    .all<{ spec: AuthorizationSpec }>("AuthorizationPolicy", namespace)
    .filter(({ spec }) => (spec.action ?? "ALLOW") === action)
    .map(({ spec }) => spec);

describe("the job of GitLab CI on the page on machines", () => {
  const page = "docs/2-machines.md";
  const heading = "A job of GitLab CI";
  const blocks = blocksOf(page, "yaml").filter((block) => block.heading === heading);
  const settings: Tree = blocks.map(settingsIn).find((shown) => shown !== undefined) ?? {};
  const [issuer] = (settings.machines as { issuers: { issuer: string; audiences: string[] }[] }).issuers;
  const job = (blocks.map(({ text }) => parse(text) as Record<string, Job>).find((shown) => "list-runs" in shown) ??
    {})["list-runs"];
  interface Job {
    id_tokens: Record<string, { aud: string }>;
    before_script: string[];
    script: string[];
  }
  let recording: Recording;
  before(async () => (recording = await recordPlatform(settingsOf({ ...production(), ...settings }))));

  const denied = (sub: string, iss = issuer?.issuer) =>
    policiesOf(recording, "ingress", "DENY").some((spec) =>
      matches(spec, {
        port: 8443,
        host: "kubeflow.example.com",
        path: "/pipeline/apis/v2beta1/runs",
        headers: { authorization: "Bearer x" },
        claims: { iss, sub, aud: issuer?.audiences[0] },
      }),
    );

  it("asks GitLab for a token with an audience that the gateway takes from that issuer", () => {
    const { spec } = recording.object<{ spec: { jwtRules: { issuer: string; audiences: string[] }[] } }>(
      "RequestAuthentication",
      "tokens",
      "ingress",
    );
    const rule = spec.jwtRules.find((one) => one.issuer === "https://gitlab.com");
    assert.deepEqual(
      Object.values(job?.id_tokens ?? {}).map(({ aud }) => aud),
      rule?.audiences,
    );
  });

  it("shows the gate that token, and trusts the certificate of the variable that the page makes", () => {
    const [name = ""] = Object.keys(job?.id_tokens ?? {});
    const [command = ""] = job?.script ?? [];
    assert(command.includes(`--header "Authorization: Bearer $${name}" https://kubeflow.example.com/`));
    const [, variable = ""] = /caCertificate \| glab variable set (\w+) --type file/.exec(textOf(page)) ?? [];
    assert(command.includes(`--cacert "$${variable}"`));
  });

  it("comes in with the user that the page names, and no other project does", () => {
    const user = "project_path:example/pipelines:ref_type:branch:ref:main";
    assert(textOf(page).includes(`\`${user}\``));
    assert(!denied(user));
    assert(denied("project_path:example/other:ref_type:branch:ref:main"));
    assert(denied("project_path:stranger/pipelines:ref_type:branch:ref:main"));
  });
});

describe("the pod on the page on applications", () => {
  const page = "docs/15-applications.md";
  const heading = "From inside of the cluster";
  const of = (language: string) => blocksOf(page, language).filter((block) => block.heading === heading);
  const settings: Tree =
    of("yaml")
      .map(settingsIn)
      .find((shown) => shown !== undefined) ?? {};
  const pod = of("yaml")
    .map(({ text }) => parse(text) as Tree)
    .find(({ kind }) => kind === "Pod") as {
    spec: {
      containers: { volumeMounts: { name: string; mountPath: string }[] }[];
      volumes: {
        name: string;
        projected: { sources: { serviceAccountToken: { path: string; audience: string } }[] };
      }[];
    };
  };
  const [{ mountPath, name } = { mountPath: "", name: "" }] = pod.spec.containers[0]?.volumeMounts ?? [];
  const volume = pod.spec.volumes.find((one) => one.name === name);
  const token = volume?.projected.sources[0]?.serviceAccountToken;

  it("has a token for Kubeflow Pipelines, which both clients read where it is mounted", () => {
    assert.equal(token?.audience, "pipelines.kubeflow.org");
    const file = `${mountPath}/${token.path}`;
    assert(of("sh").some(({ text }) => text.includes(`Bearer $(cat ${file})`)));
    assert(of("python").some(({ text }) => text.includes(`path="${file}"`)));
  });

  it("asks the Service of the settings above it", () => {
    const [{ service } = { service: { name: "", namespace: "", port: 0 } }] = settings.apps as {
      service: { name: string; namespace: string; port: number };
    }[];
    assert.equal(service.port, 80);
    const host = `http://${service.name}.${service.namespace}.svc.cluster.local`;
    assert(of("sh").some(({ text }) => text.includes(`'${host}/apis/`)));
    assert(of("python").some(({ text }) => text.includes(`host="${host}",`)));
  });

  it("is let in by its token, and not with a user's header beside it", async () => {
    const recording = await recordPlatform(settingsOf({ ...production(), ...settings }));
    const policies = policiesOf(recording, "kubeflow", "ALLOW");
    assert.equal(policies.length, 1);
    const request: Request = {
      port: 3000,
      host: "ml-pipeline-ui.kubeflow.svc.cluster.local",
      path: "/apis/v2beta1/experiments",
      principal: "cluster.local/ns/team-a/sa/default-editor",
    };
    const allowed = (headers: Record<string, string>) =>
      policies.some((spec) => matches(spec, { ...request, headers }));
    assert(allowed({ authorization: "Bearer x" }));
    assert(!allowed({}));
    for (const header of ["kubeflow-userid", "kubeflow-groups"]) {
      assert(!allowed({ authorization: "Bearer x", [header]: "someone" }), header);
    }
  });
});
