import { strict as assert } from "node:assert";
import { authority, type Authority, type Issued, issue } from "../acceptance/certificates";
import { changed, problemsOf, production, project, type Tree } from "./fixture";
import * as modes from "./modes";

type Change = readonly [path: string, value: unknown];

interface Case {
  name: string;
  base: () => Tree;
  change: readonly Change[];
  problems: readonly { key: string; value: unknown; mend: string }[];
}

const edge = "certificates.edge";
const nobodyTrusted = (why: string) => [
  {
    key: "ingress.trustedRanges",
    value: [],
    mend: `whoever connects could say who the client is, since ${why}: name the load balancer's addresses`,
  },
];

const unknownAddresses = "Let's Encrypt asks at port 80 from addresses that nobody knows before, and could not";

const cases: readonly Case[] = [
  {
    name: "refuse HTTP-01 from Let's Encrypt where nothing leads to the gateway",
    base: modes.http01,
    change: [["ingress.service.type", "ClusterIP"]],
    problems: [
      {
        key: "ingress.service.type",
        value: "ClusterIP",
        mend: `${unknownAddresses} reach the gateway: write LoadBalancer, or take a challenge of type dns01`,
      },
    ],
  },
  {
    name: "refuse HTTP-01 from Let's Encrypt where only some may come in",
    base: modes.http01,
    change: [["ingress.service.loadBalancer.sourceRanges", ["203.0.113.0/24"]]],
    problems: [
      {
        key: "ingress.service.loadBalancer.sourceRanges",
        value: ["203.0.113.0/24"],
        mend: `${unknownAddresses} come in: remove the ranges, or take a challenge of type dns01`,
      },
    ],
  },
  {
    name: "refuse a wildcard with HTTP-01",
    base: modes.http01,
    change: [[`${edge}.names`, "wildcard"]],
    problems: [
      {
        key: `${edge}.names`,
        value: "wildcard",
        mend: "http01 cannot have a wildcard signed (Baseline Requirements, section 3.2.2.4.19): write hosts, or take a challenge of type dns01",
      },
    ],
  },
  {
    name: "refuse Workload Identity of Google Cloud without its metadata server",
    base: modes.gke,
    change: [["network.metadataExceptions", []]],
    problems: [
      {
        key: "network.metadataExceptions",
        value: [],
        mend: "Workload Identity of Google Cloud is asked at the metadata server: add an entry for cert-manager, or take an auth of type serviceAccountKey",
      },
    ],
  },
  {
    name: "refuse an address outside dev",
    base: modes.kindByAddress,
    change: [["environment", "staging"]],
    problems: [
      // The preset of staging has subdomains in its HSTS.
      {
        key: "domain",
        value: "192.0.2.10",
        mend: "an address in place of a name is for dev only, and this stack is staging: write a DNS name",
      },
      {
        key: "ingress.hsts.includeSubdomains",
        value: true,
        mend: "browsers keep no HSTS for an address (RFC 6797, section 8.1.1): write false, or a DNS name as domain",
      },
    ],
  },
  {
    name: "refuse the echo below an address",
    base: modes.kindByAddress,
    change: [["echo.enabled", true]],
    problems: [
      {
        key: "echo.enabled",
        value: true,
        mend: "there is no host echo below an address: write false, or a DNS name as domain",
      },
    ],
  },
  {
    name: "refuse a certificate of an ACME server for an address",
    base: modes.kindByAddress,
    change: [[edge, { ...modes.acme, challenge: { type: "http01" } }]],
    problems: [
      {
        key: `${edge}.type`,
        value: "acme",
        mend: "this program asks ACME servers for names only: write privateCa, or a DNS name as domain",
      },
    ],
  },
  {
    name: "refuse to end TLS at a load balancer that nobody knows",
    base: modes.offload,
    change: [
      ["ingress.trustedRanges", []],
      ["ingress.clientAddress.trustedHops", 0],
    ],
    problems: nobodyTrusted("certificates.edge is of type offload"),
  },
  {
    name: "refuse trusted hops from anywhere",
    base: production,
    change: [["ingress.clientAddress.trustedHops", 2]],
    problems: nobodyTrusted("ingress.clientAddress.trustedHops is 2"),
  },
  {
    name: "refuse the PROXY protocol from anywhere",
    base: modes.eks,
    change: [["ingress.trustedRanges", []]],
    problems: nobodyTrusted("ingress.clientAddress.proxyProtocol is required"),
  },
  {
    name: "refuse the PROXY protocol where clients name no host",
    base: modes.kindByAddress,
    change: [
      ["ingress.trustedRanges", ["10.0.0.0/16"]],
      ["ingress.clientAddress.proxyProtocol", "required"],
    ],
    problems: [
      {
        key: "ingress.clientAddress.proxyProtocol",
        value: "required",
        mend: "clients name no host in TLS where domain is an address (RFC 6066, section 3), and by that name rules know the public port: write off, or a DNS name as domain",
      },
    ],
  },
  {
    name: "refuse the PROXY protocol with a challenge that comes without it",
    base: modes.http01,
    change: [
      ["ingress.trustedRanges", ["10.0.0.0/16"]],
      ["ingress.clientAddress.proxyProtocol", "required"],
    ],
    problems: [
      {
        key: "ingress.clientAddress.proxyProtocol",
        value: "required",
        mend: "cert-manager looks for the challenge from inside the cluster, past the load balancer and without that protocol's header: write off, or take a challenge of type dns01",
      },
    ],
  },
  ...(
    [
      ["0.0.0.0/1", 8],
      ["128.0.0.0/7", 8],
      ["8000::/1", 8],
    ] as const
  ).map(([cidr, widest]) => ({
    name: `refuse ${cidr} as the load balancer's`,
    base: modes.offload,
    change: [["ingress.trustedRanges", [cidr]]] as const,
    problems: [
      {
        key: "ingress.trustedRanges[0]",
        value: cidr,
        mend: `a block wider than /${widest} is nobody's own network: name the load balancer's addresses`,
      },
    ],
  })),
  ...["0.0.0.0/0", "::/0"].map((cidr) => ({
    name: `refuse ${cidr} as the load balancer's`,
    base: modes.offload,
    change: [["ingress.trustedRanges", ["10.0.0.0/16", cidr]]] as const,
    problems: [
      {
        key: "ingress.trustedRanges[1]",
        value: cidr,
        mend: "this trusts every address there is: name the load balancer's own",
      },
    ],
  })),
  ...(
    [
      ["address", "203.0.113.10"],
      ["class", "metallb"],
      ["annotations", { a: "b" }],
      ["sourceRanges", ["203.0.113.0/24"]],
      ["externalTrafficPolicy", "Cluster"],
    ] as const
  ).map(([key, value]) => ({
    name: `refuse ${key} of a load balancer that is not there`,
    base: () => changed(production(), "ingress.service.type", "NodePort"),
    change: [[`ingress.service.loadBalancer.${key}`, value]] as const,
    problems: [
      {
        key: `ingress.service.loadBalancer.${key}`,
        value,
        mend: `there is no load balancer, since ingress.service.type is NodePort: write LoadBalancer there, or ${key === "annotations" ? "write them as ingress.service.annotations" : "remove the setting"}`,
      },
    ],
  })),
  {
    name: "refuse an annotation that is written in both places",
    base: production,
    change: [
      ["ingress.service.annotations", { "example.com/a": "1", "example.com/b": "2" }],
      ["ingress.service.loadBalancer.annotations", { "example.com/b": "2" }],
    ],
    problems: [
      {
        key: 'ingress.service.annotations["example.com/b"]',
        value: "2",
        mend: "this annotation stands in ingress.service.loadBalancer.annotations, too: remove one of them",
      },
    ],
  },
];

