import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { dnsRecords, nextSteps } from "../../components/nextSteps";
import { hostsOf } from "../../components/topology";
import { everything } from "../../stacks/everything";
import { recordIndex, recordStack } from "../program/record";
import { authority, issue } from "../acceptance/certificates";
import { changed, production, raw, settingsOf, type Tree } from "../stacks/fixture";
import { connectors, productionWithProvider } from "../stacks/identities";
import * as modes from "../stacks/modes";

const dnsOf = async (settings: Tree, address?: string): Promise<string> => {
  const checked = settingsOf(settings);
  const output = dnsRecords(checked, hostsOf(checked.domain), pulumi.output(address));
  return new Promise((resolve) => output.apply(resolve));
};

describe("the DNS records to make", () => {
  const names = "kubeflow.example.com and *.kubeflow.example.com";

  it("lead to the load balancer", async () => {
    assert.equal(await dnsOf(production(), "203.0.113.7"), `${names}: 203.0.113.7`);
  });

  it("say how to find the load balancer while it has no address", async () => {
    assert.match(await dnsOf(production()), /kubectl get service -n ingress gatehouse-gateway$/);
  });

  it("lead to a node's ports", async () => {
    const dns = await dnsOf(changed(production(), "ingress.service.type", "NodePort"));
    assert.match(dns, /^kubeflow\.example\.com and .* ports 80 and 443 lead to 30080 and 30443;.*127\.0\.0\.1/);
  });

  it("name the hosts alone where the certificate has no wildcard", async () => {
    assert.equal(await dnsOf(modes.http01(), "203.0.113.7"), "kubeflow.example.com: 203.0.113.7");
  });

  it("are none where the gate is an address", async () => {
    assert.equal(
      await dnsOf(modes.kindByAddress()),
      "none: 192.0.2.10 is an address, and must lead to the gateway's ports 80 and 443",
    );
  });

  it("lead to whatever is in front of the gateway", async () => {
    const dns = await dnsOf(changed(production(), "ingress.service.type", "ClusterIP"));
    assert.match(dns, /in front of the service gatehouse-gateway in ingress$/);
  });
});

describe("the next steps", () => {
  const stepsOf = (settings: Tree) => nextSteps(settingsOf(settings), hostsOf("kubeflow.example.com"));

  const trusting = (namespaces: string[], groups: string[]) =>
    changed(changed(production(), "ingress.applicationNamespaces", namespaces), "apps", [
      {
        name: "grafana",
        service: { name: "grafana", namespace: "monitoring", port: 80 },
        pods: { labels: { app: "grafana" } },
        groups,
      },
    ]);
  const warning = (namespaces: string) =>
    `Make sure that only the platform's operators may write VirtualServices in ${namespaces}: whoever may reaches each application past its groups, under any name.`;

  it("ask who may write routes of the gate in other namespaces than kubeflow where an application has groups", () => {
    assert(stepsOf(trusting(["kubeflow", "team-a", "team-b"], ["ml-engineers"])).includes(warning("team-a, team-b")));
    for (const settings of [trusting(["kubeflow"], ["ml-engineers"]), trusting(["team-a"], [])]) {
      assert(!stepsOf(settings).some((step) => step.includes("VirtualServices")));
    }
  });

  it("are few where little is configured", () => {
    assert.deepEqual(stepsOf(production()), [
      "Make the DNS records of the output `dns`.",
      "Trust the private CA: pulumi stack output caCertificate > gatehouse-ca.pem",
      'Register the redirect URI https://kubeflow.example.com/dex/callback with the provider of "Company sign-in".',
      "Notebooks of profiles are served once they have hosts of their own (notebooks.mode), or once ingress.applicationNamespaces names each profile's namespace: docs/22-notebooks.md",
      "Put applications behind the gate: name their namespaces in ingress.applicationNamespaces.",
    ]);
  });

  it("say what a provider has to know, each in its own words", () => {
    const stepOf = (settings: Tree) => stepsOf(settings).find((step) => step.startsWith("Register"));
    const of = (type: keyof typeof connectors) =>
      stepOf(changed(changed(production(), "sessions.idToken", "12h"), "identity.connectors", [connectors[type]]));
    assert.equal(
      of("saml"),
      'Register the assertion consumer service https://kubeflow.example.com/dex/callback, with the binding HTTP-POST, at "Company sign-in".',
    );
    assert.equal(of("ldap"), undefined);
    assert.equal(
      of("github"),
      'Register the redirect URI https://kubeflow.example.com/dex/callback with the provider of "GitHub".',
    );
    assert.equal(
      stepOf(productionWithProvider()),
      "Register the redirect URI https://kubeflow.example.com/oauth2/callback with https://login.example.com, for the authorization code grant alone.",
    );
  });

  it("say whose sessions end early, where others can be refreshed", () => {
    const both = changed(production(), "identity.connectors", [connectors.saml, connectors.google]);
    const step = 'Tell people of "Company sign-in" that they sign in again after 1h: it knows no refresh.';
    assert(stepsOf(both).includes(step));
    assert(
      !stepsOf(changed(both, "sessions.idToken", "12h"))
        .join("\n")
        .includes("sign in again"),
    );
    assert(!stepsOf(production()).join("\n").includes("sign in again"));
  });

  it("name every part that waits for somebody", () => {
    assert.deepEqual(nextSteps(everything(), hostsOf("kubeflow.example.com")), [
      "Make the DNS records of the output `dns`.",
      "Trust the private CA: pulumi stack output caCertificate > gatehouse-ca.pem",
      "Read the generated passwords: pulumi stack output --show-secrets staticPasswords",
      'Register the redirect URI https://kubeflow.example.com/dex/callback with the provider of "Company sign-in".',
      "Notebooks of profiles are served once they have hosts of their own (notebooks.mode), or once ingress.applicationNamespaces names each profile's namespace: docs/22-notebooks.md",
      "Give each job the secret of its client: pulumi stack output --show-secrets machineClientSecrets",
      'Machines of "cluster": send "Authorization: Bearer" with a token whose audience is pipelines.kubeflow.org.',
      'Machines of "this cluster": send "Authorization: Bearer" with a token whose audience is pipelines.kubeflow.org.',
      "See what an application sees: https://echo.kubeflow.example.com/",
    ]);
  });
});

