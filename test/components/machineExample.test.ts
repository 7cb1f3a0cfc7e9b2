import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type DexConfig } from "../../documents/dex/schema";
import { type AuthorizationSpec, matches } from "../program/authorization";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { settingsIn } from "../docs/settings";
import { production, settingsOf, type Tree } from "../stacks/fixture";

const page = readFileSync(join(__dirname, "../../docs/2-machines.md"), "utf8");

/** The fenced blocks of one language, without the fence. */
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(([, text = ""]) => text);

/** The settings of each example; each block is one key of a stack's file. */
const settings = blocks("yaml")
  .filter((text) => text.includes("kubeflow-gatehouse:machines:"))
  .map((text) => settingsIn({ text })?.machines as Tree);

describe("the page on machines", () => {
  it("has settings that are accepted, one by one and all together", () => {
    assert.equal(settings.length, 5);
    for (const machines of [...settings, Object.assign({}, ...settings) as Tree]) {
      settingsOf({ ...production(), machines });
    }
  });
});

describe("the job's commands on the page on machines", () => {
  const job = blocks("yaml").find((text) => text.includes("/dex/token")) ?? "";
  const parameters = new Map(
    [...job.matchAll(/--data-urlencode (?:"([^"]+)"|(\S+))/g)].map(([, quoted, plain = ""]): [string, string] => {
      const [name = "", ...value] = (quoted ?? plain).split("=");
      return [name, value.join("=")];
    }),
  );
  const [, client = "", secret = ""] = /--user "([^:]+):\$(\w+)"/.exec(job) ?? [];
  let recording: Recording;
  let config: DexConfig;
  before(async () => {
    recording = await recordPlatform(settingsOf({ ...production(), machines: settings[0] }));
    const { data } = recording.object<{ data: Record<string, string> }>("ConfigMap", "dex", "auth");
    config = parse(data["config.yaml"] ?? "") as DexConfig;
  });

  it("ask Dex's token endpoint", () => {
    assert(job.includes(` ${config.issuer}/token `));
  });

  it("use a grant that is open, with types that Dex 2.45 knows", () => {
    const tokenType = "urn:ietf:params:oauth:token-type:id_token";
    assert(config.oauth2.grantTypes.some((grant) => grant === parameters.get("grant_type")));
    assert.equal(parameters.get("requested_token_type"), tokenType);
    assert.equal(parameters.get("subject_token_type"), tokenType);
    assert.equal(parameters.get("subject_token"), "$JOB_TOKEN");
  });

  it("show the secret of a client that is there", () => {
    assert(config.staticClients.some(({ id }) => id === client));
    assert.equal(secret, "DEX_CLIENT_SECRET");
    assert(page.includes(`machineClientSecrets | jq -r .${client} | gh secret set ${secret} `));
  });

  it("name a connector that is there, and the scopes for the claims that the gateway looks at", () => {
    assert(config.connectors.some(({ id }) => id === parameters.get("connector_id")));
    // `email` for the user, `groups` for the groups, `federated:id` for the connector (server/oauth2.go).
    assert.deepEqual(parameters.get("scope")?.split(" "), ["openid", "email", "groups", "federated:id"]);
  });

  it("get a token that the gateway admits, and would not without federated:id", () => {
    const { spec } = recording.object<{ spec: { jwtRules: { audiences: string[] }[] } }>(
      "RequestAuthentication",
      "tokens",
      "ingress",
    );
    assert(spec.jwtRules[0]?.audiences.includes(client));
    const user = "repo:example/pipelines:ref:refs/heads/main";
    assert(page.includes(`\`${user}\``));
    const denied = (claims: object) =>
      recording
        .all<{ spec: AuthorizationSpec }>("AuthorizationPolicy", "ingress")
        .filter((policy) => policy.spec.action === "DENY")
        .some((policy) =>
          matches(policy.spec, {
            port: 8443,
            host: "kubeflow.example.com",
            path: "/pipeline/apis/v2beta1/runs",
            headers: { authorization: "Bearer x" },
            claims: { iss: config.issuer, sub: "x", aud: client, email: user, ...claims },
          }),
        );
    assert(!denied({ federated_claims: { connector_id: parameters.get("connector_id"), user_id: user } }));
    assert(denied({}));
  });
});
