import assert from "node:assert/strict";
import { type Manifest } from "../../../policy/manifest";
import { memberOf } from "../../../policy/rule";
import { runTogether } from "../../../policy/run";
import { forbidHealthCheckBypass } from "../../../policy/rules/oauth2-proxy/forbid-health-check-bypass";
import { requireSameSiteCookies } from "../../../policy/rules/oauth2-proxy/require-same-site-cookies";
import { requireSecureCookies } from "../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { requireVisibleOAuth2ProxySettings as visible } from "../../../policy/rules/oauth2-proxy/require-visible-oauth2-proxy-settings";
import { context, together, unknownCheckingProxy, unknownStringValue } from "../support";
import { configured, workload } from "../rules/oauth2-proxy/fixtures";

const secure = requireSecureCookies;
const config = "--config=/etc/proxy/oauth2_proxy.cfg";
const variable = { name: "OAUTH2_PROXY_COOKIE_SECURE" };
const hint = "so nobody can see them. Hand that ConfigMap in with them, or write the settings here.";

describe("the reader of oauth2-proxy's settings", () => {
  it("takes a flag before a variable, and a variable before the file", () => {
    const env = [{ ...variable, value: "true" }];
    assert.deepEqual(together(secure, [configured({ cookie_secure: false }), workload({ env })]), []);
    const args = [config, "--cookie-secure=false"];
    assert.deepEqual(together(secure, [configured({ cookie_secure: true }), workload({ env, args })]), [
      [
        1,
        'spec.template.spec.containers[0].args[1] (--cookie-secure) = "false" sends the session over plain HTTP. ' +
          "Write --cookie-secure=true, or remove it.",
      ],
    ]);
  });

  it("takes an empty variable for none, as oauth2-proxy does", () => {
    const env = [{ ...variable, value: "" }];
    assert.equal(together(secure, [configured({ cookie_secure: false }), workload({ env })]).length, 1);
  });

  it("takes no variable in small letters, which oauth2-proxy doesn't read", () => {
    const env = [{ name: "OAUTH2_PROXY_cookie_samesite", value: "lax" }];
    const manifests = [configured({ cookie_samesite: undefined }), workload({ env })];
    assert.equal(together(requireSameSiteCookies, manifests).length, 1);
  });

  it("takes the last of two flags", () => {
    const args = [config, "--cookie-secure=false", "--cookie-secure"];
    assert.deepEqual(together(secure, [configured(), workload({ args })]), []);
  });

  it("takes no word behind a switch for its value", () => {
    const args = [config, "--cookie-secure", "false"];
    assert.deepEqual(together(secure, [configured(), workload({ args })]), []);
  });

  it("names the object that a variable comes from", () => {
    const env = [{ ...variable, valueFrom: { configMapKeyRef: { name: "parameters", key: "FORCE_HTTPS" } } }];
    const parameters: Manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "parameters", namespace: "auth" },
      data: { FORCE_HTTPS: "false" },
    };
    assert.deepEqual(together(secure, [configured(), parameters, workload({ env })]), [
      [
        1,
        'data.FORCE_HTTPS (OAUTH2_PROXY_COOKIE_SECURE) = "false" sends the session over plain HTTP. ' +
          "Write OAUTH2_PROXY_COOKIE_SECURE=true, or remove it.",
      ],
    ]);
  });

  it("doesn't take another namespace's object for the one that is meant", () => {
    const elsewhere = { ...configured(), metadata: { name: "proxy", namespace: "other" } };
    assert.deepEqual(
      together(visible, [elsewhere, workload()]).map(([at]) => at),
      [1],
    );
  });

  it("finds a proxy in every kind that has pods", () => {
    const { spec } = workload({ args: ["--ping-user-agent=probe"] }) as unknown as { spec: { template: object } };
    for (const manifest of [
      { apiVersion: "apps/v1", kind: "StatefulSet", spec },
      { apiVersion: "apps/v1beta2", kind: "Deployment", spec },
      { apiVersion: "batch/v1", kind: "CronJob", spec: { jobTemplate: { spec } } },
      { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec },
      { apiVersion: "v1", kind: "Pod", ...spec.template },
    ]) {
      assert.equal(together(forbidHealthCheckBypass, [manifest]).length, 1, manifest.kind);
    }
  });

  for (const [what, container] of Object.entries({
    "an image of another registry": { image: "registry.example.com/mirror/oauth2-proxy@sha256:0" },
    "an older name of the image": { image: "example/oauth2_proxy:v5" },
    "a command": { image: "gate:1", command: ["/usr/bin/oauth2-proxy"] },
    "a variable": { image: "gate:1", env: [{ name: "OAUTH2_PROXY_PROVIDER", value: "oidc" }] },
  })) {
    it(`knows a proxy by ${what}`, () => {
      const manifest = workload({ args: ["--ping-user-agent=probe"], ...container });
      assert.equal(together(forbidHealthCheckBypass, [manifest]).length, 1);
    });
  }

  it("takes Dex for none, which has the client's secret in a variable of the same name", () => {
    const env = [{ name: "OAUTH2_PROXY_CLIENT_SECRET", value: "a" }];
    const manifest = workload({ image: "ghcr.io/dexidp/dex:v2.45.1", args: [], env });
    assert.deepEqual(together(requireSameSiteCookies, [manifest]), []);
  });

  it("finds one key of a ConfigMap under another path", () => {
    const text = JSON.stringify(workload({ args: ["--config", "/etc/proxy/a/b.toml"] })).replace(
      '"configMap":{"name":"proxy"}',
      '"projected":{"sources":[{"configMap":{"name":"proxy","items":[{"key":"oauth2_proxy.cfg","path":"a/b.toml"}]}}]}',
    );
    const manifests = [configured({ cookie_secure: false }), JSON.parse(text) as Manifest];
    assert.deepEqual(together(visible, manifests), []);
    assert.equal(together(secure, manifests).length, 1);
  });

  it("finds a single file that is mounted", () => {
    const volumeMounts = [{ name: "config", mountPath: "/etc/proxy/oauth2_proxy.cfg", subPath: "oauth2_proxy.cfg" }];
    const manifests = [configured({ cookie_secure: false }), workload({ volumeMounts })];
    assert.deepEqual(together(visible, manifests), []);
    assert.equal(together(secure, manifests).length, 1);
  });

  it("finds a configuration that a chart takes from a ConfigMap", () => {
    const release = {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "oauth2-proxy",
      namespace: "auth",
      values: { config: { existingConfig: "proxy", existingSecret: "keys" } },
    };
    assert.deepEqual(
      together(secure, [release, configured({ cookie_secure: false })]).map(([at]) => at),
      [1],
    );
    assert.deepEqual(together(visible, [release, configured()]), []);
  });
});

