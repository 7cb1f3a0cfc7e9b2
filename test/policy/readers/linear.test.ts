import assert from "node:assert/strict";
import { type Manifest } from "../../../policy/manifest";
import { memberOf } from "../../../policy/rule";
import { proxiesIn } from "../../../policy/readers/oauth2Proxy";
import { configured, workload } from "../rules/oauth2-proxy/fixtures";

/** How often the name of an object is read while the readers look at so many workloads with a ConfigMap each. */
function namesRead(pairs: number): number {
  let reads = 0;
  const named = (manifest: Manifest, name: string): Manifest => ({
    ...manifest,
    get metadata() {
      reads += 1;
      return { name, namespace: "auth" };
    },
  });
  const own = (index: number) => ({ name: "config", configMap: { name: `proxy-${index}` } });
  const manifests = Array.from({ length: pairs }, (_, index) => {
    const text = JSON.stringify(workload()).replace(
      '{"name":"config","configMap":{"name":"proxy"}}',
      JSON.stringify(own(index)),
    );
    return [named(configured(), `proxy-${index}`), named(JSON.parse(text) as Manifest, `oauth2-proxy-${index}`)];
  }).flat();
  const members = manifests.map((manifest) => memberOf(manifest, () => "default"));
  const { proxies } = proxiesIn(members);
  assert.equal(proxies.length, pairs);
  assert.deepEqual(
    proxies.flatMap(({ problems }) => problems),
    [],
  );
  return reads;
}

describe("the reader of oauth2-proxy's settings in a large cluster", () => {
  it("looks at each object a few times, however many there are", () => {
    assert.ok(namesRead(40) <= 2 * namesRead(20));
  });
});
