import assert from "node:assert/strict";
import { run } from "../../../../policy/run";
import { type Manifest } from "../../../../policy/manifest";
import { forbidSkipVerify as rule } from "../../../../policy/rules/tls/forbid-skip-verify";
import { context, messages, changed, unknownCheckingProxy, unknownStringValue } from "../../support";
import { configMap, mend } from "./fixtures";

const compliant: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "oauth2-proxy", namespace: "auth" },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: "oauth2-proxy",
            image: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5",
            args: ["--config=/etc/oauth2-proxy/oauth2_proxy.cfg", "--ssl-insecure-skip-verify=false"],
            env: [{ name: "OAUTH2_PROXY_SSL_INSECURE_SKIP_VERIFY", value: "false" }],
          },
        ],
      },
    },
  },
};

const container = "spec.template.spec.containers[0]";

function withArgs(...args: unknown[]): Manifest {
  return changed(compliant, { "spec.template.spec.containers.0.args": args });
}

function withEnv(...env: unknown[]): Manifest {
  return changed(compliant, { "spec.template.spec.containers.0.env": env });
}

describe("forbid-skip-verify in workloads", () => {
  it("lets a container pass that verifies", () => {
    assert.deepEqual(messages(rule, compliant), []);
  });

  describe("in arguments", () => {
    const bare = (field: string, flag: string, hint = " in provider_ca_files"): string =>
      `${field}: ${flag} has no value, which means true, and turns certificate verification off. ${mend}${hint}.`;

    for (const flag of ["--ssl-insecure-skip-verify", "-ssl-insecure-skip-verify", "--ssl_insecure_skip_verify"]) {
      it(`rejects ${flag}`, () => {
        assert.deepEqual(messages(rule, withArgs(flag)), [bare(`${container}.args[0]`, flag)]);
      });
    }

    it("rejects a flag with a value of true", () => {
      assert.deepEqual(messages(rule, withArgs("--ssl-insecure-skip-verify=true")), [
        `${container}.args[0]: --ssl-insecure-skip-verify = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
      ]);
    });

    it("rejects a flag whose false stands in the next argument, where no program looks for it", () => {
      assert.deepEqual(messages(rule, withArgs("--ssl-insecure-skip-verify", "false")), [
        bare(`${container}.args[0]`, "--ssl-insecure-skip-verify"),
      ]);
    });

    it("rejects a flag with a variable for a value", () => {
      assert.deepEqual(messages(rule, withArgs("--ssl-insecure-skip-verify=$(SKIP)")), [
        `${container}.args[0]: --ssl-insecure-skip-verify = "$(SKIP)" is neither true nor false, so nobody can say ` +
          "whether certificate verification is on. Write false, or remove it.",
      ]);
    });

    it("rejects --ssl-upstream-insecure-skip-verify", () => {
      assert.deepEqual(messages(rule, withArgs("--ssl-upstream-insecure-skip-verify")), [
        bare(`${container}.args[0]`, "--ssl-upstream-insecure-skip-verify", ""),
      ]);
    });

    it("rejects it among the words of a shell's command", () => {
      const manifest = changed(compliant, {
        "spec.template.spec.containers.0.command": [
          "sh",
          "-c",
          "exec oauth2-proxy --ssl-insecure-skip-verify --config=/c",
        ],
      });
      assert.deepEqual(messages(rule, manifest), [bare(`${container}.command[2]`, "--ssl-insecure-skip-verify")]);
    });

    it("rejects curl's -k as an argument of its own", () => {
      assert.deepEqual(messages(rule, withArgs("curl", "-k", "https://gate.example.com")), [
        `${container}.args: -k turns certificate verification off (curl). Remove it, and name the CA instead.`,
      ]);
    });

    it("reports curl's --insecure once", () => {
      assert.deepEqual(messages(rule, withArgs("curl", "--insecure", "https://gate.example.com")), [
        `${container}.args[1]: --insecure turns certificate verification off (curl). Remove it, and name the CA instead.`,
      ]);
    });

    it("reports the arguments around one that is unknown at preview", () => {
      const manifest = withArgs(unknownStringValue, "--ssl-insecure-skip-verify");
      const found = run(rule, unknownCheckingProxy(manifest), context).map(({ kind, field }) => `${kind} ${field}`);
      assert.deepEqual(found, ["unchecked spec.template.spec.containers[0].args[0]", `violation ${container}.args[1]`]);
    });
  });

  describe("in an environment", () => {
    const name = "OAUTH2_PROXY_SSL_INSECURE_SKIP_VERIFY";
    const field = `${container}.env[0] (${name})`;

    it("rejects true", () => {
      assert.deepEqual(messages(rule, withEnv({ name, value: "true" })), [
        `${field} = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
      ]);
    });

    it("lets 0 and nothing pass, which turn nothing on", () => {
      for (const value of ["0", "F", ""]) {
        assert.deepEqual(messages(rule, withEnv({ name: "APP_INSECURE_SKIP_VERIFY", value })), []);
      }
    });

    it("rejects nothing where a program may take it for no", () => {
      assert.equal(messages(rule, withEnv({ name: "S3_VERIFY_SSL", value: "" })).length, 1);
    });

    it("rejects Git's variable whatever it says, because Git doesn't look", () => {
      for (const value of ["1", "0", "false", ""]) {
        assert.equal(messages(rule, withEnv({ name: "GIT_SSL_NO_VERIFY", value })).length, 1);
      }
    });

    for (const value of ["2", "yes", "no", "$(SKIP)"]) {
      it(`rejects ${value}, which is neither true nor false`, () => {
        assert.deepEqual(messages(rule, withEnv({ name, value })), [
          `${field} = "${value}" is neither true nor false, so nobody can say whether certificate verification is on. ` +
            "Write false, or remove it.",
        ]);
      });
    }

    it("doesn't repeat a value that may be confidential", () => {
      const value = "sk-".padEnd(60, "x");
      const [message = ""] = messages(rule, withEnv({ name, value }));
      assert.ok(message.startsWith(`${field} = a text of 60 characters is neither true nor false`), message);
    });

    it("rejects a value that comes from elsewhere, as Kubeflow's own does", () => {
      const valueFrom = { configMapKeyRef: { name: "oauth2-proxy-parameters", key: "ALLOW_SELF_SIGNED_ISSUER" } };
      assert.deepEqual(messages(rule, withEnv({ name, valueFrom })), [
        `${field} takes its value from configMapKeyRef oauth2-proxy-parameters ALLOW_SELF_SIGNED_ISSUER, so nobody can ` +
          "say here whether certificate verification is on. Write false here, or remove it.",
      ]);
    });

    for (const other of [
      "OAUTH2_PROXY_SSL_UPSTREAM_INSECURE_SKIP_VERIFY",
      "OAUTH2_PROXY_REDIS_INSECURE_SKIP_TLS_VERIFY",
      "JWKS_RESOLVER_INSECURE_SKIP_VERIFY",
    ]) {
      it(`rejects ${other}`, () => {
        assert.deepEqual(messages(rule, withEnv({ name: other, value: "true" })), [
          `${container}.env[0] (${other}) = "true" turns certificate verification off. ${mend}.`,
        ]);
      });
    }

    it("rejects Kubeflow's ALLOW_SELF_SIGNED_ISSUER", () => {
      const issuer = "ALLOW_SELF_SIGNED_ISSUER";
      assert.deepEqual(messages(rule, withEnv({ name: issuer, value: "true" })), [
        `${container}.env[0] (${issuer}) = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
      ]);
    });

    for (const [on, off] of [
      ["NODE_TLS_REJECT_UNAUTHORIZED", "0"],
      ["NODE_TLS_REJECT_UNAUTHORIZED", "$(VERIFY)"],
      ["PYTHONHTTPSVERIFY", "0"],
      ["VERIFY_CERTIFICATE_AT_CLIENT", "false"],
    ] as const) {
      it(`rejects ${on}=${off}, which says the same the other way round`, () => {
        const [message = "", ...rest] = messages(rule, withEnv({ name: on, value: off }));
        assert.deepEqual(rest, []);
        assert.ok(message.startsWith(`${container}.env[0] (${on}) = "${off}" `), message);
        assert.match(message, /(Set it to|Write) true, or remove it/);
      });

      it(`lets ${on}=1 pass`, () => {
        assert.deepEqual(messages(rule, withEnv({ name: on, value: "1" })), []);
      });
    }

    it("reports a value that is unknown at preview as not checked", () => {
      const manifest = withEnv({ name, value: unknownStringValue }, { name, value: "true" });
      const found = run(rule, unknownCheckingProxy(manifest), context).map(({ kind, field }) => `${kind} ${field}`);
      assert.deepEqual(
        [...new Set(found)],
        ["unchecked spec.template.spec.containers[0].env[0].value", `violation ${container}.env[1]`],
      );
    });

    describe("from a ConfigMap", () => {
      const map = (data: Record<string, string>): Manifest => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {},
        data,
      });

      it("rejects the variable", () => {
        assert.deepEqual(messages(rule, map({ [name]: "true" })), [
          `data.${name} = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
        ]);
      });

      it("rejects a variable that gets its prefix from envFrom", () => {
        const [message = ""] = messages(rule, map({ SSL_INSECURE_SKIP_VERIFY: "true" }));
        assert.match(message, /^data\.SSL_INSECURE_SKIP_VERIFY = "true" turns certificate verification off\./);
      });

      it("rejects Kubeflow's parameter", () => {
        assert.deepEqual(messages(rule, map({ ALLOW_SELF_SIGNED_ISSUER: "true", ENABLE_M2M_TOKENS: "true" })), [
          `data.ALLOW_SELF_SIGNED_ISSUER = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
        ]);
      });

      it("lets false pass", () => {
        assert.deepEqual(messages(rule, map({ ALLOW_SELF_SIGNED_ISSUER: "false" })), []);
      });

      it("rejects a value without quotes, in a file that has not met the API server", () => {
        assert.deepEqual(messages(rule, configMap({ ALLOW_SELF_SIGNED_ISSUER: true })), [
          `data.ALLOW_SELF_SIGNED_ISSUER = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
        ]);
      });

      it("rejects the variable in a Secret's base64", () => {
        const manifest = { apiVersion: "v1", kind: "Secret", metadata: {}, data: { [name]: "dHJ1ZQ==" } };
        assert.deepEqual(messages(rule, manifest), [
          `data.${name} = "true" turns certificate verification off. ${mend} in provider_ca_files.`,
        ]);
      });
    });
  });

  describe("in every kind that holds pods", () => {
    const podSpec = (place: string): object => ({ [place]: [{ name: "a", args: ["--ssl-insecure-skip-verify"] }] });
    const kinds: [string, string, string, (spec: object) => object][] = [
      ["v1", "Pod", "spec", (spec) => spec],
      ["v1", "ReplicationController", "spec.template.spec", (spec) => ({ template: { spec } })],
      ["apps/v1", "Deployment", "spec.template.spec", (spec) => ({ template: { spec } })],
      ["apps/v1", "StatefulSet", "spec.template.spec", (spec) => ({ template: { spec } })],
      ["apps/v1", "DaemonSet", "spec.template.spec", (spec) => ({ template: { spec } })],
      ["apps/v1", "ReplicaSet", "spec.template.spec", (spec) => ({ template: { spec } })],
      ["batch/v1", "Job", "spec.template.spec", (spec) => ({ template: { spec } })],
      [
        "batch/v1",
        "CronJob",
        "spec.jobTemplate.spec.template.spec",
        (spec) => ({ jobTemplate: { spec: { template: { spec } } } }),
      ],
      ["serving.knative.dev/v1", "Service", "spec.template.spec", (spec) => ({ template: { spec } })],
      ["kubeflow.org/v1", "Notebook", "spec.template.spec", (spec) => ({ template: { spec } })],
    ];
    for (const [apiVersion, kind, path, wrap] of kinds) {
      for (const place of ["containers", "initContainers", "ephemeralContainers"]) {
        it(`finds it in a ${kind}'s ${place}`, () => {
          const manifest: Manifest = { apiVersion, kind, metadata: { name: "a" }, spec: wrap(podSpec(place)) };
          const [message = "", ...rest] = messages(rule, manifest);
          assert.deepEqual(rest, []);
          assert.ok(message.startsWith(`${path}.${place}[0].args[0]: --ssl-insecure-skip-verify `), message);
        });
      }
    }
  });

  it("finds it in a pod template that a ConfigMap holds", () => {
    const template = JSON.stringify(compliant).replace('"value":"false"', '"value":"true"');
    const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { "pod.json": template } };
    const [message = ""] = messages(rule, manifest);
    assert.ok(
      message.startsWith(`data["pod.json"]: ${container}.env[0] (OAUTH2_PROXY_SSL_INSECURE_SKIP_VERIFY) = "true"`),
      message,
    );
  });

  it("passes over what the API server and kubectl keep on an object", () => {
    const manifest = changed(compliant, {
      "metadata.managedFields": [{ fieldsV1: { "f:insecureSkipVerify": {} } }],
      "metadata.annotations": {
        "kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"insecureSkipVerify":true}}',
      },
      status: { insecureSkipVerify: true },
    });
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("looks at other annotations, which ingress controllers take settings from", () => {
    const manifest = changed(compliant, {
      "metadata.annotations": { "nginx.ingress.kubernetes.io/proxy-ssl-verify": "off" },
    });
    assert.deepEqual(messages(rule, manifest), [
      'metadata.annotations["nginx.ingress.kubernetes.io/proxy-ssl-verify"] = "off" is neither true nor false, so nobody ' +
        "can say whether certificate verification is on. Write true, or remove it.",
    ]);
  });

  it("finds any client's switch in any resource", () => {
    const manifest = {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      spec: { insecureSkipTLSVerify: true },
    };
    assert.deepEqual(messages(rule, manifest), [
      `spec.insecureSkipTLSVerify = true turns certificate verification off. ${mend}.`,
    ]);
  });

  it("finds it in a Helm release's values", () => {
    const manifest = {
      apiVersion: "helm.sh/v3",
      kind: "Release",
      values: { config: { oidc: { skipTLSVerify: true } } },
    };
    assert.deepEqual(messages(rule, manifest), [
      `values.config.oidc.skipTLSVerify = true turns certificate verification off. ${mend}.`,
    ]);
  });
});
