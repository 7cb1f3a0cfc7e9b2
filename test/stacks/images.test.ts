import { strict as assert } from "node:assert";
import { chartImage, imageOf, mirrored, parseReference } from "../../stacks/images";
import { type ChartImageName, lock } from "../../stacks/lock";

const everyImage = [...Object.values(lock.images), ...Object.values(lock.chartImages)];

describe("images of the lock", () => {
  for (const image of everyImage) {
    it(`spell out registry, path and version: ${image}`, () => {
      const { registry, path, version } = parseReference(image);
      assert.match(registry, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
      assert.match(path, /^[a-z0-9-]+(\/[a-z0-9-]+)+$/);
      assert.match(version, /^:v?\d+\.\d+\.\d+[\w.-]*$/);
      assert.equal(`${registry}/${path}${version}`, image);
    });
  }

  it("have the versions of the charts that bring them", () => {
    const { charts, chartImages } = lock;
    for (const [name, image] of Object.entries(chartImages)) {
      const { version } = charts[name.startsWith("istio-") ? "istiod" : "cert-manager"];
      assert.equal(parseReference(image).version, `:${version}`);
    }
    assert.equal(charts.cni.version, charts.istiod.version);
    assert.equal(charts.base.version, charts.istiod.version);
    assert.equal(charts.gateway.version, charts.istiod.version);
  });

  it("are in one registry path with one tag as far as they are Istio's, because its charts know no more", () => {
    const names = (Object.keys(lock.chartImages) as ChartImageName[]).filter((name) => name.startsWith("istio-"));
    const places = names.map((name) => {
      const { hub, tag } = chartImage(name, undefined);
      return `${hub} ${tag}`;
    });
    assert.equal(names.length, 3);
    assert.equal(new Set(places).size, 1);
  });
});

describe("a mirror of images", () => {
  it("takes the registry's place and keeps path, tag and digest", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    assert.equal(mirrored("quay.io/a/b:v1", "registry.example.com:5000/x"), "registry.example.com:5000/x/a/b:v1");
    assert.equal(mirrored(`quay.io/a/b:v1@${digest}`, "r.example.com"), `r.example.com/a/b:v1@${digest}`);
    assert.equal(mirrored(`quay.io/a/b@${digest}`, "r.example.com"), `r.example.com/a/b@${digest}`);
  });

  it("is not there unless it is named", () => {
    assert.equal(imageOf("dex", undefined), lock.images.dex);
    assert.deepEqual(chartImage("istio-pilot", undefined), {
      hub: "docker.io/istio",
      name: "pilot",
      tag: lock.charts.istiod.version,
    });
  });

  it("keeps images apart that were apart", () => {
    const targets = everyImage.map((image) => mirrored(image, "registry.example.com"));
    assert.equal(new Set(targets).size, new Set(everyImage).size);
  });
});