const apply = (base: Tree, change: readonly Change[]) =>
  change.reduce((inner, [path, value]) => changed(inner, path, value), base);

describe("cross-checks of the edge", () => {
  for (const { name, base, change, problems } of cases) {
    it(name, () => {
      assert.deepEqual(problemsOf(base()), [], "the base passes");
      assert.deepEqual(
        problemsOf(apply(base(), change)),
        problems.map(({ key, value, mend }) => ({ key: `${project}:${key}`, value: JSON.stringify(value), mend })),
      );
    });
  }

  it("refuse a Secret that has a name of the program's own", () => {
    assert.deepEqual(problemsOf(changed(modes.existingSecret(), `${edge}.secretName`, "gatehouse-edge")), [
      {
        key: `${project}:${edge}.secretName`,
        value: "[secret]",
        mend: "names that begin with gatehouse- are the program's own: give the Secret another one",
      },
    ]);
  });

  it("refuse a cookie domain at an address", () => {
    const found = problemsOf(changed(modes.kindByAddress(), "sessions.cookieDomain", "example.com"));
    assert.deepEqual(
      found.map(({ key }) => key),
      [`${project}:sessions.cookieDomain`, `${project}:sessions.cookieDomain`],
    );
  });

  it("refuse a CA of one's own at Let's Encrypt", async () => {
    const { cert } = await authority();
    const [problem, ...others] = problemsOf(changed(modes.http01(), `${edge}.caBundle`, cert));
    assert.deepEqual(
      [problem?.key, problem?.mend, others],
      [
        `${project}:${edge}.caBundle`,
        "this CA would take the place of the system's at Let's Encrypt: write the server of your own, or remove the setting",
        [],
      ],
    );
  });
});

