import { strict as assert } from "node:assert";
import { type webcrypto } from "node:crypto";
import { authority, issue } from "../acceptance/certificates";
import { problemsOf } from "./fixture";
import * as modes from "./modes";

const rsa = (modulusLength: number) => ({
  name: "RSASSA-PKCS1-v1_5",
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
});
const ec = (namedCurve: string) => ({ name: "ECDSA", namedCurve });
const mend = (found: string) =>
  `its key is ${found}: have one issued for ECDSA P-256, P-384 or P-521, or for RSA of 2048 bits or more`;

describe("a given certificate's key", () => {
  const cases: [key: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams, mends: string[]][] = [
    [ec("P-256"), []],
    [ec("P-384"), []],
    [ec("P-521"), []],
    [rsa(2048), []],
    [rsa(1024), [mend("rsa of 1024 bits")]],
  ];
  for (const [key, mends] of cases) {
    it(`of ${JSON.stringify(Object.values(key).filter((part) => typeof part !== "object"))} is ${mends.length === 0 ? "taken" : "refused"}`, async () => {
      const { cert, key: pem } = await issue(await authority(), ["kubeflow.example.com", "*.kubeflow.example.com"], {
        key,
      });
      const problems = problemsOf(modes.given(cert, pem), { secretKeys: ["certificates"] });
      assert.deepEqual(
        problems.map((problem) => [problem.key, problem.mend]),
        mends.map((each) => ["kubeflow-gatehouse:certificates.edge.certificate", each]),
      );
    });
  }
});
