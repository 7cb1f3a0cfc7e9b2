import assert from "node:assert/strict";
import { clean, inShort, meshWide, scanned, skipping } from "./support";

const mended = skipping("dex").replace("insecureSkipVerify: true", "insecureSkipVerify: false");

describe("the report of a scan", () => {
  it("is one entry a violation as JSON, with file and line, and nothing else", async () => {
    const { code, stdout, stderr } = await scanned({ "dex.yaml": skipping("dex") });
    assert.deepEqual(JSON.parse(stdout), [
      {
        policy: "forbid-skip-verify",
        severity: "critical",
        enforcement: "mandatory",
        resource: {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          namespace: "auth",
          name: "dex",
        },
        file: "in/dex.yaml",
        line: 10,
        message:
          "spec.trafficPolicy.tls.insecureSkipVerify = true turns certificate verification off. Set it to false, or " +
          "remove it; a private CA is trusted by naming it.",
      },
    ]);
    assert.deepEqual([code, stderr], [1, ""]);
  });

  it("is an empty array where all is well", async () => {
    const { code, stdout, stderr } = await scanned({ "dex.yaml": mended });
    assert.deepEqual([code, stdout, stderr], [0, "[]", ""]);
  });

  it("is like a preview's findings as text, with the place and the counts", async () => {
    const { stdout } = await scanned(
      { "dex.yaml": skipping("dex"), "values.yaml": "replicas: 1\n" },
      { format: "text" },
    );
    assert.deepEqual(stdout.split("\n"), [
      "  ✗ mandatory critical  forbid-skip-verify  DestinationRule auth/dex",
      "    in/dex.yaml:10",
      "    spec.trafficPolicy.tls.insecureSkipVerify = true turns certificate verification off. Set it to",
      "    false, or remove it; a private CA is trusted by naming it.",
      "    mend: Remove the setting or set it to false, and name the CA: provider_ca_files (oauth2-proxy),",
      "          rootCAs (Dex), caCertificates (Istio).",
      "    https://cwe.mitre.org/data/definitions/295.html",
      "",
      "2 files, 1 object; 1 mandatory, 0 advisory; 1 document passed over, which hold no Kubernetes object",
    ]);
  });

  it("is the counts alone as text where all is well", async () => {
    const { stdout } = await scanned({ "a.yaml": clean, "b.yml": mended }, { format: "text" });
    assert.equal(stdout, "2 files, 2 objects; 0 mandatory, 0 advisory");
  });

  it("shows what a terminal would obey as characters", async () => {
    const { stdout } = await scanned({ "a.yaml": skipping('"\\e[2Jdex"') }, { format: "text" });
    assert.equal(
      stdout.split("\n")[0],
      "  ✗ mandatory critical  forbid-skip-verify  DestinationRule auth/\\u001b[2Jdex",
    );
  });

  it("gives objects without a namespace the one that was named, and those of the whole cluster none", async () => {
    const bare = (kind: string, apiVersion = "v1") =>
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a, annotations: { skipVerify: "true" } }\n`;
    const files = { "a.yaml": [bare("Endpoints"), bare("Namespace"), bare("Thing", "example.com/v1")].join("---\n") };
    const namespaces = async (namespace?: string) =>
      (await scanned(files, { ...(namespace !== undefined && { namespace }) }))
        .entries()
        .map(({ resource }) => [resource?.kind, resource?.namespace]);
    assert.deepEqual(await namespaces(), [
      ["Endpoints", "default"],
      ["Namespace", null],
      ["Thing", "default"],
    ]);
    assert.deepEqual(await namespaces("apps"), [
      ["Endpoints", "apps"],
      ["Namespace", null],
      ["Thing", "apps"],
    ]);
  });

  it("names the worst first", async () => {
    assert.deepEqual(inShort(await scanned({ "a.yaml": meshWide(), "b.yaml": skipping("dex") })), [
      "in/b.yaml:10 forbid-skip-verify dex",
      "in/a.yaml:4 forbid-cluster-wide-request-authentication all",
    ]);
  });

  it("tells a rule the namespace of objects that name none", async () => {
    const [entry] = (await scanned({ "a.yaml": meshWide() }, { namespace: "istio-system" })).entries();
    assert.match(entry?.message ?? "", /reaches every workload of the mesh/);
  });

  it("quotes nothing of a Secret that can't be checked", async () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: hunter2hunter2\n";
    const run = await scanned({ "a.yaml": secret });
    const outline = "stringData is something else than a map, which Kubernetes expects";
    const said = run.entries().map(({ policy, message }) => [policy, message] as const);
    assert.deepEqual(
      said.find(([policy]) => policy === "forbid-skip-verify"),
      [
        "forbid-skip-verify",
        `forbid-skip-verify can't check this object: ${outline}. What can't be checked is not let through.`,
      ],
    );
    for (const [policy, message] of said) assert.ok(message.includes(outline), policy);
    for (const format of ["text", "json", "sarif"] as const) {
      const { stdout, stderr } = await scanned({ "a.yaml": secret }, { format });
      assert.ok(!`${stdout}${stderr}`.includes("hunter2"), format);
    }
  });
});
