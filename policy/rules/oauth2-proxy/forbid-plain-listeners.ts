import { mention, shown } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, seen, wrong } from "./proxyRule";
import { asvs } from "../frameworks";

/** Without an address the listener is off, and on the loopback only the pod itself reaches it. */
const harmless = /^(|-|(https?:\/\/)?(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+|unix:.*)$/;

/**
 * Where oauth2-proxy has a certificate, it offers nothing without it.
 *
 * Without one the mesh may do TLS, which other rules ask for.
 */
export const forbidPlainListeners = proxyRule(
  {
    name: "forbid-plain-listeners",
    title: "A proxy with a certificate has no plain listener",
    why:
      "With tls_cert_file oauth2-proxy speaks TLS at https_address, and goes on to speak HTTP at http_address: whoever reaches " +
      "that port sends sessions and secrets in the open, and everybody believes that they are encrypted.",
    mend: 'Write http_address = "-", or remove it: without it only the pod itself reaches the plain port.',
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      319,
      "Cleartext Transmission of Sensitive Information",
      oauth2ProxyDocs("http_address, https_address and tls_cert_file; both listeners are served together"),
      asvs("12.3.3", "services inside talk over TLS, and fall back to nothing else"),
    ),
    settings: [],
  },
  ({ layers }) => {
    const isSet = (name: string) => {
      const setting = mention(layers, name);
      const visible = setting && seen(setting);
      // What nobody showed is there.
      return setting !== undefined && visible?.value !== "";
    };
    const address = mention(layers, "http_address");
    const visible = address && seen(address);
    if (!visible || !isSet("tls_cert_file") || harmless.test(String(visible.value).trim().toLowerCase())) return [];
    return [
      wrong(
        address,
        `= ${shown(visible.value)} is served in plain HTTP beside TLS. Write http_address = "-", or remove it.`,
      ),
    ];
  },
);
