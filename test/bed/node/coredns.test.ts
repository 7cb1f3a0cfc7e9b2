import assert from "node:assert/strict";
import { corefile } from "../../../bed/node/coredns";

const blocks = (text: string) => [...text.matchAll(/^(\S.*) \{$/gm)].map(([, zones = ""]) => zones);

describe("the names that the bed's cluster knows", () => {
  it("are its own and those of the company's servers, and no question leaves the machine", () => {
    const text = corefile([]);
    assert.deepEqual(blocks(text).slice(-1), [".:53"]);
    assert.match(text, /\n\.:53 \{[^]*rcode NXDOMAIN/);
    assert.doesNotMatch(text, /forward/);
  });

  it("are also those of a domain that a server outside is asked about", () => {
    const text = corefile([{ domain: "kubeflow.example.com", server: "192.0.2.53" }]);
    assert.match(text, /^kubeflow\.example\.com:53 \{\n {4}errors\n {4}forward \. 192\.0\.2\.53\n\}$/m);
    assert.deepEqual(
      blocks(text).filter((zones) => !blocks(corefile([])).includes(zones)),
      ["kubeflow.example.com:53"],
    );
  });
});
