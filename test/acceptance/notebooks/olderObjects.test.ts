import assert from "node:assert/strict";
import { olderObjectsAt } from "../../../acceptance/checks/notebooks/olderObjects";
import { type Target } from "../../../acceptance/check";
import { notebooks } from "../../../components/topology";
import { contextFor } from "../fakeGate";
import { minutes, type Objects, OlderCluster, type Policies, profile, type Written } from "./olderCluster";

const target = {
  notebooks: {
    domain: "kubeflow-notebooks.example.com",
    signInHost: new URL("https://auth.kubeflow-notebooks.example.com"),
  },
} as Target;

const { routes, names, addresses } = notebooks.policies;
const istio = "/apis/networking.istio.io/v1";

const made = (name: string, more: Partial<Written> = {}, metadata: Partial<Written["metadata"]> = {}): Written => ({
  ...more,
  metadata: { name, namespace: "team-a", creationTimestamp: minutes(-10), ...metadata },
});
const slice = (name: string, service: string, by = "endpointslice-controller.k8s.io"): Written =>
  made(
    name,
    { endpoints: [{ addresses: ["10.0.0.1"] }] },
    { labels: { "kubernetes.io/service-name": service, "endpointslice.kubernetes.io/managed-by": by } },
  );
const atTheGateway = { gateways: ["ingress/gatehouse-notebooks"] };

