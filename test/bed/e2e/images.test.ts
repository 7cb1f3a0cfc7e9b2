import assert from "node:assert/strict";
import { judgeImages } from "../../../bed/e2e/images";
import { lock } from "../../../stacks/lock";

const pod = (namespace: string, image: string, init: string[] = []) => ({
  metadata: { namespace, name: "pod" },
  spec: { containers: [{ image }], initContainers: init.map((one) => ({ image: one })) },
});

describe("The images that run", () => {
  it("are all of the lock, and counted once", () => {
    const items = [pod("auth", lock.images.dex, [lock.chartImages["istio-proxyv2"]]), pod("auth", lock.images.dex)];
    assert.equal(judgeImages({ items }), "2 images run, each of them in the lock");
  });

  it("are a failure where one is not, be it a container's that ends before the others begin", () => {
    const items = [pod("auth", lock.images.dex, ["docker.io/istio/proxyv2:latest"])];
    assert.throws(() => judgeImages({ items }), /not in the lock: docker\.io\/istio\/proxyv2:latest of auth\/pod/);
  });

  it("are of no interest in other namespaces", () => {
    const ours = [pod("ingress", lock.images.echo), pod("auth", lock.images.dex)];
    const items = [pod("kube-system", "registry.example.com/other:1"), ...ours];
    assert.equal(judgeImages({ items }), "2 images run, each of them in the lock");
  });

  it("are a failure where none runs", () => {
    assert.throws(() => judgeImages({ items: [pod("kube-system", lock.images.dex)] }), /no pod of the platform runs/);
  });
});
