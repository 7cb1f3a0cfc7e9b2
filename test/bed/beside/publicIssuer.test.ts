import assert from "node:assert/strict";
import {
  publicIssuer,
  publicKeys,
  keysOfAnotherCluster,
  keysOfNobody,
  otherKeys,
} from "../../../bed/beside/servers/publicIssuer";
import { refuseOtherIssuer } from "../../../bed/cluster";
import { authorities } from "../../../bed/images/base";
import { recipes } from "../../../bed/images/recipes";
import { trusting } from "../../../bed/images/trusting";
import { kubeadmConfig } from "../../../bed/node/controlPlane";
import { layout, serverNames } from "../../../bed/node/layout";
import { type NodeImage } from "../../../bed/images/recipes";
import { writePrivateJson } from "../../../bed/platform/privateFiles";
import { BadInput } from "../../../cli/exit";
import { cloudOf } from "../../../stacks/clusterIssuers";
import { parseAllDocuments } from "yaml";
import { withBedState } from "../programs/folder";

const images = new Proxy({} as Record<NodeImage, string>, { get: () => "registry.k8s.io/part:v1.2.3" });
const issuer = { issuer: publicIssuer, jwksUri: publicKeys };

const configOf = (of: typeof issuer | undefined) => {
  const [, cluster] = parseAllDocuments(kubeadmConfig(images, of)).map(
    (each) => each.toJSON() as { apiServer?: unknown },
  );
  return cluster?.apiServer;
};

describe("a cluster whose issuer a cloud publishes", () => {
  withBedState();

  it("is named in the form of a cloud's, whose keys the platform finds by itself", () => {
    const cloud = cloudOf(publicIssuer);
    assert.match(publicIssuer, cloud?.form ?? /^$/);
    assert.equal(publicKeys, `${publicIssuer}/keys`);
    for (const url of [publicIssuer, keysOfAnotherCluster, keysOfNobody]) {
      assert.ok((Object.values(serverNames) as string[]).includes(new URL(url).hostname), url);
    }
  });

  it("says so in its tokens and in its discovery document, and otherwise what kubeadm has it say", () => {
    assert.equal(configOf(undefined), undefined);
    assert.deepEqual(configOf(issuer), {
      extraArgs: [
        { name: "service-account-issuer", value: publicIssuer },
        { name: "service-account-jwks-uri", value: publicKeys },
      ],
    });
  });

  it("keeps the issuer that it started with", () => {
    writePrivateJson(layout().ready, { archives: [], issuer: publicIssuer });
    refuseOtherIssuer(issuer);
    assert.throws(() => refuseOtherIssuer(undefined), BadInput);
    writePrivateJson(layout().ready, { archives: [] });
    refuseOtherIssuer(undefined);
    assert.throws(() => refuseOtherIssuer(issuer), BadInput);
  });

  it("has an istiod whose system's store knows one more CA, and nothing else of it changes", () => {
    const pilot =
      recipes(() => "v1").find(({ programs }) => Object.hasOwn(programs, "pilot-discovery")) ?? assert.fail();
    const { more, ...rest } = trusting(pilot, "-----THE COMPANY'S-----\n");
    const content = more?.[authorities];
    assert.ok(content !== undefined && "text" in content && content.text.endsWith("-----THE COMPANY'S-----\n"));
    assert.deepEqual({ ...rest, more: pilot.more }, { ...pilot, more: pilot.more });
  });

  it("shows another cluster's keys by the same names, of which none is its own", () => {
    const own = { kid: "a", alg: "RS256", kty: "RSA", n: "n", e: "AQAB", use: "sig" };
    const [other, ...more] = otherKeys({ keys: [own] }).keys;
    assert.deepEqual(more, []);
    assert.deepEqual({ ...other, n: "n" }, own);
    assert.notEqual(other?.["n"], "n");
  });
});