describe("a given certificate", () => {
  let ca: Authority;
  let pair: Issued;
  before(async () => {
    ca = await authority();
    pair = await issue(ca, ["kubeflow.example.com"]);
  });
  const day = 86_400_000;
  const mendsOf = (certificate: string, key: string, settings = modes.given(certificate, key)) =>
    problemsOf(settings, { secretKeys: ["certificates"] }).map((problem) => {
      assert.equal(problem.value, "[secret]");
      assert(!JSON.stringify(problem).includes(key.split("\n")[1] ?? ""));
      return `${problem.key.slice(project.length + 1)}: ${problem.mend}`;
    });

  it("is taken alone, with its CA, and by a wildcard that covers the host", async () => {
    const wildcard = await issue(ca, ["*.example.com"]);
    assert.deepEqual(mendsOf(pair.cert, pair.key), []);
    assert.deepEqual(mendsOf(`${pair.cert}\n${ca.cert}`, pair.key), []);
    assert.deepEqual(mendsOf(wildcard.cert, wildcard.key), []);
  });

  it("is refused without the names that it must cover", async () => {
    const other = await issue(ca, ["other.example.com", "*.kubeflow.example.com"]);
    assert.deepEqual(mendsOf(other.cert, other.key), [
      `${edge}.certificate: the certificate does not cover kubeflow.example.com: have one issued with these names as SAN`,
    ]);
    const dev = changed(changed(modes.given(pair.cert, pair.key), "environment", "dev"), "echo.enabled", true);
    assert.deepEqual(mendsOf(pair.cert, pair.key, dev), [
      `${edge}.certificate: the certificate does not cover echo.kubeflow.example.com: have one issued with these names as SAN`,
    ]);
  });

  it("must have the address where the gate has no name", async () => {
    const at = ({ cert, key }: Issued) =>
      changed(modes.kindByAddress(), edge, { type: "given", certificate: cert, privateKey: key });
    const good = await issue(ca, ["192.0.2.10"]);
    assert.deepEqual(mendsOf(good.cert, good.key, at(good)), []);
    assert.deepEqual(mendsOf(pair.cert, pair.key, at(pair)), [
      `${edge}.certificate: the certificate does not cover 192.0.2.10: have one issued with these names as SAN`,
    ]);
  });

  it("is refused before and after its time", async () => {
    const old = await issue(ca, ["kubeflow.example.com"], {
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    });
    assert.match(
      mendsOf(old.cert, old.key).join(),
      /^certificates\.edge\.certificate: the certificate has expired \(.*\): give a renewed one$/,
    );
    const early = await issue(ca, ["kubeflow.example.com"], {
      notBefore: new Date(Date.now() + day),
      notAfter: new Date(Date.now() + 2 * day),
    });
    assert.match(mendsOf(early.cert, early.key).join(), /is not valid before .*: give one that is valid now$/);
  });

  it("is refused with a key that doesn't belong to it", async () => {
    const other = await issue(ca, ["kubeflow.example.com"]);
    assert.deepEqual(mendsOf(pair.cert, other.key), [
      `${edge}.privateKey: this key does not belong to the first certificate of certificates.edge.certificate: give the key that it was issued for`,
    ]);
  });

  it("is refused behind its CA, or before one that didn't sign it", async () => {
    const stranger = await authority("Another CA");
    assert.match(
      mendsOf(`${ca.cert}\n${pair.cert}`, pair.key).join("\n"),
      /the first certificate is a CA's: put the server's own first, then those that signed it/,
    );
    assert.deepEqual(mendsOf(`${pair.cert}\n${stranger.cert}`, pair.key), [
      `${edge}.certificate: the certificates are not a chain: put the server's first, and after each the one that signed it`,
    ]);
  });

  it("is refused where its key stands in the file as plain text, of which nothing is shown", () => {
    const [problem, ...others] = problemsOf(modes.given(pair.cert, pair.key));
    assert.deepEqual(
      [problem, others],
      [
        {
          key: `${project}:${edge}.privateKey`,
          value: "[secret]",
          mend: `make it a secret: pulumi config set --secret --path '${project}:${edge}.privateKey'`,
        },
        [],
      ],
    );
  });

  it("shows nothing of a key that stands in the certificate's place", () => {
    const found = problemsOf(modes.given(pair.key, "undecrypted-0123456789"));
    assert(!JSON.stringify(found).includes("PRIVATE KEY"), JSON.stringify(found));
    assert.equal(found.find(({ key }) => key.endsWith(".certificate"))?.value, '"[secret]"');
  });
});

describe("the Secret of the edge", () => {
  it("is none of an application's own", () => {
    const app = {
      name: "grafana",
      service: { name: "grafana", namespace: "monitoring", port: 80 },
      pods: { labels: { app: "grafana" } },
    };
    const settings = changed(modes.existingSecret(), "apps", [app]);
    assert.deepEqual(problemsOf(changed(settings, `${edge}.secretName`, "app-other")), []);
    assert.deepEqual(problemsOf(changed(settings, `${edge}.secretName`, "app-grafana")), [
      {
        key: `${project}:${edge}.secretName`,
        value: "[secret]",
        mend: "this name is that of an application's own certificate: give the Secret another one",
      },
    ]);
  });
});

describe("HTTP-01", () => {
  it("may be behind anything for an ACME server of one's own", () => {
    const own = changed(modes.http01(), `${edge}.server`, "https://acme.example.com/directory");
    assert.deepEqual(problemsOf(changed(own, "ingress.service.type", "ClusterIP")), []);
    assert.deepEqual(problemsOf(changed(own, "ingress.service.loadBalancer.sourceRanges", ["10.0.0.0/8"])), []);
  });
});
