import { strict as assert } from "node:assert";
import { gateway } from "../../components/topology";
import { recordPlatform } from "../program/record";
import { production, settingsOf, type Tree } from "../stacks/fixture";
import { blocksIn, documentsIn, settingsIn, textOf } from "./settings";

const page = textOf("docs/12-load-balancer.md");
const healthChecks = page.slice(page.indexOf("\n## Health checks\n"), page.indexOf("\n## Examples\n"));

interface Example {
  settings: Tree;
  objects: Tree[];
}

const shown = blocksIn(page.slice(page.indexOf("\n## Examples\n")), "yaml");

/** Each example is a block of settings, and one of objects that a person applies. */
const examples = [...new Set(shown.map(({ heading }) => heading))].map((heading): [string, Example] => {
  const [settings = { text: "" }, objects = { text: "" }] = shown.filter((block) => block.heading === heading);
  return [heading, { settings: settingsIn(settings) ?? {}, objects: documentsIn(objects) as Tree[] }];
});

describe("the page about load balancers", () => {
  it("says where the gateway's pods tell whether they are ready", () => {
    assert(healthChecks.includes(`| port | ${gateway.ports.status}, of the pod`));
    assert(healthChecks.includes(`| path | \`${gateway.readyPath}\``));
  });

  it("has an example for AWS and one for Google Cloud", () => {
    assert.deepEqual(
      examples.map(([heading]) => heading),
      ["AWS, application load balancer", "Google Cloud, application load balancer"],
    );
  });

  for (const [heading, { settings, objects }] of examples) {
    it(`shows settings that let the balancer in, and its health checks: ${heading}`, async () => {
      const { ingress } = settings as { ingress: { trustedRanges: string[]; service: Tree } };
      const recording = await recordPlatform(settingsOf({ ...production(), ...settings }));
      const { spec } = recording.object<{ spec: { ingress: { from: unknown; ports: { port: number }[] }[] } }>(
        "NetworkPolicy",
        "allow-gatehouse-gateway",
        "ingress",
      );
      const from = ingress.trustedRanges.map((cidr) => ({ ipBlock: { cidr } }));
      const open = spec.ingress.filter((rule) => JSON.stringify(rule.from) === JSON.stringify(from));
      assert.deepEqual(
        open.flatMap(({ ports }) => ports.map(({ port }) => port)),
        [gateway.ports.http, gateway.ports.https, gateway.ports.status],
      );
      const { service } = recording.chart(gateway.name).values as { service: Tree };
      assert.deepEqual([service.type, service.annotations], ["ClusterIP", ingress.service.annotations]);
    });

    it(`shows objects that lead to the gateway's Service: ${heading}`, () => {
      for (const { metadata } of objects as { metadata: Tree }[]) {
        assert.equal(metadata.namespace, gateway.namespace);
      }
      const { spec } = objects.find(({ kind }) => kind === "Ingress") as { spec: { defaultBackend: unknown } };
      assert.deepEqual(spec.defaultBackend, { service: { name: gateway.name, port: { number: 443 } } });
    });
  }

  it("has the health check of each balancer at that port and path", () => {
    const objectOf = (heading: RegExp, kind: string) =>
      examples.find(([name]) => heading.test(name))?.[1].objects.find((object) => object.kind === kind);
    const { annotations } = objectOf(/AWS/, "Ingress")?.metadata as { annotations: Tree };
    assert.equal(annotations["alb.ingress.kubernetes.io/healthcheck-port"], String(gateway.ports.status));
    assert.equal(annotations["alb.ingress.kubernetes.io/healthcheck-path"], gateway.readyPath);
    assert.deepEqual((objectOf(/Google/, "BackendConfig")?.spec as Tree).healthCheck, {
      type: "HTTP",
      port: gateway.ports.status,
      requestPath: gateway.readyPath,
    });
  });
});
