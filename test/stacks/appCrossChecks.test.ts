import { strict as assert } from "node:assert";
import { authority, issue } from "../acceptance/certificates";
import { changed, problemsOf, production, project, type Tree } from "./fixture";
import * as modes from "./modes";

const grafana = {
  name: "grafana",
  service: { name: "grafana", namespace: "monitoring", port: 80 },
  pods: { labels: { app: "grafana" } },
};
const with_ = (app: Tree, base = production()): Tree => changed(base, "apps", [{ ...grafana, ...app }]);

const found = (settings: Tree, surroundings = {}) =>
  problemsOf(settings, surroundings).map(({ key, value, mend }) => ({
    key: key.slice(project.length + 1),
    value: JSON.parse(value) as unknown,
    mend,
  }));

describe("applications", () => {
  const fine: [name: string, settings: Tree][] = [
    ["under its own name below the domain", with_({})],
    ["on a host that is named", with_({ host: "dashboards.kubeflow.example.com" })],
    ["two levels below the domain", with_({ host: "a.b.kubeflow.example.com" })],
    [
      "beside the gate, where the session reaches",
      changed(with_({ host: "grafana.example.com" }), "sessions.cookieDomain", "example.com"),
    ],
  ];
  for (const [name, settings] of fine) {
    it(`may be ${name}`, () => {
      assert.deepEqual(found(settings), []);
    });
  }

  it("may not share a name", () => {
    const other = { ...grafana, host: "other.kubeflow.example.com" };
    assert.deepEqual(found(changed(production(), "apps", [grafana, other])), [
      { key: "apps[1].name", value: "grafana", mend: "name each application once" },
    ]);
  });

  const taken =
    "this host is served already, by the gate itself or by an application above: write another below kubeflow.example.com";
  it("may not share a host with one another", () => {
    const other = { ...grafana, name: "other", host: "grafana.kubeflow.example.com" };
    assert.deepEqual(found(changed(production(), "apps", [grafana, other])), [
      { key: "apps[1].host", value: "grafana.kubeflow.example.com", mend: taken },
    ]);
  });

  it("may not take the echo's host, nor the gate's", () => {
    const dev = { ...with_({ name: "echo" }), environment: "dev" };
    assert.deepEqual(found(dev), [{ key: "apps[0].host", value: "echo.kubeflow.example.com", mend: taken }]);
    const gate = changed(with_({ host: "kubeflow.example.com" }), "sessions.cookieDomain", "example.com");
    assert.deepEqual(found(gate), [{ key: "apps[0].host", value: "kubeflow.example.com", mend: taken }]);
  });

  for (const host of ["grafana.example.com", "notkubeflow.example.com", "grafana.example.org"]) {
    it(`may not be at ${host}, where browsers send no session`, () => {
      assert.deepEqual(found(with_({ host })), [
        {
          key: "apps[0].host",
          value: host,
          mend: "browsers send the session's cookie to kubeflow.example.com and below alone: write a host there, or a parent of both as sessions.cookieDomain",
        },
      ]);
    });
  }

  it("may not have the name of another's way back", () => {
    const other = { ...grafana, name: "grafana-return" };
    assert.deepEqual(found(changed(production(), "apps", [grafana, other])), [
      { key: "apps[1].name", value: "grafana-return", mend: "a resource of grafana has this name: write another one" },
    ]);
  });

  const cluster = "names below cluster.local are the cluster's own: write a name of your own in DNS";
  for (const host of ["gatehouse-internal.ingress.svc.cluster.local", "grafana.cluster.local"]) {
    it(`may not be at ${host}, which is a name of the cluster's`, () => {
      const settings = changed(with_({ host }), "sessions.cookieDomain", "cluster.local");
      assert(
        found(settings).some(
          ({ key, value, mend }) =>
            key === "apps[0].host" && value === host && mend === `${cluster}, below sessions.cookieDomain`,
        ),
      );
    });
  }

  for (const domain of ["ingress.svc.cluster.local", "cluster.local"]) {
    it(`and the gate may not be at ${domain} either`, () => {
      const settings = changed(with_({ host: `gatehouse-internal.${domain}` }), "domain", domain);
      assert.deepEqual(found(settings), [
        { key: "domain", value: domain, mend: `${cluster}, such as kubeflow.example.com` },
        {
          key: "apps[0].host",
          value: `gatehouse-internal.${domain}`,
          mend: `${cluster}, below sessions.cookieDomain`,
        },
      ]);
    });
  }

  it("may be at a name that only ends like the cluster's", () => {
    const domain = "notcluster.local";
    assert.deepEqual(found(changed(with_({}), "domain", domain)), []);
  });

  it("have no host below an address", () => {
    assert.deepEqual(found(with_({}, modes.kindByAddress())), [
      {
        key: "apps[0].name",
        value: "grafana",
        mend: "an application needs a host of its own, and below an address there is none: write a DNS name as domain",
      },
    ]);
  });

  for (const namespace of ["auth", "ingress", "istio-system", "cert-manager", "kube-system"]) {
    it(`are not in ${namespace}`, () => {
      assert.deepEqual(found(with_({ service: { ...grafana.service, namespace } })), [
        {
          key: "apps[0].service.namespace",
          value: namespace,
          mend: "this namespace belongs to the platform or the cluster: put the application into one of its own",
        },
      ]);
    });
  }

  it("need no callers where every pod may connect", () => {
    const callers = [{ namespace: "reports", podLabels: { app: "reporter" } }];
    assert.deepEqual(found(with_({ inCluster: true, callers })), [
      {
        key: "apps[0].callers",
        value: ["reports"],
        mend: "with inCluster every pod may connect: remove one of the two",
      },
    ]);
  });

  it("have to be among the names of a certificate that is given", async () => {
    const given = async (...names: string[]) => {
      const { cert, key } = await issue(await authority(), names);
      return with_({}, modes.given(cert, key));
    };
    const secret = { secretKeys: ["certificates"] };
    assert.deepEqual(found(await given("kubeflow.example.com", "*.kubeflow.example.com"), secret), []);
    assert.deepEqual(
      found(await given("kubeflow.example.com"), secret).map(({ key, mend }) => [key, mend]),
      [
        [
          "apps[0].host",
          "the certificate does not cover grafana.kubeflow.example.com: have one issued with these names as SAN",
        ],
      ],
    );
  });
});
