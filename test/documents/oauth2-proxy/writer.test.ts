import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { parse } from "smol-toml";
import { readConfig } from "../../../documents/oauth2-proxy/reader";
import { type OAuth2ProxyConfig } from "../../../documents/oauth2-proxy/schema";
import { signInPage } from "../../../documents/oauth2-proxy/signInPage";
import { writeOAuth2ProxyConfig } from "../../../documents/oauth2-proxy/writer";
import { recordEverything } from "../../program/record";

/** The platform's own configuration, as a program would read it. */
const platforms = async (): Promise<OAuth2ProxyConfig> => {
  const { data } = (await recordEverything()).object<{ data: Record<string, string> }>(
    "ConfigMap",
    "oauth2-proxy",
    "auth",
  );
  return { ...parse(data["oauth2-proxy.toml"] ?? "") } as unknown as OAuth2ProxyConfig;
};

describe("oauth2-proxy's configuration", () => {
  it("reads as what was written, whatever the texts in it", async () => {
    const config = await platforms();
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string({ unit: "grapheme" })), (text, list) => {
        const changed = {
          ...config,
          provider_display_name: text,
          allowed_groups: list,
          cookie_csrf_per_request_limit: 7,
        };
        const written = writeOAuth2ProxyConfig(changed);
        assert.deepEqual({ ...parse(written) }, changed);
        assert.deepEqual(readConfig(written), changed);
      }),
    );
  });

  it("has one setting a line, so that a difference can be read", async () => {
    const config = await platforms();
    const lines = writeOAuth2ProxyConfig(config).trimEnd().split("\n");
    assert.equal(lines.length, Object.keys(config).length);
    assert(lines.every((line) => /^[a-z0-9_]+ = /.test(line)));
  });
});

describe("the sign-in page", () => {
  it("begins at the given host", () => {
    const page = signInPage("gate.example.com");
    assert.equal(page.match(/gate\.example\.com/g)?.length, 1);
    assert(page.includes('action="https://gate.example.com{{.ProxyPrefix}}/start"'));
  });

  it("opens no more places than oauth2-proxy fills in", () => {
    const places = [...signInPage("gate.example.com").matchAll(/\{\{([^}]*)\}\}/g)].map(([, inner]) => inner);
    assert.deepEqual(places, ['define "sign_in.html"', ".ProxyPrefix", ".Redirect", ".ProviderName", "end"]);
  });
});