describe("require-visible-oauth2-proxy-settings", () => {
  it("rejects a file of an object that isn't there", () => {
    assert.deepEqual(together(visible, [workload()]), [
      [
        0,
        "spec.template.spec.containers[0].args[0] (--config) takes settings from the ConfigMap proxy, which is not among " +
          `these objects, ${hint}`,
      ],
    ]);
  });

  it("leaves the other rules silent about what nobody can see", () => {
    assert.deepEqual(together(requireSameSiteCookies, [workload()]), []);
  });

  it("rejects a variable of an object that isn't there", () => {
    const env = [{ ...variable, valueFrom: { configMapKeyRef: { name: "parameters", key: "FORCE_HTTPS" } } }];
    assert.deepEqual(together(visible, [configured(), workload({ env })]), [
      [
        1,
        "spec.template.spec.containers[0].env[0] (OAUTH2_PROXY_COOKIE_SECURE) takes settings from the ConfigMap parameters, " +
          `which is not among these objects, ${hint}`,
      ],
    ]);
  });

  it("lets a secret come from a Secret that somebody else makes", () => {
    const env = [
      { name: "OAUTH2_PROXY_CLIENT_SECRET", valueFrom: { secretKeyRef: { name: "vault", key: "client" } } },
      { name: "OAUTH2_PROXY_CLIENT_ID", valueFrom: { secretKeyRef: { name: "vault", key: "id" } } },
    ];
    assert.deepEqual(together(visible, [configured(), workload({ env })]), []);
  });

  it("rejects all variables of a Secret that isn't there", () => {
    const manifest = workload({ envFrom: [{ secretRef: { name: "vault" } }] });
    assert.equal(together(visible, [configured(), manifest]).length, 1);
  });

  it("rejects a file that is in no volume of Kubernetes'", () => {
    assert.deepEqual(together(visible, [workload({ args: ["--config=/opt/proxy.cfg"] })]), [
      [
        0,
        "spec.template.spec.containers[0].args[0] (--config) reads /opt/proxy.cfg, which is no file of a ConfigMap or a " +
          "Secret. Mount it from one.",
      ],
    ]);
  });

  it("rejects a text that can't be read, and doesn't quote it", () => {
    const manifest = { ...configured(), data: { "oauth2_proxy.cfg": 'client_secret = "correct horse' } };
    const [[at, message = ""] = [], ...rest] = together(visible, [manifest]);
    assert.deepEqual([at, rest], [0, []]);
    assert.match(
      message,
      /^data\["oauth2_proxy.cfg"\] is not readable as oauth2-proxy's configuration \(TOML\) at line 1/,
    );
    assert.ok(!message.includes("horse"), message);
  });

  it("rejects a workload whose shape is another than Kubernetes', and checks the others", () => {
    const odd = workload({ args: "--config=/etc/proxy/oauth2_proxy.cfg" });
    assert.deepEqual(together(visible, [odd, configured()]), [
      [
        0,
        "spec.template.spec.containers[0].args is something else than a list, which Kubernetes expects. " +
          "What can't be read isn't checked.",
      ],
    ]);
  });

  for (const script of [
    "exec oauth2-proxy $ARGS",
    'oauth2-proxy "$@"',
    "oauth2-proxy `cat flags`",
    "oauth2-proxy $(cat flags)",
  ]) {
    it(`rejects a script that makes flags: ${script}`, () => {
      const manifest = workload({ command: ["sh", "-c"], args: [script] });
      assert.deepEqual(together(visible, [configured(), manifest]), [
        [
          1,
          "spec.template.spec.containers[0].args[0] is a script that makes flags, so nobody can see them. " +
            "Write the flags into args.",
        ],
      ]);
    });
  }

  it("rejects a chart's values in files", () => {
    const values = { config: { existingSecret: "keys" } };
    const release = { apiVersion: "helm.sh/v3", kind: "Release", chart: "oauth2-proxy", values, valueYamlFiles: [{}] };
    assert.deepEqual(together(visible, [release]), [
      [0, "valueYamlFiles gives values in files, which nobody sees here. Write them into the values."],
    ]);
  });
});