describe("the next step with the certificate", () => {
  const second = (settings: Tree) =>
    nextSteps(settingsOf(settings, { secretKeys: ["certificates"] }), hostsOf("kubeflow.example.com"))[1];
  const redirect =
    'Register the redirect URI https://kubeflow.example.com/dex/callback with the provider of "Company sign-in".';

  it("is to wait for it with HTTP-01", () => {
    assert.equal(
      second(modes.http01()),
      "The certificate comes once kubeflow.example.com leads to the gateway's port 80: kubectl wait -n ingress certificate/gatehouse-edge --for condition=Ready --timeout 10m",
    );
  });

  it("is nothing with DNS-01, unless the cloud has to know who asks", () => {
    assert.equal(second(modes.cloudflare()), redirect);
    assert.equal(
      second(modes.eks()),
      "Let arn:aws:iam::111122223333:role/gatehouse-dns be assumed by system:serviceaccount:ingress:gatehouse-acme-dns.",
    );
  });

  it("is to leave the staging server, whose certificates nobody trusts", () => {
    assert.match(
      second(changed(modes.cloudflare(), "environment", "dev")) ?? "",
      /^No browser trusts this certificate/,
    );
  });

  it("is to put one into the Secret that is named", () => {
    assert.equal(
      second(modes.existingSecret()),
      "Put the certificate into the Secret kubeflow-tls of type kubernetes.io/tls in ingress, and renew it there.",
    );
  });

  it("is to renew a given one in time", async () => {
    const notAfter = new Date(Date.now() + 86_400_000);
    const { cert, key } = await issue(await authority(), ["kubeflow.example.com"], { notAfter });
    assert.match(
      second(modes.given(cert, key)) ?? "",
      new RegExp(
        `^Renew the certificate before .*${notAfter.getUTCFullYear()} GMT: certificates\\.edge\\.certificate and privateKey\\.$`,
      ),
    );
  });

  it("is the load balancer's where that ends TLS", () => {
    assert.equal(
      second(modes.offload()),
      "At the load balancer: its certificate, its port 80 to the Service's 80, its port 443 to the Service's 443 as plain HTTP, idle timeout 3600 seconds.",
    );
  });
});

describe("what the program exports", () => {
  it("is where to go, how to sign in, whom to trust and what is left to do", async () => {
    const { url, echoUrl, staticPasswords, caCertificate, dns, next } = (await recordStack("dev")).stackOutputs;
    assert.deepEqual([url, echoUrl], ["https://kubeflow.example.com/", "https://echo.kubeflow.example.com/"]);
    assert.equal(caCertificate, "<generated certPem of ca-1>");
    assert(staticPasswords !== undefined && typeof dns === "string" && Array.isArray(next));
  });

  it("lacks what a production stack has not", async () => {
    assert.deepEqual(Object.keys((await recordStack("prod")).stackOutputs).sort(), [
      "caCertificate",
      "dns",
      "kubeflow",
      "next",
      "url",
    ]);
  });

  it("names no CA where browsers see another", async () => {
    const { values, project, stack } = raw(modes.http01());
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]));
    assert.deepEqual(Object.keys((await recordIndex({ stack, config })).stackOutputs).sort(), [
      "dns",
      "kubeflow",
      "next",
      "url",
    ]);
  });

  it("is known in a first preview as far as it can be", async () => {
    const { url, next } = (await recordStack("dev", { mode: "preview" })).stackOutputs;
    assert(typeof url === "string" && Array.isArray(next));
  });
});
