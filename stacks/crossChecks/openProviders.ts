import { comparing } from "./comparing";

/** An issuer that vouches for whoever asks, and what to write in its place. */
const forEverybody: readonly { issuer: RegExp; mend: string }[] = [
  {
    issuer: /^https:\/\/accounts\.google\.com\/?$/,
    mend: "everybody can have an account at Google, also with an address of your domain: write a connector of type google, which asks for hostedDomains",
  },
  {
    // The last is the number of `consumers` (https://learn.microsoft.com/entra/identity-platform/v2-protocols).
    issuer:
      /^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net)\/(common|organizations|consumers|9188040d-6c67-4c5b-b112-36a304b66dad)(\/|$)/i,
    mend: "this is everybody's tenant: write your own tenant's ID, best in a connector of type microsoft",
  },
];

/** Providers of mail where anybody can have an address. */
const publicMail = new Set([
  ...["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com"],
  ...["icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "pm.me", "gmx.com", "gmx.de"],
  ...["gmx.net", "web.de", "t-online.de", "mail.com", "mail.ru", "yandex.com", "yandex.ru", "zoho.com", "fastmail.com"],
  ...["qq.com", "163.com", "126.com", "orange.fr", "free.fr", "laposte.net", "libero.it", "tutanota.com", "tuta.com"],
]);

/** Where anybody can have an account, the settings must say who comes in by more than that. */
export const strangersStayOut = comparing(["identity"], function* ({ identity }) {
  const { provider, connectors, emailDomains, allowedGroups } = identity;
  const mendOf = (issuer: string) => forEverybody.find((known) => known.issuer.test(issuer))?.mend;
  for (const [index, connector] of connectors.entries()) {
    const mend = connector.type === "oidc" ? mendOf(connector.issuer) : undefined;
    if (connector.type === "oidc" && mend !== undefined) {
      yield { path: ["identity", "connectors", index, "issuer"], value: connector.issuer, mend };
    }
  }
  if (provider.type === "oidc") {
    const mend = mendOf(provider.issuer);
    if (mend !== undefined) {
      yield { path: ["identity", "provider", "issuer"], value: provider.issuer, mend };
    }
  }
  const asksOidc = provider.type === "oidc" || connectors.some(({ type }) => type === "oidc");
  for (const [index, domain] of emailDomains.entries()) {
    if (asksOidc && allowedGroups.length === 0 && publicMail.has(domain)) {
      yield {
        path: ["identity", "emailDomains", index],
        value: domain,
        mend: "anybody can have an address there: name domains of your own, or groups in identity.allowedGroups besides",
      };
    }
  }
});
