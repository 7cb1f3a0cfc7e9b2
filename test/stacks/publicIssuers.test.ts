import { strict as assert } from "node:assert";
import { changed, problemsOf, production, project } from "./fixture";

const github = "https://token.actions.githubusercontent.com";
const enterprise = `${github}/example-inc`;
const gitlab = "https://gitlab.com";
const google = "https://accounts.google.com";

const owned = {
  GitHub: "sub, repository, repository_owner, repository_id, repository_owner_id",
  GitLab: "sub, project_path, namespace_path, project_id, namespace_id",
  Google: "sub, email",
};
const strangersClaim = (name: keyof typeof owned) =>
  `anybody on ${name} can have a token with the same value: write a claim that says whose it is, one of ${owned[name]}`;
const strangersUser: Record<string, string> = {
  [github]: "this lets in jobs of anybody on GitHub: name the owner as far as the slash, such as repo:example/*",
  [enterprise]: "this lets in jobs of anybody on GitHub: name the owner as far as the slash, such as repo:example/*",
  [gitlab]:
    "this lets in jobs of anybody on GitLab: name the group as far as the slash, such as project_path:example/*",
  [google]: "Google gives numbers and addresses that begin alike to anybody: write whole users",
};

interface Claims {
  userClaim?: string;
  groupsClaim?: string;
}

/** One issuer whose tokens come in as they are, and the same behind Dex. */
const both = (issuer: string, claims: Claims, user: string) => [
  {
    how: "as it is",
    claims: "machines.issuers[0]",
    users: "machines.issuers[0].users[0]",
    settings: changed(production(), "machines.issuers", [
      { name: "jobs", issuer, audiences: ["gate"], users: [user], ...claims },
    ]),
  },
  {
    how: "through Dex",
    claims: "machines.connectors[0]",
    users: "machines.clients[0].users[0]",
    settings: changed(production(), "machines", {
      connectors: [{ id: "jobs", issuer, ...claims }],
      clients: [{ id: "ci", connectors: ["jobs"], users: [user] }],
    }),
  },
];

