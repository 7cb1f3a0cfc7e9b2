import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cloudOf } from "../../../stacks/clusterIssuers";
import { kubectl, type ProgramPaths } from "../../node/controlPlane";
import { addresses, serverNames } from "../../node/layout";
import { type Started } from "../../node/processes";
import { writePrivate, writePrivateJson } from "../../platform/privateFiles";
import { makeAuthority } from "../../platform/values/authority";
import { serverCertificate } from "../authority";
import { serverFiles, startServer } from "./company";

/**
 * Who the cluster says it is: an issuer in the form of a cloud's, whose name only the bed's own names lead anywhere, so that the
 * platform finds the keys as it does on that cloud.
 */
export const publicIssuer = `https://${serverNames.keys}/id/0123456789ABCDEF0123456789ABCDEF`;

/** Where the cloud has the cluster's keys. */
export const publicKeys = cloudOf(publicIssuer)?.jwksUri(publicIssuer) ?? "";

/** The same keys, shown by a server whose certificate no CA of istiod's signed. */
export const keysOfNobody = `https://${serverNames.untrusted}/keys`;

/** Another key under the name of the cluster's. */
export const keysOfAnotherCluster = `https://${serverNames.keys}/id/FEDCBA9876543210FEDCBA9876543210/keys`;

/** Serves texts by their paths, with the certificate of whichever of its names was asked for. */
const serve = `
const { readFileSync } = require("node:fs");
const { createSecureContext } = require("node:tls");
const { address, certificates, pages } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const contexts = new Map(Object.entries(certificates).map(([name, { cert, key }]) => [name, createSecureContext({ cert, key })]));
const [first] = Object.values(certificates);
const SNICallback = (name, answer) => answer(null, contexts.get(name));
const server = require("node:https").createServer({ ...first, SNICallback, minVersion: "TLSv1.2" }, ({ url, method }, response) => {
  const page = method === "GET" && Object.hasOwn(pages, url) ? pages[url] : undefined;
  console.log(method, url, page === undefined ? 404 : 200);
  response.writeHead(page === undefined ? 404 : 200, { "content-type": "application/json" }).end(page ?? "{}");
});
server.listen(443, address);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(0));
}
`;

interface KeySet {
  keys: Record<string, unknown>[];
}

/** A web server that has what a cloud publishes of a cluster: its discovery document and its keys, as the API server has them. */
export async function publicIssuerServer(machine: Started, programs: ProgramPaths): Promise<void> {
  const { folder, certificate, key } = await serverFiles(serverNames.keys);
  const keySet = await kubectl(programs, ["get", "--raw", "/openid/v1/jwks"]);
  const path = (url: string) => new URL(url).pathname;
  const config = writePrivateJson(join(folder, "server.json"), {
    address: addresses.servers,
    certificates: {
      [serverNames.keys]: { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") },
      [serverNames.untrusted]: await certificateOfNobody(),
    },
    pages: {
      [`${path(publicIssuer)}/.well-known/openid-configuration`]: JSON.stringify({
        issuer: publicIssuer,
        jwks_uri: publicKeys,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      }),
      [path(publicKeys)]: keySet,
      [path(keysOfNobody)]: keySet,
      [path(keysOfAnotherCluster)]: JSON.stringify(otherKeys(JSON.parse(keySet) as KeySet)),
    },
  });
  const script = writePrivate(join(folder, "server.js"), serve);
  await startServer(machine, "keys", 443, [process.execPath, script, config]);
}

/** New keys with the names, the algorithms and the uses of others. */
export function otherKeys({ keys }: KeySet): KeySet {
  return {
    keys: keys.map((known) => {
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      return { ...known, ...publicKey.export({ format: "jwk" }) };
    }),
  };
}

async function certificateOfNobody(): Promise<{ cert: string; key: string }> {
  const nobody = await makeAuthority({
    commonName: "A CA that nobody knows",
    organization: "Nobody",
    validityHours: 24 * 30,
  });
  const leaf = await serverCertificate([serverNames.untrusted], nobody);
  return { cert: leaf.certificatePem, key: leaf.keyPem };
}