describe("what changes a chart's objects after its values", () => {
  const after =
    "changes what the chart renders, so nobody can see here which settings hold. " +
    "Write them into the values, and remove it.";
  const values = { config: { existingSecret: "keys" } };
  const patches = [{ target: { kind: "Deployment" }, patch: "- { op: add, path: /spec, value: 1 }" }];
  const flux = (spec: object): Manifest => ({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "gate", namespace: "auth" },
    spec: { chart: { spec: { chart: "oauth2-proxy" } }, values, ...spec },
  });
  const pulumi = { apiVersion: "helm.sh/v3", kind: "Release", chart: "oauth2-proxy", values };
  const crossplane = (given: object): Manifest => ({
    apiVersion: "helm.crossplane.io/v1beta1",
    kind: "Release",
    metadata: { name: "gate" },
    spec: { forProvider: { chart: { name: "oauth2-proxy" }, namespace: "auth", values, ...given } },
  });
  const argo = (source: object): Manifest => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: "gate", namespace: "argocd" },
    spec: { source: { repoURL: "https://git.example.com/gate", path: "overlays/oauth2-proxy", ...source } },
  });

  for (const [field, plain, patched] of [
    ["spec.postRenderers", flux({ postRenderers: [] }), flux({ postRenderers: [{ kustomize: { patches } }] })],
    ["postrender", pulumi, { ...pulumi, postrender: "/usr/bin/kustomize" }],
    ["spec.forProvider.patchesFrom", crossplane({}), crossplane({ patchesFrom: [{ configMapKeyRef: {} }] })],
    ["spec.source.kustomize.patches", argo({ kustomize: { patches: [] } }), argo({ kustomize: { patches } })],
    ["spec.source.kustomize.components", argo({}), argo({ kustomize: { components: ["../open"] } })],
  ] as const) {
    it(`is said of ${field}`, () => {
      assert.deepEqual(together(visible, [plain]), []);
      assert.deepEqual(together(visible, [patched]), [[0, `${field} ${after}`]]);
    });
  }
});

