import ipaddr from "ipaddr.js";
import { asList, asSwitch, mention, mentions, shown, spelled } from "../../readers/oauth2Proxy/setting";
import { cve, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, seen, wrong } from "./proxyRule";
import { asvs } from "../frameworks";

/** Wider is nobody's set of proxies: a cluster has at most 10.0.0.0/8. */
const widest = { ipv4: 8, ipv6: 16 };

/** Headers about the request are believed of named proxies only. */
export const requireTrustedProxies = proxyRule(
  {
    name: "require-trusted-proxies",
    title: "Forwarded headers count from named proxies only",
    why:
      "With reverse_proxy oauth2-proxy believes X-Forwarded-Uri and its siblings, and without trusted_proxy_ips it " +
      "believes them of every client: a forged path is one that needs no sign-in.",
    mend: "Write reverse_proxy = false, which is enough behind ext_authz, or name the gateway's addresses in trusted_proxy_ips.",
    severity: "critical",
    enforcementLevel: "mandatory",
    ...weakness(
      290,
      "Authentication Bypass by Spoofing",
      cve("2026-40575", "authentication bypass by a forged X-Forwarded-Uri, fixed in 7.15.2"),
      cve("2026-76835", "the same again in 7.15.2 to 7.15.4"),
      oauth2ProxyDocs("trusted_proxy_ips trusts all addresses when it isn't set"),
      asvs("4.1.3", "a client overrides no header that a proxy in front sets"),
    ),
    settings: [],
  },
  (proxy) => {
    const { layers, shows } = proxy;
    const reverse = mention(layers, "reverse_proxy");
    const value = reverse && seen(reverse)?.value;
    const state = value === undefined ? false : asSwitch(value);
    if (!reverse || state === false) return [];
    if (state === undefined) {
      const mend = `Write ${spelled("reverse_proxy", "false", reverse.origin)}`;
      return [wrong(reverse, `= ${shown(value)} is neither true nor false. ${mend}.`)];
    }
    const trusted = mentions(layers, "trusted_proxy_ips");
    const addresses = trusted.flatMap((setting) =>
      asList(seen(setting)?.value).map((address) => ({ setting, address })),
    );
    if (addresses.length === 0 && shows.core && trusted.every(seen)) {
      const mend = `Write ${spelled("reverse_proxy", "false", reverse.origin)}, or name the gateway's addresses in trusted_proxy_ips`;
      return [
        wrong(
          reverse,
          `= ${shown(value)} believes X-Forwarded-Uri of every client, because trusted_proxy_ips names nobody. ${mend}.`,
        ),
      ];
    }
    return addresses
      .filter(({ address }) => !isNarrow(address))
      .map(({ setting, address }) =>
        wrong(
          setting,
          `names ${shown(address)}, which is no set of proxies. Name the gateway's own addresses, ` +
            `none wider than /${widest.ipv4} (IPv4) or /${widest.ipv6} (IPv6).`,
        ),
      );
  },
);

function isNarrow(address: string): boolean {
  if (ipaddr.isValid(address)) return true;
  if (!ipaddr.isValidCIDR(address)) return false;
  const [network, bits] = ipaddr.parseCIDR(address);
  return bits >= widest[network.kind()];
}
