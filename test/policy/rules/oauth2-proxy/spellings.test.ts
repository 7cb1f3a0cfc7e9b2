import assert from "node:assert/strict";
import fc from "fast-check";
import { flagOf, lists } from "../../../../documents/oauth2-proxy/settingNames";
import { type Manifest } from "../../../../policy/manifest";
import { stackRules } from "../../../../policy/rules/oauth2-proxy";
import { together } from "../../support";
import { configured, safeSettings, toml, workload } from "./fixtures";

/** Settings of the core, with values good and bad. */
const settings: Readonly<Record<string, readonly unknown[]>> = {
  reverse_proxy: [true, false],
  trusted_proxy_ips: [["0.0.0.0/0"], ["10.0.0.0/8"], ["10.0.0.0/8", "::/0"]],
  skip_auth_routes: [["^/dex/"], ["^/a$", "^/b$"]],
  skip_auth_preflight: [true, false],
  gcp_healthchecks: [true, false],
  whitelist_domains: [["kubeflow.example.com"], [".example.com"], ["kubeflow.example.com:*"]],
  email_domains: [["*"], ["example.com"]],
  cookie_secure: [true, false],
  cookie_httponly: [true, false],
  cookie_samesite: ["lax", "none"],
  cookie_name: ["__Secure-gate", "gate"],
  show_debug_on_error: [true, false],
  allow_query_semicolons: [true, false],
  htpasswd_file: ["/etc/htpasswd"],
};

/** Settings of a provider, and their keys in an alpha configuration. */
const ofProviders: Readonly<Record<string, readonly [values: readonly unknown[], path: readonly string[]]>> = {
  oidc_issuer_url: [
    ["https://dex.example.com", "http://dex.example.com"],
    ["oidcConfig", "issuerURL"],
  ],
  redeem_url: [["https://dex.example.com/token", "http://dex.example.com/token"], ["redeemURL"]],
  insecure_oidc_skip_nonce: [
    [true, false],
    ["oidcConfig", "insecureSkipNonce"],
  ],
  insecure_oidc_allow_unverified_email: [
    [true, false],
    ["oidcConfig", "insecureAllowUnverifiedEmail"],
  ],
  code_challenge_method: [["S256", "plain"], ["code_challenge_method"]],
};

type Chosen = readonly [name: string, value: unknown];

const choice = (from: Readonly<Record<string, readonly unknown[]>>) =>
  fc
    .constantFrom(...Object.keys(from))
    .chain((name) => fc.tuple(fc.constant(name), fc.constantFrom(...(from[name] ?? []))));

/** The rest of the configuration, in the file. */
const without = ([name]: Chosen): Manifest => configured({ [name]: undefined });

const asText = (value: unknown): string => (Array.isArray(value) ? value.join(",") : String(value));

/** Every way to write a setting down, each as a set of objects. */
const spellings: Readonly<Record<string, (chosen: Chosen) => Manifest[]>> = {
  "in the file": ([name, value]) => [configured({ [name]: value }), workload()],
  "in the file of a Secret, in base64": ([name, value]) => {
    const { data } = configured({ [name]: value }) as unknown as { data: Record<string, string> };
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    const secret: Manifest = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "proxy", namespace: "auth" },
      data: Object.fromEntries(encoded) as unknown,
    };
    const text = JSON.stringify(workload()).replace('"configMap":{"name"', '"secret":{"secretName"');
    return [secret, JSON.parse(text) as Manifest];
  },
  "as a flag with =": (chosen) => [
    without(chosen),
    withArguments(...flags(chosen, (flag, one) => [`--${flag}=${one}`])),
  ],
  "as a flag and a word": (chosen) => [
    without(chosen),
    withArguments(
      ...flags(chosen, (flag, one) => (typeof chosen[1] === "boolean" ? [`--${flag}=${one}`] : [`--${flag}`, one])),
    ),
  ],
  "as a flag with underscores": (chosen) => [
    without(chosen),
    withArguments(...flags(chosen, (flag, one) => [`--${flag.replaceAll("-", "_")}=${one}`])),
  ],
  "as a variable": (chosen) => [without(chosen), workload({ env: [variable(chosen)] })],
  "as a variable of a ConfigMap": ([name, value]) => [
    without([name, value]),
    workload({
      env: [
        {
          name: `OAUTH2_PROXY_${name.toUpperCase()}`,
          valueFrom: { configMapKeyRef: { name: "parameters", key: "VALUE" } },
        },
      ],
    }),
    parameters({ VALUE: asText(value) }),
  ],
  "as all variables of a ConfigMap": ([name, value]) => [
    without([name, value]),
    workload({ envFrom: [{ prefix: "OAUTH2_PROXY_", configMapRef: { name: "parameters" } }] }),
    parameters({ [name.toUpperCase()]: asText(value) }),
  ],
  "as an argument with a variable": ([name, value]) => [
    without([name, value]),
    workload({
      env: [{ name: "VALUE", value: asText(value) }],
      args: ["--config=/etc/proxy/oauth2_proxy.cfg", `--${flagOf(name)}=$(VALUE)`],
    }),
  ],
  "in a script": (chosen) => [
    without(chosen),
    workload({
      command: ["/bin/sh", "-c"],
      args: [
        `exec oauth2-proxy --config=/etc/proxy/oauth2_proxy.cfg ${flags(chosen, (flag, one) => [`--${flag}='${one}'`]).join(" ")}`,
      ],
    }),
  ],
  "in a chart's file": ([name, value]) => [
    release({ config: { configFile: toml({ ...safeSettings, [name]: value }) } }),
  ],
  "in a chart's arguments": ([name, value]) => [
    release({
      config: { configFile: toml({ ...safeSettings, [name]: undefined }) },
      extraArgs: { [flagOf(name)]: asText(value) },
    }),
  ],
  "in a chart's list of arguments": (chosen) => [
    release({
      config: { configFile: toml({ ...safeSettings, [chosen[0]]: undefined }) },
      extraArgs: flags(chosen, (flag, one) => [`--${flag}=${one}`]),
    }),
  ],
  "in a chart's variables": (chosen) => [
    release({
      config: { configFile: toml({ ...safeSettings, [chosen[0]]: undefined }) },
      extraEnv: [variable(chosen)],
    }),
  ],
};