describe("values that a HelmRelease takes from other objects", () => {
  const release = (valuesFrom: readonly object[], values: object = {}): Manifest => ({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "gate", namespace: "auth" },
    spec: { chart: { spec: { chart: "oauth2-proxy" } }, targetNamespace: "login", valuesFrom, values },
  });
  const values = (text: string): Manifest => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "values", namespace: "auth" },
    data: { "values.yaml": text, secure: "false\n" },
  });
  const reference = { kind: "ConfigMap", name: "values" };
  const given = values("config: { existingSecret: keys }\nextraArgs: { cookie-secure: false }\n");

  it("are judged", () => {
    assert.equal(together(secure, [release([reference]), given]).length, 1);
    assert.deepEqual(together(visible, [release([reference]), given]), []);
  });

  it("are below its own", () => {
    assert.deepEqual(together(secure, [release([reference], { extraArgs: { "cookie-secure": true } }), given]), []);
  });

  it("are judged where one of them is a single value", () => {
    const single = { ...reference, valuesKey: "secure", targetPath: "extraArgs.cookie-secure" };
    assert.equal(together(secure, [release([single]), values("")]).length, 1);
  });

  it("are unseen where the object isn't there, or can't be read", () => {
    const message = "spec.valuesFrom[0] gives values in files, which nobody sees here. Write them into the values.";
    assert.deepEqual(together(visible, [release([reference])]), [[0, message]]);
    assert.deepEqual(together(visible, [release([reference]), values("a: [")]), [[0, message]]);
    assert.deepEqual(together(visible, [release([{ ...reference, kind: "Elsewhere" }]), given]), [[0, message]]);
  });
});

