import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { dnsRecords, nextSteps } from "../../components/nextSteps";
import { hostsOf } from "../../components/topology";
import { everything } from "../../stacks/everything";
import { recordStack } from "../program/record";
import { changed, production, settingsOf, type Tree } from "../stacks/fixture";
import { connectors, productionWithProvider } from "../stacks/identities";

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

  it("lead to whatever is in front of the gateway", async () => {
    const dns = await dnsOf(changed(production(), "ingress.service.type", "ClusterIP"));
    assert.match(dns, /in front of the service gatehouse-gateway in ingress$/);
  });
});

describe("the next steps", () => {
  const stepsOf = (settings: Tree) => nextSteps(settingsOf(settings), hostsOf("kubeflow.example.com"));

  it("are few where little is configured", () => {
    assert.deepEqual(stepsOf(production()), [
      "Make the DNS records of the output `dns`.",
      "Trust the private CA: pulumi stack output caCertificate > gatehouse-ca.pem",
      'Register the redirect URI https://kubeflow.example.com/dex/callback with the provider of "Company sign-in".',
      "Put applications behind the gate: name their namespaces in ingress.applicationNamespaces.",
    ]);
  });

  it("say what a provider has to know, each in its own words", () => {
    const stepOf = (settings: Tree) => stepsOf(settings).find((step) => step.startsWith("Register"));
    const of = (type: keyof typeof connectors) =>
      stepOf(changed(production(), "identity.connectors", [connectors[type]]));
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

  it("name every part that waits for somebody", () => {
    assert.deepEqual(nextSteps(everything(), hostsOf("kubeflow.example.com")), [
      "Make the DNS records of the output `dns`.",
      "Trust the private CA: pulumi stack output caCertificate > gatehouse-ca.pem",
      "Read the generated passwords: pulumi stack output --show-secrets staticPasswords",
      'Register the redirect URI https://kubeflow.example.com/dex/callback with the provider of "Company sign-in".',
      "Give each job the secret of its client: pulumi stack output --show-secrets machineClientSecrets",
      'Machines of "cluster": send "Authorization: Bearer" with a token whose audience is pipelines.kubeflow.org.',
      'Machines of "this cluster": send "Authorization: Bearer" with a token whose audience is pipelines.kubeflow.org.',
      "See what an application sees: https://echo.kubeflow.example.com/",
    ]);
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
      "next",
      "url",
    ]);
  });

  it("is known in a first preview as far as it can be", async () => {
    const { url, next } = (await recordStack("dev", { mode: "preview" })).stackOutputs;
    assert(typeof url === "string" && Array.isArray(next));
  });
});
