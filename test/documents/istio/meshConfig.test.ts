import { strict as assert } from "node:assert";
import { meshConfig } from "../../../documents/istio/meshConfig";

describe("the mesh configuration", () => {
  it("is this", () => {
    const config = meshConfig({
      trustDomain: "example.local",
      providers: [{ name: "check", service: "check.example.local", port: 1, checkPrefix: "/check" }],
    });
    assert.deepEqual(config, {
      trustDomain: "example.local",
      accessLogFile: "/dev/stdout",
      accessLogEncoding: "JSON",
      enablePrometheusMerge: true,
      pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
      extensionProviders: [
        {
          name: "check",
          envoyExtAuthzHttp: {
            service: "check.example.local",
            port: 1,
            timeout: "5s",
            pathPrefix: "/check",
            failOpen: false,
            statusOnError: "503",
            // The check sees these, and the application gets the token alone.
            includeRequestHeadersInCheck: ["cookie", "authorization", "accept"],
            includeAdditionalHeadersInCheck: {
              "x-auth-request-redirect": "%DYNAMIC_METADATA(gatehouse:return_address)%",
            },
            headersToUpstreamOnAllow: ["authorization"],
            headersToDownstreamOnAllow: ["set-cookie"],
            headersToDownstreamOnDeny: ["content-type", "set-cookie", "cache-control"],
          },
        },
      ],
    });
  });
});