describe("an oauth2-proxy that hides", () => {
  const unsafe = (container: Readonly<Record<string, unknown>>, ...others: Manifest[]) =>
    together(secure, [configured(), workload(container), ...others]).length;
  const unseen = (container: Readonly<Record<string, unknown>>) =>
    together(visible, [configured(), workload(container)]).map(([, message]) => message);

  for (const [sentence, container] of Object.entries({
    "behind dumb-init and its dashes": {
      command: ["dumb-init", "--"],
      args: ["oauth2-proxy", config, "--cookie-secure=0"],
    },
    "in a script over several lines": {
      command: ["sh", "-c"],
      args: [`oauth2-proxy ${config} \\\n --cookie-secure=0`],
    },
    "in a variable that a script exports": {
      command: ["sh", "-c", `export ${variable.name}=false\nexec oauth2-proxy ${config}`],
    },
    "in a variable before the program's name": {
      command: ["sh", "-c", `${variable.name}='false' oauth2-proxy ${config}`],
    },
    "in a variable of env": { command: ["env", `${variable.name}=false`, "oauth2-proxy", config] },
    "in a variable of another variable": {
      env: [
        { name: "SECURE", value: "false" },
        { ...variable, value: "$(SECURE)" },
      ],
    },
    "in flags of an image of another name": {
      image: "registry.example.com:5000/team/gate:1",
      args: [config, "--email-domain=example.com", "--cookie-secure=0"],
    },
  })) {
    it(`is found ${sentence}`, () => assert.equal(unsafe(container), 1));
  }

  it("is found by the variables of a ConfigMap, under an image of another name", () => {
    const parameters: Manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "parameters", namespace: "auth" },
      data: { [variable.name]: "false" },
    };
    const container = {
      image: "registry.example.com/gate:1",
      args: [],
      envFrom: [{ configMapRef: { name: "parameters" } }],
    };
    assert.equal(unsafe(container, parameters), 1);
  });

  it("is found in variables that no workload takes, as keys and as lines", () => {
    const object = (kind: string, data: Record<string, string>): Manifest => ({
      apiVersion: "v1",
      kind,
      metadata: { name: "variables", namespace: "auth" },
      [kind === "Secret" ? "stringData" : "data"]: data,
    });
    const lines = `# variables\nexport ${variable.name}='false'\nOTHER=1\n`;
    assert.deepEqual(together(secure, [object("ConfigMap", { [variable.name]: "false" })]), [
      [
        0,
        `data.${variable.name} = "false" sends the session over plain HTTP. Write ${variable.name}=true, or remove it.`,
      ],
    ]);
    assert.deepEqual(together(secure, [object("Secret", { "gate.env": lines })]), [
      [
        0,
        `stringData["gate.env"] (${variable.name}) = "false" sends the session over plain HTTP. ` +
          `Write ${variable.name}=true, or remove it.`,
      ],
    ]);
  });

  it("is none where OpenShift's fork has flags of the same name", () => {
    const args = [
      "--openshift-service-account=gate",
      "--email-domain=*",
      "--cookie-secret=SECRET",
      "--cookie-secure=0",
    ];
    assert.equal(unsafe({ image: "registry.example.com/oauth-proxy:1", args }), 0);
  });

  it("is found in the file that is mounted deepest, whatever way its path is written", () => {
    const volumeMounts = [
      { name: "work", mountPath: "/etc/proxy" },
      { name: "config", mountPath: "/etc/proxy/oauth2_proxy.cfg", subPath: "oauth2_proxy.cfg" },
    ];
    const args = ["--config=/etc/proxy/../proxy//oauth2_proxy.cfg"];
    const manifests = [configured({ cookie_secure: false }), workload({ volumeMounts, args })];
    assert.equal(together(secure, manifests).length, 1);
    assert.deepEqual(together(visible, manifests), []);
  });

  it("is unseen where a script takes variables from elsewhere", () => {
    for (const script of [". /run/env", "source /run/env", "set -a; . /run/env", "eval X"]) {
      assert.deepEqual(unseen({ command: ["sh", "-c", `${script} && exec oauth2-proxy ${config}`] }), [
        "spec.template.spec.containers[0].command[2] is a script that takes variables from elsewhere, so nobody can see " +
          "them. Write them into env or envFrom.",
      ]);
    }
  });

  it("is unseen where something else starts it", () => {
    assert.deepEqual(unseen({ command: ["sh", "/scripts/run.sh"] }), [
      "spec.template.spec.containers[0].command starts something else than oauth2-proxy, so nobody can see its flags. " +
        "Write oauth2-proxy and its flags there.",
    ]);
  });

  const starter = (place: string) =>
    `spec.template.spec.containers[0].${place} starts oauth2-proxy by something that may give it other flags or ` +
    "variables, so nobody can see them. Write oauth2-proxy and its flags there, behind nothing but exec, env and variables.";

  for (const script of [
    "xargs oauth2-proxy < /etc/p/flags",
    `xargs oauth2-proxy ${config} < /etc/p/flags`,
    `cat /etc/p/flags | xargs oauth2-proxy ${config}`,
    `oauth2-proxy ${config} < /etc/p/flags`,
    `echo x | oauth2-proxy ${config}`,
    `timeout 5 oauth2-proxy ${config}`,
    `/scripts/run.sh oauth2-proxy ${config}`,
    `/scripts/variables; exec oauth2-proxy ${config}`,
    `read X < /etc/p/flags; exec oauth2-proxy ${config}`,
    `alias oauth2-proxy='oauth2-proxy --cookie-secure=0'\noauth2-proxy ${config}`,
    `oauth2-proxy() { xargs /bin/oauth2-proxy; }; oauth2-proxy ${config}`,
    `oauth2-proxy ${config} & xargs oauth2-proxy`,
    `export NAME; oauth2-proxy ${config}`,
    `env -S 'oauth2-proxy ${config}'`,
    `oauth2-proxy ${config} "`,
    `"/scripts/run oauth2-proxy" ${config}`,
  ]) {
    it(`is unseen where a script has ${script}`, () => {
      assert.deepEqual(unseen({ command: ["sh", "-c", script] }), [starter("command[2]")]);
      assert.deepEqual(unseen({ command: ["bash", "-euo", "pipefail", "-c"], args: [script] }), [starter("args[0]")]);
    });
  }

  for (const [words, place] of [
    [["xargs", "-a", "/etc/p/flags", "oauth2-proxy", config], "command[0]"],
    [["dumb-init", "--", "xargs", "oauth2-proxy", config], "command[2]"],
    [["sh", "/scripts/run.sh", "oauth2-proxy", config], "command[0]"],
    [["bash", "--rcfile", "/run/env", "-ic", `oauth2-proxy ${config}`], "command[0]"],
    [["sh", "-c", "/scripts/run.sh now", "oauth2-proxy"], "command[2]"],
  ] as const) {
    it(`is unseen behind ${words.join(" ")}`, () => {
      assert.deepEqual(unseen({ command: [...words] }), [starter(place)]);
    });
  }

  for (const script of [
    `oauth2-proxy ${config}`,
    `# starts oauth2-proxy\nset -eu\nexec /bin/oauth2-proxy \\\n ${config} 2>&1`,
    `sleep 5 && exec env A=1 B="x y" oauth2-proxy ${config} > /dev/stdout`,
    `until nc -z dex.auth 5556; do sleep 1; done; exec oauth2-proxy ${config}`,
    `export OAUTH2_PROXY_CLIENT_SECRET="$(cat /run/secret | head -1)"; exec oauth2-proxy ${config} || exit 1`,
    `if test -f /etc/proxy/oauth2_proxy.cfg; then exec oauth2-proxy ${config}; fi`,
  ]) {
    it(`is seen in ${JSON.stringify(script)}`, () => {
      assert.deepEqual(unseen({ command: ["/bin/sh", "-ec", script] }), []);
    });
  }

  for (const words of [
    ["oauth2-proxy", config],
    ["/usr/bin/tini", "-g", "-e", "143", "--", "/bin/oauth2-proxy", config],
    ["dumb-init", "--rewrite", "15:3", "--", "env", "A=1", "oauth2-proxy", config],
    ["/sbin/tini", "--", "sh", "-c", `exec oauth2-proxy ${config}`],
  ]) {
    it(`is seen behind ${words.join(" ")}`, () => assert.deepEqual(unseen({ command: words }), []));
  }

  it("is seen where only its own flags are given, and a value of one is its name", () => {
    assert.deepEqual(unseen({ args: [config, "--footer", "/oauth2-proxy", "--banner=by the oauth2-proxy "] }), []);
  });

  it("is unseen where a flag takes a variable of an object that isn't there", () => {
    const env = [{ name: "SECURE", valueFrom: { configMapKeyRef: { name: "gone", key: "secure" } } }];
    assert.deepEqual(unseen({ args: [config, "--cookie-secure=$(SECURE)"], env }), [
      "spec.template.spec.containers[0].env[0], for spec.template.spec.containers[0].args[1] (--cookie-secure) takes a " +
        "setting from a variable whose value nobody can see here. Write the value.",
    ]);
  });

  /** Variables that have the one before them twice. */
  const doubling = (name: string, times: number) => [
    { name: "V0", value: "example.com" },
    ...Array.from({ length: times }, (_, index) => ({ name: `V${index + 1}`, value: `$(V${index}),$(V${index})` })),
    { name, value: `$(V${times})` },
  ];

  it("is unseen where variables make it longer than a process can have it, and soon", () => {
    const start = process.cpuUsage();
    assert.deepEqual(unseen({ args: [config], env: doubling("OAUTH2_PROXY_EMAIL_DOMAINS", 40) }), [
      "spec.template.spec.containers[0].env[41] (OAUTH2_PROXY_EMAIL_DOMAINS) grows by the variables in it beyond what a " +
        "process can have, so that nobody can see it here. Write the value.",
    ]);
    for (const flag of ["--email-domain=$(VALUE)", "--email-domain=example.org,$(VALUE)"]) {
      const said = unseen({ args: [config, flag], env: doubling("VALUE", 40) });
      assert.equal(said.length, 1);
      assert.match(said[0] ?? "", /\(--email-domain\) takes a setting from a variable whose value nobody can see here/);
    }
    const many = Array.from({ length: 4_000 }, (_, index) => ({ name: `W${index}`, value: `$(V12)${index}` }));
    assert.deepEqual(unseen({ args: [config], env: [...doubling("V", 12), ...many] }), []);
    const { user, system } = process.cpuUsage(start);
    assert.ok((user + system) / 1000 < 3_000, `it took ${(user + system) / 1000} ms`);
  });

  it("is found where a chain of variables is long, and its value short", () => {
    const chain = Array.from({ length: 5_000 }, (_, index) => ({ name: `V${index + 1}`, value: `$(V${index})` }));
    const env = [{ name: "V0", value: "false" }, ...chain, { ...variable, value: "$(V5000)" }];
    assert.equal(unsafe({ env }), 1);
  });

  it("is found in a pod of any kind, and among those for debugging", () => {
    const container = { name: "gate", image: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5", args: ["--cookie-secure=0"] };
    const gate = (spec: Record<string, unknown>): Manifest => ({
      apiVersion: "example.com/v1",
      kind: "Gate",
      metadata: { name: "gate", namespace: "auth" },
      spec: { proxy: { podTemplate: { spec } } },
    });
    assert.equal(together(secure, [gate({ containers: [container] })]).length, 1);
    const main = { name: "main", image: "registry.example.com/main:1" };
    assert.equal(together(secure, [gate({ containers: [main], ephemeralContainers: [container] })]).length, 1);
  });
});