describe("a public issuer", () => {
  const strangers: [issuer: string, name: keyof typeof owned, claim: string, user: string][] = [
    [github, "GitHub", "ref", "refs/heads/main"],
    [github, "GitHub", "runner_environment", "github-hosted"],
    [github, "GitHub", "workflow", "release"],
    [github, "GitHub", "workflow_ref", "example/pipelines/.github/workflows/release.yml@refs/heads/main"],
    [github, "GitHub", "environment", "production"],
    [github, "GitHub", "actor", "example"],
    [github, "GitHub", "job_workflow_ref", "example/pipelines/.github/workflows/release.yml@refs/heads/main"],
    [github, "GitHub", "toString", "a"],
    [enterprise, "GitHub", "ref", "refs/heads/main"],
    [gitlab, "GitLab", "ref", "main"],
    [gitlab, "GitLab", "user_login", "example"],
    [gitlab, "GitLab", "environment", "production"],
    [google, "Google", "name", "Example"],
  ];
  for (const [issuer, name, claim, user] of strangers) {
    for (const { how, claims, settings } of both(issuer, { userClaim: claim }, user)) {
      it(`names nobody by ${claim} at ${issuer}, ${how}`, () => {
        assert.deepEqual(problemsOf(settings), [
          { key: `${project}:${claims}.userClaim`, value: JSON.stringify(claim), mend: strangersClaim(name) },
        ]);
      });
    }
  }

  const grouped: [issuer: string, name: keyof typeof owned, claim: string, user: string][] = [
    [github, "GitHub", "workflow", "repo:example/*"],
    [github, "GitHub", "job_workflow_ref", "repo:example/*"],
    [gitlab, "GitLab", "groups_direct", "project_path:example/*"],
  ];
  for (const [issuer, name, claim, user] of grouped) {
    for (const { how, claims, settings } of both(issuer, { groupsClaim: claim }, user)) {
      it(`gives no group by ${claim} at ${issuer}, ${how}`, () => {
        assert.deepEqual(problemsOf(settings), [
          { key: `${project}:${claims}.groupsClaim`, value: JSON.stringify(claim), mend: strangersClaim(name) },
        ]);
      });
    }
  }

  const anybody: [issuer: string, claim: string, user: string][] = [
    // A repository's `sub` may be made of other parts, and of these strangers have the same.
    [github, "sub", "ref:refs/heads/main"],
    [github, "sub", "environment:production"],
    [github, "sub", "environment:example/pipelines"],
    [github, "sub", "pull_request"],
    [github, "sub", "job_workflow_ref:example/pipelines/.github/workflows/a.yml@refs/heads/main"],
    [github, "sub", "repository_owner:exam*"],
    [github, "sub", "repository_owner_id:12*"],
    [github, "sub", "repository_id:12*"],
    [github, "sub", "repo:example@*"],
    [github, "sub", "repo:/*"],
    [enterprise, "sub", "repo:*"],
    [github, "repository", "example*"],
    [github, "repository", "example"],
    [github, "repository_owner", "exam*"],
    [github, "repository_id", "12*"],
    [github, "repository_owner_id", "12*"],
    [gitlab, "sub", "ref:main"],
    [gitlab, "sub", "project_path:example*"],
    [gitlab, "project_path", "exam*"],
    [gitlab, "namespace_path", "exam*"],
    [gitlab, "project_id", "12*"],
    [gitlab, "namespace_id", "12*"],
  ];
  for (const [issuer, userClaim, user] of anybody) {
    for (const { how, users, settings } of both(issuer, { userClaim }, user)) {
      it(`does not let in ${user} by ${userClaim} at ${issuer}, ${how}`, () => {
        assert.deepEqual(problemsOf(settings), [
          { key: `${project}:${users}`, value: JSON.stringify(user), mend: strangersUser[issuer] },
        ]);
      });
    }
  }

  const owners: [issuer: string, claim: string, user: string][] = [
    [github, "sub", "repo:example/pipelines:ref:refs/heads/main"],
    [github, "sub", "repo:example/pipe*"],
    [github, "sub", "repo:example@123456/pipelines@456789:*"],
    [github, "sub", "repository_owner:example"],
    [github, "sub", "repository_owner:example:*"],
    [github, "sub", "repository_owner_id:123456"],
    [github, "sub", "repository_id:456789:*"],
    [enterprise, "sub", "repo:example/*"],
    [github, "repository", "example/pipelines"],
    [github, "repository_owner", "example"],
    [github, "repository_id", "456789"],
    [github, "repository_owner_id", "123456"],
    [gitlab, "sub", "project_path:example/pipelines:ref_type:branch:ref:main"],
    [gitlab, "project_path", "example/pipelines"],
    [gitlab, "namespace_path", "example"],
    [gitlab, "namespace_path", "example/team-a"],
    [gitlab, "project_id", "456789"],
    [gitlab, "namespace_id", "123456"],
    [google, "sub", "107517467455664443766"],
    // Whose claims are none of our knowledge.
    ["https://gitlab.example.com", "ref", "main"],
    ["https://token.actions.example.com", "ref", "main"],
  ];
  for (const [issuer, userClaim, user] of owners) {
    for (const { how, settings } of both(issuer, { userClaim }, user)) {
      it(`lets in ${user} by ${userClaim} at ${issuer}, ${how}`, () => {
        assert.deepEqual(problemsOf(settings), []);
      });
    }
  }

  const below: [issuer: string, claim: string][] = [
    [github, "repository"],
    [gitlab, "project_path"],
    [gitlab, "namespace_path"],
  ];
  for (const [issuer, userClaim] of below) {
    it(`lets in all below an owner by ${userClaim} at ${issuer}, with a prefix that no address has`, () => {
      const [{ settings } = assert.fail()] = both(issuer, { userClaim }, "example/*");
      assert.deepEqual(problemsOf(changed(settings, "machines.issuers[0].userPrefix", "jobs:")), []);
    });
  }

  it("gives groups by a claim that names the owner", () => {
    for (const { settings } of both(github, { groupsClaim: "repository_owner" }, "repo:example/*")) {
      assert.deepEqual(problemsOf(settings), []);
    }
  });

  const noClusters: [issuer: string, name: string][] = [
    [github, "GitHub"],
    [enterprise, "GitHub"],
    [gitlab, "GitLab"],
    [google, "Google"],
  ];
  for (const [issuer, name] of noClusters) {
    for (const type of ["public", "selfSigned"]) {
      it(`is not this cluster's: ${issuer} of type ${type}`, () => {
        assert.deepEqual(problemsOf(changed(production(), "machines.cluster", { type, issuer, audiences: ["gate"] })), [
          {
            key: `${project}:machines.cluster.issuer`,
            value: JSON.stringify(issuer),
            mend: `this is ${name}, of whom anybody can have a token, and no cluster: name it in machines.issuers`,
          },
        ]);
      });
    }
  }

  it("that people sign in with is not this cluster's either", () => {
    const issuer = "https://login.example.com";
    assert.deepEqual(
      problemsOf(changed(production(), "machines.cluster", { type: "public", issuer, audiences: ["gate"] })),
      [
        {
          key: `${project}:machines.cluster.issuer`,
          value: JSON.stringify(issuer),
          mend: "people sign in with this issuer, and its tokens for other clients would come in past their groups and domains: give machines an issuer of their own",
        },
      ],
    );
  });
});