/** A cluster in which people have worked for a while, and nobody has planned anything. */
const clean = (): Objects => ({
  "/api/v1/namespaces": [profile("team-a", minutes(-60)), { metadata: { name: "kubeflow" } }],
  [`${istio}/virtualservices`]: [
    made("notebook-team-a-lab", { spec: { ...atTheGateway, hosts: ["team-a--lab.example.com"] } }),
    made("evil", { spec: { gateways: ["kubeflow/kubeflow-gateway"], hosts: ["evil.example.com"] } }),
  ],
  "/apis/kubeflow.org/v1/notebooks": [made("lab")],
  "/apis/kubeflow.org/v1alpha1/pvcviewers": [made("data")],
  "/api/v1/services": [
    made("lab", { spec: { selector: { app: "lab" }, clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9"] } }),
    made("evil", { spec: { type: "ExternalName" } }, { namespace: "kubeflow" }),
  ],
  "/api/v1/endpoints": [made("lab", { subsets: [{ addresses: [{ ip: "10.0.0.1" }] }] }), made("leases")],
  "/apis/discovery.k8s.io/v1/endpointslices": [slice("lab-x", "lab")],
});

async function said(objects: Objects, policies: Policies = {}) {
  const context = contextFor(target);
  const cluster = new OlderCluster(objects, policies);
  await olderObjectsAt(context, { api: cluster.admin, as: () => cluster.tenant, pause: 0 });
  const { faults, right, figures } = context.probe;
  const looked = Object.fromEntries(figures.map(({ name, value }) => [name.replace(/ looked at$/, ""), value]));
  return { faults, right, looked, cluster };
}

/** The clean cluster with one object more. */
function withOne(collection: string, object: Written): Objects {
  const objects = clean();
  return { ...objects, [collection]: [...(objects[collection] ?? []), object] };
}

describe("notebooks/older-objects", () => {
  it("passes where nobody has planned anything, and changes nothing but a namespace of its own", async () => {
    const { faults, right, looked, cluster } = await said(clean());
    assert.deepEqual(faults, []);
    assert.equal(right.length, 16);
    assert.deepEqual(looked, {
      profiles: 1,
      virtualservices: 1,
      notebooks: 1,
      pvcviewers: 1,
      services: 1,
      serviceentries: 0,
      workloadentries: 0,
      workloadgroups: 0,
      destinationrules: 0,
      endpoints: 2,
      endpointslices: 1,
    });
    const changes = [...cluster.admin.calls, ...cluster.tenant.calls].filter(({ method }) => method !== "get");
    const lasting = changes.filter(({ path }) => !path.includes("dryRun=All"));
    assert.deepEqual(
      lasting.map(({ method, path }) => `${method} ${path.replace(/gatehouse-verify-[0-9a-f]+/, "OWN")}`),
      [
        "create /api/v1/namespaces",
        "create /apis/rbac.authorization.k8s.io/v1/namespaces/OWN/roles",
        "create /apis/rbac.authorization.k8s.io/v1/namespaces/OWN/rolebindings",
        "remove /api/v1/namespaces/OWN",
      ],
    );
  });

  const older: [what: string, collection: string, object: Written, fault: string][] = [
    [
      "a route at another namespace's host",
      `${istio}/virtualservices`,
      made("evil", { spec: { ...atTheGateway, hosts: ["team-b--lab.example.com"] } }),
      "VirtualService team-a/evil would be refused today: as nobody may write it",
    ],
    [
      "a route at another namespace's host, of a namespace that is no profile",
      `${istio}/virtualservices`,
      made("evil", { spec: atTheGateway }, { namespace: "kubeflow", creationTimestamp: minutes(10) }),
      "VirtualService kubeflow/evil would be refused today: as nobody may write it",
    ],
    [
      "a controller's route that has no host of its own yet",
      `${istio}/virtualservices`,
      made("notebook-team-a-old", { spec: { ...atTheGateway, hosts: ["*"], http: [{ timeout: "300s" }] } }),
      "VirtualService team-a/notebook-team-a-old would be at team-a--lab.example.com with a limit of 300s today, and is at * " +
        "with a limit of 300s: its controller has not written it since; restart the controller",
    ],
    [
      "a notebook that can have no host",
      "/apis/kubeflow.org/v1/notebooks",
      made("two--dashes"),
      "Notebook team-a/two--dashes would be refused today: as nobody may write it",
    ],
    [
      "a Service that stands for another one",
      "/api/v1/services",
      made("evil", { spec: { type: "ExternalName", externalName: "lab.team-b.svc.cluster.local" } }),
      "Service team-a/evil would be refused today: as nobody may write it",
    ],
    [
      "an entry of the mesh for another namespace's Service",
      `${istio}/serviceentries`,
      made("evil", { spec: { hosts: ["lab.team-b.svc.cluster.local"] } }),
      "ServiceEntry team-a/evil would be refused today: as nobody may write it",
    ],
    [
      "a rule of the mesh that leaves its namespace",
      `${istio}/destinationrules`,
      made("evil", { spec: { host: "lab.team-b.svc.cluster.local" } }),
      "DestinationRule team-a/evil would be refused today: as nobody may write it",
    ],
    [
      "addresses of a Service that selects nothing",
      "/api/v1/endpoints",
      made("bare", { subsets: [{ addresses: [{ ip: "10.0.0.2" }] }] }),
      "Endpoints team-a/bare has addresses, and the Service bare selects no pods of its namespace",
    ],
    [
      "a slice that pretends to be the controller's, of a Service that isn't there",
      "/apis/discovery.k8s.io/v1/endpointslices",
      slice("bare-x", "bare"),
      "EndpointSlice team-a/bare-x has addresses, and the Service bare selects no pods of its namespace",
    ],
    [
      "somebody's slice of a Service that selects pods",
      "/apis/discovery.k8s.io/v1/endpointslices",
      slice("lab-y", "lab", "somebody"),
      "EndpointSlice team-a/lab-y has addresses, and is not endpointslice-controller.k8s.io's",
    ],
    [
      "a slice of no Service",
      "/apis/discovery.k8s.io/v1/endpointslices",
      made(
        "lost",
        { endpoints: [{}] },
        { labels: { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" } },
      ),
      "EndpointSlice team-a/lost has addresses, and is of no Service",
    ],
  ];
  for (const [what, collection, object, fault] of older) {
    it(`fails where there is ${what}`, async () => {
      assert.deepEqual((await said(withOne(collection, object))).faults, [fault]);
    });
  }

  it("has seen the author of what was made since, and looks at no such Service", async () => {
    const since = { creationTimestamp: minutes(2) };
    const objects = withOne("/api/v1/services", made("evil", { spec: { type: "ExternalName" } }, since));
    assert.deepEqual((await said(objects)).faults, []);
    const atOnce = withOne("/api/v1/services", made("evil", { spec: {} }, { creationTimestamp: minutes(0.5) }));
    assert.equal((await said(atOnce)).faults.length, 1);
    // What was looked at by another policy wasn't by this one.
    assert.equal((await said(objects, { changed: 5 })).faults.length, 1);
  });

  for (const [what, labelled] of [
    ["before its namespace was a profile's", minutes(5)],
    ["in a namespace of which nobody knows since when it is one", undefined],
  ] as const) {
    it(`looks at what was made ${what}`, async () => {
      const service = made("evil", { spec: { type: "ExternalName" } }, { creationTimestamp: minutes(3) });
      const objects = withOne("/api/v1/services", service);
      objects["/api/v1/namespaces"] = [profile("team-a", labelled)];
      assert.deepEqual((await said(objects)).faults, [
        "Service team-a/evil would be refused today: as nobody may write it",
      ]);
    });
  }

  for (const [policy, what] of [
    [routes, "a route at another namespace's host"],
    [names, "a notebook whose name can't stand in a host"],
    [addresses, "somebody's Service that stands for another namespace's"],
  ] as const) {
    it(`fails where ${policy} refuses nothing, or isn't there`, async () => {
      const silent = `${policy} should refuse ${what}, or it cannot judge what is there already; it was admitted`;
      assert.deepEqual((await said(clean(), { silent: [policy] })).faults, [silent]);
      const [absent, ...others] = (await said(clean(), { absent: [policy] })).faults;
      assert.match(
        absent ?? "",
        new RegExp(`^the ValidatingAdmissionPolicy ${policy} and its binding should be there`),
      );
      assert.deepEqual(others, [silent]);
    });
  }

  it("looks at every page", async () => {
    const objects = clean();
    objects["/api/v1/services"] = [...Array(7).keys()].map((index) => made(`evil-${index}`));
    const { faults, looked } = await said(objects, { pageSize: 2 });
    assert.equal(looked["services"], 7);
    assert.equal(faults.length, 7 + 2);
  });

  it("passes over what goes in the meantime, and what another webhook would have to say", async () => {
    const kind = { resource: "virtualservices", status: 404, message: "not found" };
    const canary = /^gatehouse-notebook-routes should refuse/;
    const only = async (status: number, message: string) =>
      (await said(clean(), { instead: { ...kind, status, message } })).faults.filter((fault) => !canary.test(fault));
    assert.deepEqual(await only(404, "not found"), []);
    assert.deepEqual(await only(403, 'admission webhook "rev.validation.istio.io" denied the request'), []);
    assert.deepEqual(await only(403, "unable to create new content in namespace x because it is being terminated"), []);
    assert.deepEqual(await only(422, "spec.http is invalid"), [
      "VirtualService team-a/notebook-team-a-lab is nothing that can be judged; it was unknown: spec.http is invalid",
    ]);
  });

  it("breaks off where the kubeconfig's user can't act as somebody with fewer rights, who alone is refused", async () => {
    const cluster = new OlderCluster(clean(), { noTenant: true });
    const access = { api: cluster.admin, as: () => cluster.tenant, pause: 0, patience: 1 };
    await assert.rejects(olderObjectsAt(contextFor(target), access), /has to be one who may impersonate/);
    assert.equal(cluster.admin.calls.at(-1)?.method, "remove");
  });

  it("breaks off where the API server is ill, and leaves nothing behind", async () => {
    const cluster = new OlderCluster(clean(), {
      instead: { resource: "virtualservices", status: 500, message: "ill" },
    });
    const access = { api: cluster.admin, as: () => cluster.tenant, pause: 0 };
    await assert.rejects(olderObjectsAt(contextFor(target), access), /ill/);
    assert.equal(cluster.admin.calls.at(-1)?.method, "remove");
  });
});