function flags([name, value]: Chosen, write: (flag: string, one: string) => string[]): string[] {
  const all = lists.has(name) && Array.isArray(value) ? (value as unknown[]) : [value];
  return all.flatMap((one) => write(flagOf(name), String(one)));
}

function variable([name, value]: Chosen) {
  return { name: `OAUTH2_PROXY_${name.toUpperCase()}`, value: asText(value) };
}

function withArguments(...args: string[]): Manifest {
  return workload({ args: ["--config=/etc/proxy/oauth2_proxy.cfg", ...args] });
}

function parameters(data: Record<string, string>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "parameters", namespace: "auth" }, data };
}

function release(values: Record<string, unknown>): Manifest {
  const config = { existingSecret: "keys", ...(values["config"] as object) };
  return { apiVersion: "helm.sh/v3", kind: "Release", chart: "oauth2-proxy", values: { ...values, config } };
}

/** How many findings each rule has. */
function verdict(manifests: readonly Manifest[]): string[] {
  return stackRules.flatMap((rule) => together(rule, manifests).map(() => rule.name));
}

const verdicts = new Map<string, string[]>();

/** What every other spelling is compared with; there are few settings and many spellings. */
function inTheFile([name, value]: Chosen): string[] {
  const key = JSON.stringify([name, value]);
  const known = verdicts.get(key) ?? verdict([configured({ [name]: value })]);
  verdicts.set(key, known);
  return known;
}

describe("a setting of oauth2-proxy", () => {
  const both = {
    ...settings,
    ...Object.fromEntries(Object.entries(ofProviders).map(([name, [values]]) => [name, values])),
  };

  for (const [place, write] of Object.entries(spellings)) {
    it(`has the same verdict ${place} as in the file`, () => {
      fc.assert(
        fc.property(choice(both), (chosen) => {
          assert.deepEqual(verdict(write(chosen)), inTheFile(chosen));
        }),
        { numRuns: 40 },
      );
    });
  }

  it("has the same verdict in an alpha configuration", () => {
    const values = Object.fromEntries(Object.entries(ofProviders).map(([name, [all]]) => [name, all]));
    fc.assert(
      fc.property(choice(values), ([name, value]) => {
        const provider: Record<string, unknown> = {};
        const all: Record<string, unknown> = { ...safeSettings, [name]: value };
        for (const [key, [, path]] of Object.entries(ofProviders)) {
          const [outer = "", inner] = path;
          if (all[key] === undefined) continue;
          if (inner === undefined) provider[outer] = all[key];
          else provider[outer] = { ...(provider[outer] as object | undefined), [inner]: all[key] };
        }
        const alpha = JSON.stringify({ providers: [{ id: "dex", provider: "oidc", ...provider }] });
        const core = Object.fromEntries(
          Object.keys({ ...ofProviders, provider: 0, client_id: 0, client_secret_file: 0 }).map((key) => [
            key,
            undefined,
          ]),
        );
        const { data, ...rest } = configured(core) as unknown as { data: Record<string, string> };
        const config = { ...rest, data: { ...data, "alpha.yml": alpha } } as unknown as Manifest;
        const args = ["--config=/etc/proxy/oauth2_proxy.cfg", "--alpha-config", "/etc/proxy/alpha.yml"];
        assert.deepEqual(verdict([config, workload({ args })]), verdict([configured({ [name]: value })]));
      }),
      { numRuns: 40 },
    );
  });
});