describe("an oauth2-proxy at preview", () => {
  const check = (manifests: readonly Manifest[], rule = secure) => {
    const members = manifests.map((manifest) => memberOf(unknownCheckingProxy(manifest), () => "default"));
    return runTogether(rule, members, context).map(({ about, finding }) => [
      about === undefined ? -1 : members.indexOf(about),
      finding.kind,
      finding.field,
    ]);
  };

  it("is not checked where its configuration is unknown", () => {
    const unknown = { ...configured(), data: { "oauth2_proxy.cfg": unknownStringValue } };
    assert.deepEqual(check([unknown]), [[0, "unchecked", 'data["oauth2_proxy.cfg"]']]);
    const joined = check([unknown, workload()]);
    assert.deepEqual([...new Set(joined.map(([, kind]) => kind))], ["unchecked"]);
  });

  it("is not checked where a variable is unknown, and judged for the rest", () => {
    const env = [{ ...variable, value: unknownStringValue }];
    assert.deepEqual(check([configured({ cookie_httponly: false }), workload({ env })]), [
      [1, "unchecked", "spec.template.spec.containers[0].env[0].value"],
      [0, "violation", 'data["oauth2_proxy.cfg"]: cookie_httponly'],
    ]);
  });

  it("is not checked where a chart's value is unknown", () => {
    const release = {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart: "oauth2-proxy",
      values: { config: { existingSecret: "keys" }, extraArgs: { "cookie-secure": unknownStringValue } },
    };
    assert.deepEqual(check([release]), [[0, "unchecked", "values.extraArgs.cookie-secure"]]);
  });

  it("is not checked where nobody can say what it runs", () => {
    const manifest = workload({ image: unknownStringValue, args: [] });
    assert.deepEqual([...new Set(check([manifest]).map(([, kind]) => kind))], ["unchecked"]);
  });
});
