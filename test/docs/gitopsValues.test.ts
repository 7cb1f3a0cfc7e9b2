/** The values that a deployment by GitOps needs besides what is rendered: every key of every Secret that the platform makes. */
import { strict as assert } from "node:assert";
import { authority, issue } from "../acceptance/certificates";
import { recordPlatform } from "../program/record";
import { changed, everything, production, settingsOf, type Tree } from "../stacks/fixture";
import { connectors, withPostgres, withRedis } from "../stacks/identities";
import * as modes from "../stacks/modes";
import { textOf } from "./settings";

const secretAt = (settings: Tree, ...paths: string[]): Tree =>
  paths.reduce((tree, path) => changed(tree, path, "a secret"), settings);
const zone = "certificates.edge.challenge.provider";

/** A stack for each secret that a person can give. */
const stacks = async (): Promise<Tree[]> => {
  const { cert, key } = await issue(await authority(), ["kubeflow.example.com", "*.kubeflow.example.com"]);
  return [
    secretAt(everything(), "identity.connectors[0].clientSecret"),
    secretAt(changed(production(), "identity.connectors", [connectors.ldap]), "identity.connectors[0].bindPassword"),
    secretAt(withPostgres(), "identity.provider.storage.password"),
    secretAt(withRedis(), "sessions.storage.password"),
    secretAt(modes.cloudflare(), `${zone}.apiToken`),
    secretAt(modes.byKey.route53?.() ?? {}, `${zone}.auth.secretAccessKey`),
    secretAt(modes.byKey.cloudDns?.() ?? {}, `${zone}.auth.serviceAccountKey`),
    secretAt(modes.byKey.azureDns?.() ?? {}, `${zone}.auth.clientSecret`),
    modes.given(cert, key),
    changed(secretAt(withRedis(), "sessions.storage.password"), "notebooks", {
      mode: "separate-domain",
      domain: "notebooks.example.org",
    }),
  ];
};

interface Secret {
  metadata: { name: string; namespace: string };
  stringData?: Record<string, unknown>;
}

describe("the values that the page on GitOps lists", () => {
  it("are every key of every Secret that the platform makes, and no other", async () => {
    const made = new Set<string>();
    for (const settings of await stacks()) {
      const secretKeys = ["certificates", "identity", "sessions"];
      const recording = await recordPlatform(settingsOf(settings, { secretKeys }));
      for (const { metadata, stringData = {} } of recording.all<Secret>("Secret")) {
        for (const key of Object.keys(stringData)) {
          made.add(`${metadata.namespace}/${metadata.name}: ${key.replace(/_\d+$/, "_<n>")}`);
        }
      }
    }
    const page = textOf("docs/7-gitops.md");
    const table = page.slice(page.indexOf("\n| object and key |"));
    const listed = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) =>
      cell.split("; ").flatMap((part) => {
        const [object = "", ...keys] = [...part.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
        return keys.map((key) => `${object}: ${key}`);
      }),
    );
    assert.deepEqual(listed.sort(), [...made].sort());
  });
});
