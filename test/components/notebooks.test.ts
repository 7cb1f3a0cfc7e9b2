import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { kubeflowSettings } from "../../components/kubeflowSettings";
import { dnsRecords, nextSteps } from "../../components/nextSteps";
import { readDexConfig } from "../../documents/dex/reader";
import { readConfig } from "../../documents/oauth2-proxy/reader";
import { hostsOf } from "../../stacks/hosts";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { authority, issue } from "../acceptance/certificates";
import { changed, production, settingsOf, type Tree } from "../stacks/fixture";
import { withProvider } from "../stacks/identities";
import * as modes from "../stacks/modes";

const domain = "kubeflow-notebooks.example.com";
const withNotebooks = (base: Tree = production(), more: Tree = {}) =>
  changed(base, "notebooks", { mode: "subdomain", domain, ...more });

const titleOf = ({
  kind,
  metadata: { namespace, name },
}: {
  kind: string;
  metadata: { namespace?: string; name: string };
}) => `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
const textOf = (recording: Recording, title: string) =>
  JSON.stringify(recording.objects.find(({ manifest }) => titleOf(manifest) === title)?.manifest);

describe("notebooks with hosts of their own", () => {
  let path: Recording;
  let own: Recording;
  before(async () => {
    path = await recordPlatform(settingsOf(production()));
    own = await recordPlatform(settingsOf(withNotebooks()));
  });

  it("bring these objects", () => {
    const before_ = new Set(path.objects.map(({ manifest }) => titleOf(manifest)));
    const titles = own.objects.map(({ manifest }) => titleOf(manifest));
    const proxy = "auth/oauth2-proxy-notebooks";
    assert.deepEqual(titles.filter((title) => !before_.has(title)).sort(), [
      `AuthorizationPolicy ${proxy}`,
      "AuthorizationPolicy ingress/notebook-session",
      "AuthorizationPolicy ingress/notebook-tokens",
      "Certificate ingress/gatehouse-notebooks-edge",
      `ConfigMap ${proxy}`,
      `Deployment ${proxy}`,
      "Gateway ingress/gatehouse-notebooks",
      "MutatingAdmissionPolicy gatehouse-notebook-hosts",
      "MutatingAdmissionPolicyBinding gatehouse-notebook-hosts",
      "NetworkPolicy auth/allow-oauth2-proxy-notebooks",
      `PodDisruptionBudget ${proxy}`,
      `Secret ${proxy}`,
      `Service ${proxy}`,
      `ServiceAccount ${proxy}`,
      "ValidatingAdmissionPolicy gatehouse-notebook-addresses",
      "ValidatingAdmissionPolicy gatehouse-notebook-names",
      "ValidatingAdmissionPolicy gatehouse-notebook-routes",
      "ValidatingAdmissionPolicyBinding gatehouse-notebook-addresses",
      "ValidatingAdmissionPolicyBinding gatehouse-notebook-names",
      "ValidatingAdmissionPolicyBinding gatehouse-notebook-routes",
      "VirtualService auth/no-notebook",
      "VirtualService auth/notebook-sign-in",
    ]);
    assert.deepEqual(
      [...before_].filter((title) => !titles.includes(title)),
      [],
    );
  });

  it("change these and no others", () => {
    const differ = path.objects
      .map(({ manifest }) => titleOf(manifest))
      .filter((title) => textOf(path, title) !== textOf(own, title));
    assert.deepEqual(differ.sort(), [
      "AuthorizationPolicy ingress/known-issuers",
      "AuthorizationPolicy ingress/require-principal",
      "AuthorizationPolicy ingress/require-user",
      "AuthorizationPolicy ingress/session",
      "ConfigMap auth/dex",
      "Deployment auth/dex",
      "EnvoyFilter ingress/gatehouse",
      "NetworkPolicy ingress/allow-gatehouse-gateway",
      "NetworkPolicy istio-system/allow-istiod",
      "RequestAuthentication ingress/tokens",
      "Secret auth/dex",
    ]);
    const { env, meshConfig } = own.chart("istiod").values as {
      env: Record<string, string>;
      meshConfig: { extensionProviders: { name: string; envoyExtAuthzHttp: { service: string } }[] };
    };
    assert.equal(env.PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS, "true");
    assert.deepEqual(
      meshConfig.extensionProviders.map(({ name, envoyExtAuthzHttp: { service } }) => [name, service]),
      [
        ["oauth2-proxy", "auth/oauth2-proxy.auth.svc.cluster.local"],
        ["oauth2-proxy-notebooks", "auth/oauth2-proxy-notebooks.auth.svc.cluster.local"],
      ],
    );
    const without = path.chart("istiod").values as { env: Record<string, string> };
    assert.equal(without.env.PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS, undefined);
  });

  it("have a session of their own, which is nobody else's in anything but its name", () => {
    const configOf = (name: string) =>
      readConfig(
        own.object<{ data: Record<string, string> }>("ConfigMap", name, "auth").data["oauth2-proxy.toml"] ?? "",
      );
    const [gate, notebooks] = ["oauth2-proxy", "oauth2-proxy-notebooks"].map(configOf) as [
      Record<string, unknown>,
      Record<string, unknown>,
    ];
    const differing = Object.keys({ ...gate, ...notebooks }).filter(
      (key) => JSON.stringify(gate[key]) !== JSON.stringify(notebooks[key]),
    );
    const { api_routes: apiRoutes, ...others } = Object.fromEntries(differing.map((key) => [key, notebooks[key]]));
    assert.deepEqual(others, {
      client_id: "oauth2-proxy-notebooks",
      redirect_url: `https://auth.${domain}/oauth2/callback`,
      whitelist_domains: [`auth.${domain}`, "kubeflow.example.com"],
      cookie_domains: [domain],
    });
    assert.deepEqual(gate.cookie_domains, ["kubeflow.example.com"]);
    // What Jupyter's page asks by script.
    const [added] = (apiRoutes as string[]).slice(-1);
    assert.match("/check/notebook/team-a/lab/api/kernels", new RegExp(added ?? "^$"));
    const secret = (name: string, key: string) =>
      own.object<{ stringData: Record<string, string> }>("Secret", name, "auth").stringData[key];
    for (const key of ["cookie-secret", "client-secret"]) {
      assert.notEqual(secret("oauth2-proxy", key), secret("oauth2-proxy-notebooks", key));
    }
    assert.equal(secret("oauth2-proxy-notebooks", "client-secret"), secret("dex", "NOTEBOOKS_CLIENT_SECRET"));
  });

  it("are a client of Dex with one address to return to", () => {
    const { data } = own.object<{ data: Record<string, string> }>("ConfigMap", "dex", "auth");
    const { staticClients } = readDexConfig(data["config.yaml"] ?? "") as { staticClients: Tree[] };
    assert.deepEqual(staticClients[1], {
      id: "oauth2-proxy-notebooks",
      name: "Kubeflow notebooks",
      secretEnv: "NOTEBOOKS_CLIENT_SECRET",
      redirectURIs: [`https://auth.${domain}/oauth2/callback`],
    });
  });

  it("have a server at the gateway that every namespace may route at, and the platform alone at sign-in", () => {
    const { spec } = own.object<{ spec: { servers: { port: { number: number }; hosts: string[]; tls: Tree }[] } }>(
      "Gateway",
      "gatehouse-notebooks",
      "ingress",
    );
    assert.deepEqual(
      spec.servers.map(({ port, hosts, tls }) => [port.number, hosts, tls.credentialName ?? tls.httpsRedirect]),
      [
        [80, [`auth/auth.${domain}`, `*/*.${domain}`], true],
        [443, [`auth/auth.${domain}`, `*/*.${domain}`], "gatehouse-notebooks-edge"],
      ],
    );
  });

  it("wait for the API server's policies before anybody can route there, and for the rules before anybody comes", () => {
    const of = (kind: string, name: string) =>
      own.resources.find(
        ({ inputs }) => inputs.kind === kind && (inputs.metadata as { name: string } | undefined)?.name === name,
      ) ?? assert.fail(`${kind} ${name}`);
    const gateway = of("Gateway", "gatehouse-notebooks");
    assert(own.waitsFor(gateway, of("MutatingAdmissionPolicyBinding", "gatehouse-notebook-hosts")));
    assert(own.waitsFor(gateway, of("ValidatingAdmissionPolicyBinding", "gatehouse-notebook-routes")));
    for (const name of ["notebook-session", "notebook-tokens", "require-principal"]) {
      assert(own.waitsFor(gateway, of("AuthorizationPolicy", name)), name);
    }
  });

  const certificates: [what: string, base: () => Tree | Promise<Tree>, names: unknown, secret: string | undefined][] = [
    ["the private CA", () => production(), [`*.${domain}`], "gatehouse-notebooks-edge"],
    ["an ACME server", () => modes.gke(), [`*.${domain}`], "gatehouse-notebooks-edge"],
    [
      "somebody else, in a Secret",
      () => changed(production(), "certificates.edge", { type: "existingSecret", secretName: "wildcards" }),
      undefined,
      "wildcards",
    ],
    [
      "somebody else, as it is",
      async () => {
        const { cert: certificate, key: privateKey } = await issue(await authority(), [
          "kubeflow.example.com",
          `*.${domain}`,
        ]);
        return changed(production(), "certificates.edge", { type: "given", certificate, privateKey });
      },
      undefined,
      "gatehouse-edge-given",
    ],
    ["nobody, where the load balancer ends TLS", () => modes.offload(), undefined, undefined],
  ];
  for (const [by, base, names, secret] of certificates) {
    it(`have the certificate of ${by}`, async () => {
      const recording = await recordPlatform(settingsOf(withNotebooks(await base()), { secretKeys: ["certificates"] }));
      const found = recording
        .all<{ spec: { dnsNames: string[]; issuerRef: { name: string } } }>("Certificate", "ingress")
        .find(({ metadata }) => metadata.name === "gatehouse-notebooks-edge");
      assert.deepEqual(found?.spec.dnsNames, names);
      const { spec } = recording.object<{ spec: { servers: { port: { number: number }; tls?: Tree }[] } }>(
        "Gateway",
        "gatehouse-notebooks",
        "ingress",
      );
      assert.equal(spec.servers.at(-1)?.tls?.credentialName, secret);
      if (found !== undefined) {
        const issuer = found.spec.issuerRef.name;
        assert(
          recording.objects.some(({ manifest }) => /Issuer$/.test(manifest.kind) && manifest.metadata.name === issuer),
          issuer,
        );
      }
    });
  }

  it("are a client that the provider made, where it stands in place of Dex", async () => {
    const client = { clientId: "notebooks", clientSecret: { secretName: "notebooks", key: "secret" } };
    const base = changed(withProvider(), "sessions.cookieDomain", undefined);
    const recording = await recordPlatform(settingsOf(withNotebooks(base, { client })));
    const { data } = recording.object<{ data: Record<string, string> }>("ConfigMap", "oauth2-proxy-notebooks", "auth");
    assert.equal(readConfig(data["oauth2-proxy.toml"] ?? "").client_id, "notebooks");
    const { spec } = recording.object<{ spec: { template: { spec: { volumes: Tree[] } } } }>(
      "Deployment",
      "oauth2-proxy-notebooks",
      "auth",
    );
    assert(JSON.stringify(spec.template.spec.volumes).includes('"secretName":"notebooks"'));
    assert.deepEqual(
      nextSteps(settingsOf(withNotebooks(base, { client })), hostsOf("kubeflow.example.com")).filter((step) =>
        step.includes("client of notebooks"),
      ),
      [
        `Register the redirect URI https://auth.${domain}/oauth2/callback with https://login.example.com, for the client of notebooks.`,
      ],
    );
  });

  it("need the wildcard in DNS", async () => {
    const settings = settingsOf(changed(withNotebooks(), "ingress.service.type", "ClusterIP"));
    const text = await new Promise<string>((resolve) =>
      dnsRecords(settings, hostsOf(settings.domain), pulumi.output(undefined)).apply(resolve),
    );
    assert(text.startsWith(`kubeflow.example.com and *.kubeflow.example.com and *.${domain}: `), text);
  });
});

describe("what Kubeflow's controllers are told", () => {
  const settingsFor = (settings: Tree) => kubeflowSettings(settingsOf(settings), hostsOf("kubeflow.example.com"));
  const profiles = {
    USERID_HEADER: "kubeflow-userid",
    USERID_PREFIX: "",
    ISTIO_INGRESS_GATEWAY_PRINCIPAL: "cluster.local/ns/ingress/sa/gatehouse-gateway",
  };

  it("is the gate's own gateway and host where notebooks are on its paths", () => {
    const routes = { ISTIO_GATEWAY: "ingress/gatehouse", ISTIO_HOST: "kubeflow.example.com" };
    assert.deepEqual(settingsFor(production()), {
      "notebook-controller-deployment": { USE_ISTIO: "true", ...routes },
      "tensorboard-controller-deployment": routes,
      "pvcviewer-controller-manager": { ISTIO_GATEWAY: "ingress/gatehouse" },
      "profiles-deployment": profiles,
    });
  });

  it("is the notebooks' gateway where they have hosts of their own, and what kubeflow/notebooks#562 reads besides", () => {
    const routes = { ISTIO_GATEWAY: "ingress/gatehouse-notebooks", ISTIO_HOST: "*" };
    assert.deepEqual(settingsFor(withNotebooks()), {
      "notebook-controller-deployment": {
        USE_ISTIO: "true",
        ...routes,
        ISTIO_USE_NOTEBOOK_SUBDOMAINS: "true",
        ISTIO_HOST_NOTEBOOK: `\${NAMESPACE}--notebook--redirect.${domain}`,
        ISTIO_HOST_AUTH: `auth.${domain}`,
        ISTIO_AUTH_PATH: "/oauth2/",
        ISTIO_HOST_AUTH_PATH: "/oauth2/",
      },
      "tensorboard-controller-deployment": routes,
      "pvcviewer-controller-manager": { ISTIO_GATEWAY: "ingress/gatehouse-notebooks" },
      "profiles-deployment": profiles,
    });
  });
});
