import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { type Described, describedSettings } from "../../stacks/described";
import { authority as issuingAuthority, type Issued, issue } from "../acceptance/certificates";
import { appFields } from "./appFields";
import { edgeFields } from "./edgeFields";
import { changed, everything, existing, problemsOf, project, type Tree } from "./fixture";
import {
  companyCa,
  givenCa,
  inCluster,
  leafCertificate,
  withConnector,
  withPostgres,
  withProvider,
  withRedis,
} from "./identities";

export interface Field {
  /** Which of them hold a secret. */
  secretKeys?: readonly string[];
  accepts: readonly unknown[];
  /** Values by the mend that they must bring. */
  refuses: Readonly<Record<string, readonly unknown[]>>;
  /** Settings that pass and have the place. Default: `everything`. */
  base?: () => Tree;
}

const dnsNameMend =
  "write a DNS name of at least two labels, in lower case and without scheme, port or wildcard, such as kubeflow.example.com";
const dnsName = (...accepts: string[]): Field => ({
  accepts,
  refuses: {
    [dnsNameMend]: [
      "",
      "localhost",
      "Kubeflow.example.com",
      "*.example.com",
      "https://example.com",
      "example.com:443",
      "example.com.",
      ".example.com",
      "a..example.com",
      "-a.example.com",
      "a-.example.com",
      "a_b.example.com",
      "10.0.0.1",
      "a.0x7f",
      "exаmple.com",
      "example.com\n",
      "example.com\0",
      "\u202eexample.com",
      `${"a".repeat(64)}.example.com`,
      `${"a.".repeat(126)}example.com`,
    ],
  },
});

const namespaceMend =
  "write the name of a namespace: lower-case letters, digits and dashes, 63 at the most, such as kubeflow";
const namespaceName: Field = {
  accepts: ["ml", "team-1", "1", "a".repeat(63)],
  refuses: { [namespaceMend]: ["", "Team", "a.b", "-a", "a-", "a_b", "a".repeat(64), "a\n", "а", 5, null, ["a"], {}] },
};

/** People sign in with that one. */
const otherIssuers = (field: Field): Field => ({
  ...field,
  accepts: field.accepts.filter((value) => value !== "https://login.example.com"),
});

const machineUser = (...accepts: string[]): Field => ({
  accepts,
  refuses: {
    "write a whole user, or its beginning with * at the end, such as repo:example/pipelines:*; of a cluster one account, or all of a namespace, such as system:serviceaccount:team-a:*":
      [
        "",
        "system:*",
        "system:admin",
        "system:serviceaccount*",
        "system:serviceaccount:team-a",
        "system:serviceaccount:team-a*",
        "system:serviceaccount:team-a:c*",
        "*",
        "**",
        "*a",
        "a*b",
        "a**",
        " a",
        "a ",
        "a\n",
        "a\0",
        "é",
        "x".repeat(256),
        1,
        null,
      ],
  },
});

const httpsUrl: Field = {
  accepts: [
    "https://login.example.com",
    "https://login.example.com/",
    "https://login.example.com:8443/realms/Main",
    "https://LOGIN.example.com/adfs",
    "https://keycloak/realms/main",
    "https://10.0.0.1/a",
    "https://[fd00::1]:8443/a",
    "https://login.example.com/t%C3%A9nant/v2.0",
  ],
  refuses: {
    "write an https:// URL without user, query or fragment, such as https://login.example.com": [
      "",
      "login.example.com",
      "http://login.example.com",
      "HTTPS://login.example.com",
      "https:login.example.com",
      "https:/login.example.com",
      "https:///login.example.com",
      "https://",
      "https://user@login.example.com",
      "https://user:password@login.example.com",
      "https://login.example.com?",
      "https://login.example.com#",
      "https://login.example.com?tenant=1",
      "https://login.example.com/../a",
      "https://login.example.com/%2e/a",
      "https://login.example.com/%zz",
      "https://login.example.com:0",
      "https://login.example.com:99999",
      "https://login..example.com",
      "https://-login.example.com",
      "https://0x7f.1",
      "https://1.2.3",
      "https://login.exаmple.com",
      "https://login.example.com/ ",
      " https://login.example.com",
      "\0https://login.example.com",
      "https://login.example.com\n",
      "https://login.example.com/\u202e",
      "https://login.example.com\\a",
      `https://login.example.com/${"a".repeat(2048)}`,
      5,
      null,
    ],
  },
};

/** A text that its own program knows more of. */
const line = (mend: string, shortest: number, longest: number): Field => ({
  accepts: ["x".repeat(shortest), "x".repeat(longest), "Größe & ähnliches 漢字"],
  refuses: {
    [mend]: [
      "x".repeat(shortest - 1),
      "x".repeat(longest + 1),
      " ".repeat(shortest),
      `${"x".repeat(shortest)} `,
      ` ${"x".repeat(shortest)}`,
      "Line one\nLine two",
      "Text\0and more",
      "Text\u202eand more",
      "Text\u001b[31m and more",
      12,
      null,
    ],
  },
});

const identifier = (example: string): Field => ({
  accepts: ["a", "company-2", "a".repeat(32)],
  refuses: {
    [`write up to 32 lower-case letters, digits and dashes, such as ${example}`]: [
      "",
      "Company",
      "a b",
      "-a",
      "a-",
      "a/b",
      "a".repeat(33),
      1,
    ],
  },
});

const claim = (example: string): Field => ({
  accepts: ["sub", "cognito:groups", "a/b-c_d", "a".repeat(255)],
  refuses: {
    [`write the name of a claim without dots, such as ${example}`]: [
      "",
      "a b",
      "a\n",
      "ä",
      "realm_access.roles",
      "https://example.com/groups",
      "a".repeat(256),
      1,
    ],
  },
});

const duration = (...accepts: string[]): Field => ({
  accepts,
  refuses: {
    "write a duration in hours, minutes and seconds, such as 2160h, 1h30m or 45m": [
      "",
      "0s",
      "0h0m",
      "90",
      "1d",
      "1.5h",
      "-1h",
      "+1h",
      "1h 30m",
      "30m1h",
      "1H",
      "١h",
      "1h\n",
      "2562048h",
      `${"9".repeat(400)}h`,
      3600,
      null,
    ],
  },
});

const flag: Field = { accepts: [true, false], refuses: { "write true or false": ["true", "yes", 0, null, []] } };

const group: Field = {
  accepts: ["ml-engineers", "Domain Users", "a".repeat(255), "org:team", '"quoted"'],
  refuses: {
    "write a group name of printable ASCII without commas, 255 characters at the most, such as ml-engineers": [
      "",
      " a",
      "a ",
      "a,b",
      "a\nb",
      "a\0",
      "é",
      "a\u200b",
      "a".repeat(256),
      7,
    ],
  },
};

const whole = (bounds: { below: string; above?: string; most?: number }, notWhole: string): Field => ({
  accepts: [1, 2, bounds.most ?? 1_000_000],
  refuses: {
    [bounds.below]: [0, -1],
    ...(bounds.above === undefined ? {} : { [bounds.above]: [(bounds.most ?? 0) + 1] }),
    [notWhole]: [1.5, "2", null, true],
  },
});
const rotation = whole(
  { below: "write a whole number from 1; one more than now rotates" },
  "write a whole number; one more than now rotates",
);

const nodePort: Field = {
  accepts: [30000, 32767],
  refuses: {
    "write a node port from 30000 to 32767": [29999, 32768, 443],
    "write a port number": ["30000", 30000.5, null],
  },
};

const gatewayPods = whole(
  { below: "run at least one gateway pod", above: "run at most 1000 gateway pods", most: 1000 },
  "write a whole number",
);

const keySet = (...keys: unknown[]) => JSON.stringify({ keys });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicEc = ec.publicKey.export({ format: "jwk" });
const publicRsa = rsa.publicKey.export({ format: "jwk" });

let pem: Issued;

const literal = (type: string, mend: string): Field => ({
  accepts: [type],
  refuses: { [mend]: ["", type.toUpperCase(), "__proto__", 1, null] },
});

const wordOf = (words: readonly string[]): Field => ({
  accepts: words,
  refuses: {
    [`write ${words.slice(0, -1).join(", ")}${words.length > 1 ? " or " : ""}${words.at(-1)}`]: ["", "other", 1, null],
  },
});

const port: Field = {
  accepts: [1, 65535],
  refuses: { "write a port from 1 to 65535": [0, 65536], "write a port number": ["443", 1.5, null] },
};

const secretName: Field = {
  accepts: ["company-sign-in", "a.b", "1", "dex-2", "gatehouse"],
  refuses: {
    "this name is one of the program's own Secrets: name one that you made": ["dex", "oauth2-proxy", "gatehouse-ca"],
    "write the name of a Secret in the namespace auth": ["", "A", "a..b", "a.-b", "a_b", ".a", "a".repeat(254), 5],
  },
};

const secretKey: Field = {
  accepts: ["clientSecret", "client_secret", ".hidden", "a".repeat(253)],
  refuses: {
    "write a key of that Secret, such as clientSecret": ["", ".", "..", "..a", "a/b", "a b", "a".repeat(254)],
  },
};

const privateKey = String(ec.privateKey.export({ format: "pem", type: "pkcs8" }));
const notPem = ["", "company-ca", privateKey, `${companyCa}${privateKey}`, `text\n${companyCa}`, companyCa.replace("MIIB", "AAAA"), companyCa.replace(/\n/g, ""), 5]; // prettier-ignore

const authority: Field = {
  accepts: [companyCa, companyCa.trimEnd(), companyCa + companyCa, companyCa.replaceAll("\n", "\r\n")],
  refuses: {
    "write the CA's certificate as PEM, from -----BEGIN CERTIFICATE----- on, without any key; a server's own certificate is none of a CA":
      [...notPem, leafCertificate, companyCa + leafCertificate],
  },
};

const addressBlock: Field = {
  accepts: ["10.20.0.0/24", "2001:db8::1/128"],
  refuses: {
    "write an address block whose host bits are zero, such as 10.0.0.0/16 or 172.18.0.2/32": ["", "ldap.example.com", "10.0.0.1/8", 5], // prettier-ignore
  },
};

const attribute = (example: string): Field => ({
  accepts: ["uid", "sAMAccountName", "2.5.4.3", "x-mail", "DN"],
  refuses: {
    [`write the name of an attribute, such as ${example}`]: ["", "a b", "uid=", "(uid)", "a*", "1", "é", "$uid", "a".repeat(65), 5], // prettier-ignore
  },
});

const distinguishedName = (example: string): Field => ({
  accepts: ["dc=example,dc=com", "cn=Größe\\, Länge,ou=people,dc=example", "2.5.4.3=x"],
  refuses: {
    [`write a distinguished name (RFC 4514), such as ${example}`]: ["", "people", "=x", "ou=", "ou=a\nb", "ou=a\0", "ou=\u202ea", 5], // prettier-ignore
  },
});

const filter: Field = {
  accepts: ["(a=b)", "(&(objectClass=person)(!(locked=TRUE)))", "(cn=a\\28b\\29)"],
  refuses: {
    "write one filter in parentheses (RFC 4515), such as (objectClass=person)": ["", "a=b", "(a=b", "a=b)", "(a=b)(c=d)", "(a=b))", "((a=b)", "()", "(a=\n)", 5], // prettier-ignore
  },
};

const assertionAttribute = (example: string) =>
  line(`write the name of an attribute of the assertion, such as ${example}`, 1, 255);

const scope: Field = {
  accepts: ["openid", "https://example.com/scope", "offline_access"],
  refuses: { "write one scope each, without blanks, such as groups": ["", "openid email", 'a"', "a\\", "é", 1] },
};

/** The places of a server that the platform talks to. */
const server = (at: string, base: () => Tree): Record<string, Field> => ({
  [`${at}.network.type`]: { ...literal("addresses", "write addresses or namespace"), base },
  [`${at}.network.cidrs[0]`]: { ...addressBlock, base },
  [`${at}.network.namespace`]: { ...namespaceName, base: inCluster(base, at) },
  [`${at}.network.port`]: { ...port, base: inCluster(base, at) },
  [`${at}.ca.certificate`]: { ...authority, base },
});

const secret = (at: string, base: () => Tree): Record<string, Field> => ({
  [`${at}.secretName`]: { ...secretName, base },
  [`${at}.key`]: { ...secretKey, base },
});

const based = (base: () => Tree, places: Record<string, Field>): Record<string, Field> =>
  Object.fromEntries(Object.entries(places).map(([place, field]) => [place, { base, ...field }]));

const withNotebooks = (): Tree =>
  changed(changed(withProvider(), "sessions.cookieDomain", undefined), "notebooks", {
    mode: "subdomain",
    domain: "notebooks.example.com",
    client: { clientId: "notebooks", clientSecret: { secretName: "notebooks", key: "secret" } },
  });

const withMachineCas = (): Tree =>
  ["connectors[0]", "issuers[0]", "cluster"].reduce(
    (tree, each) => changed(tree, `machines.${each}.ca`, givenCa),
    changed(everything(), "machines.cluster", {
      type: "public",
      issuer: "https://oidc.example.net",
      audiences: ["pipelines.kubeflow.org"],
    }),
  );
const first = "identity.connectors[0]";
const github = () => withConnector("github");
const ldap = () => withConnector("ldap");
const saml = () => withConnector("saml");
const storage = "identity.provider.storage";

/** Every place of the settings that are about identity providers and their stores. */
const identityFields: Readonly<Record<string, Field>> = {
  ...based(() => withConnector("oidc"), {
    [`${first}.ca.type`]: literal("given", "write system or given"),
    [`${first}.ca.certificate`]: authority,
  }),
  ...based(github, {
    [`${first}.organizations[0].name`]: {
      accepts: ["example", "Example-1", "a".repeat(39)],
      refuses: {
        "write the organisation's name as its URL has it, such as example": ["", "-a", "a-", "a b", "a/b", "a".repeat(40), 5], // prettier-ignore
      },
    },
    [`${first}.organizations[0].teams[0]`]: {
      accepts: ["ml-engineers", "a"],
      refuses: {
        "write the team's slug as its URL has it, such as ml-engineers": ["", "ML Engineers", "-a", "a-", "a/b", "a".repeat(101), 5], // prettier-ignore
      },
    },
    [`${first}.preferredEmailDomain`]: dnsName("example.com"),
  }),
  [`${first}.hostedDomains[0]`]: { ...dnsName("example.com"), base: () => withConnector("google") },
  ...based(() => withConnector("microsoft"), {
    [`${first}.tenant`]: {
      accepts: ["example.onmicrosoft.com", "example.com", "72f988bf-86f1-41af-91ab-2d7cd011db47"],
      refuses: {
        "write your tenant's ID or one of its domains, such as example.onmicrosoft.com; common, organizations and consumers would let other tenants in":
          ["", "common", "organizations", "consumers", "example", "https://example.com", "example.com/common", "72f988bf", "9188040d-6c67-4c5b-b112-36a304b66dad", 5], // prettier-ignore
      },
    },
    [`${first}.groupNameFormat`]: wordOf(["id", "name"]),
  }),
  [`${first}.encryption`]: {
    base: () => changed(ldap(), `${first}.port`, 3269),
    accepts: ["ldaps", "startTLS"],
    refuses: {
      "write ldaps or startTLS: nothing is ever sent in the open": ["", "ldap", "starttls", "none", false, null],
    },
  },
  ...server(first, ldap),
  ...secret(`${first}.bindPassword`, ldap),
  ...based(ldap, {
    [`${first}.host`]: dnsName("ldap.example.com"),
    [`${first}.port`]: port,
    [`${first}.bindDN`]: distinguishedName("cn=dex,ou=services,dc=example,dc=com"),
    [`${first}.usernamePrompt`]: line("write the label of the form's first field, 64 characters at the most", 1, 64),
    [`${first}.userSearch.baseDN`]: distinguishedName("ou=people,dc=example,dc=com"),
    [`${first}.userSearch.filter`]: filter,
    [`${first}.userSearch.username`]: attribute("uid"),
    [`${first}.userSearch.scope`]: wordOf(["sub", "one"]),
    [`${first}.userSearch.idAttr`]: attribute("uid"),
    [`${first}.userSearch.emailAttr`]: attribute("mail"),
    [`${first}.userSearch.nameAttr`]: attribute("cn"),
    [`${first}.groupSearch.baseDN`]: distinguishedName("ou=groups,dc=example,dc=com"),
    [`${first}.groupSearch.filter`]: filter,
    [`${first}.groupSearch.scope`]: wordOf(["sub", "one"]),
    [`${first}.groupSearch.userMatchers[0].userAttr`]: attribute("DN"),
    [`${first}.groupSearch.userMatchers[0].groupAttr`]: attribute("member"),
    [`${first}.groupSearch.userMatchers[0].recursionGroupAttr`]: attribute("member"),
    [`${first}.groupSearch.nameAttr`]: attribute("cn"),
  }),
  ...based(saml, {
    [`${first}.ssoURL`]: httpsUrl,
    [`${first}.ssoIssuer`]: line("write the provider's entityID, as its metadata has it", 1, 1024),
    [`${first}.signingCertificate`]: {
      accepts: [leafCertificate, companyCa, leafCertificate + companyCa],
      refuses: { "write the certificate as PEM, from -----BEGIN CERTIFICATE----- on, without any key": notPem },
    },
    [`${first}.entityIssuer`]: line(
      "write the name under which the provider knows this gate, such as its URL",
      1,
      1024,
    ),
    [`${first}.nameIDPolicyFormat`]: wordOf(["persistent", "emailAddress", "unspecified"]),
    [`${first}.usernameAttr`]: assertionAttribute("name"),
    [`${first}.emailAttr`]: assertionAttribute("email"),
    [`${first}.groupsAttr`]: assertionAttribute("groups"),
  }),
  "identity.provider.type": { ...literal("dex", "write dex or oidc"), base: withPostgres },
  ...server(storage, withPostgres),
  ...secret(`${storage}.password`, withPostgres),
  ...based(withPostgres, {
    [`${storage}.type`]: literal("postgres", "write kubernetes or postgres"),
    [`${storage}.ca.type`]: literal("given", "write system or given"),
    [`${storage}.host`]: dnsName("postgres.example.com"),
    [`${storage}.port`]: port,
    [`${storage}.database`]: line("write the name of the database, 63 characters at the most", 1, 63),
    [`${storage}.user`]: line("write the name of the database's user, 63 characters at the most", 1, 63),
  }),
  ...secret("identity.provider.clientSecret", withProvider),
  ...based(withProvider, {
    "identity.provider.issuer": { ...httpsUrl, accepts: ["https://login.example.com/realms/Main"] },
    "identity.provider.jwksUri": { ...httpsUrl, accepts: ["https://login.example.com/keys"] },
    "identity.provider.clientId": line("write the client ID that the provider gave", 1, 1024),
    "identity.provider.offlineAccess": {
      accepts: ["scope"],
      refuses: { "write scope or always": ["", "never", null] },
    },
    "identity.provider.scopes[0]": { ...scope, accepts: ["profile", "https://example.com/scope"] },
    "identity.provider.userClaim": { ...claim("email"), accepts: ["email"] },
    "identity.provider.groupsClaim": claim("groups"),
    "identity.provider.idTokenLifetime": duration("1h", "45m1s"),
    "identity.provider.ca.type": literal("given", "write system or given"),
    "identity.provider.ca.certificate": authority,
    "identity.provider.backendLogoutUrl": {
      accepts: [
        "https://login.example.com/logout?id_token_hint={id_token}",
        "https://login.example.com/logout?client_id=kubeflow&id_token_hint={id_token}",
      ],
      refuses: {
        "write an https:// URL with {id_token} as the value of its last parameter, such as https://login.example.com/logout?id_token_hint={id_token}":
          [
            "",
            "https://login.example.com/logout",
            "https://login.example.com/{id_token}",
            "https://{id_token}.example.com/?a={id_token}",
            "http://login.example.com/logout?id_token_hint={id_token}",
            "https://user@login.example.com/logout?id_token_hint={id_token}",
            "https://login.example.com/logout?id_token_hint={id_token}&post_logout_redirect_uri=https://example.org",
            "https://login.example.com/logout?id_token_hint={id_token}#a",
            "https://login.example.com/logout?rd=https://example.org&id_token_hint={id_token}",
            5,
          ],
      },
    },
  }),
  ...server("sessions.storage", withRedis),
  ...secret("sessions.storage.password", withRedis),
  ...based(withRedis, {
    "sessions.storage.type": literal("redis", "write cookie or redis"),
    "sessions.storage.ca.type": literal("given", "write system or given"),
    "sessions.storage.host": dnsName("redis.example.com"),
    "sessions.storage.port": port,
    "sessions.storage.username": line("write the name of an ACL user of Redis", 1, 255),
  }),
  "rotation.sessionStorage": rotation,
};

/** Every place of the schema that holds a single value. */
const fields: Readonly<Record<string, Field>> = {
  ...identityFields,
  environment: {
    accepts: ["dev"],
    refuses: { "write dev, staging or prod": ["", "Dev", "production", "constructor", "__proto__", "toString"] },
  },
  domain: {
    accepts: ["kubeflow.example.com", "example.com", "1.example.com", "xn--bcher-kva.example.com"],
    refuses: {
      [`${dnsNameMend}; in dev an IPv4 address does, too`]: [
        ...(dnsName().refuses[dnsNameMend] ?? []).filter((value) => value !== "10.0.0.1"),
        "10.0.0.256",
        "10.0.0.01",
        "10.0.0",
        "2001:db8::1",
      ],
    },
  },
  "cluster.apiServer.cidrs[0]": {
    accepts: ["10.0.0.0/16", "172.18.0.2/32", "203.0.113.0/24", "fd12:3456::/48", "2001:db8::1/128", "2001:DB8:1::/48"],
    refuses: {
      "write an address block whose host bits are zero, such as 10.0.0.0/16 or 172.18.0.2/32": [
        "",
        "10.0.0.0",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/08",
        "10.0.0.0/8 ",
        "10.0.0.0/8\n",
        "012.0.0.0/8",
        "10.0/16",
        "10/8",
        "0xa.0.0.0/8",
        "167772160/8",
        "10.0.0.0/255.0.0.0",
        "fd00::1/8",
        "fd00::/129",
        "fd00::%eth0/8",
        "::ffff:10.0.0.0/104",
        "::ffff:10.0.0.1/128",
        "１0.0.0.0/8",
        "api.example.com",
        10,
        null,
      ],
    },
  },
  "cluster.apiServer.ports[0]": {
    accepts: [1, 443, 65535],
    refuses: { "write a port from 1 to 65535": [0, -1, 65536, 1e15], "write a port number": ["443", 1.5, null, 1e300] },
  },
  "cluster.apiServer.callsWebhooksFrom": {
    accepts: ["addresses", "anywhere"],
    refuses: { "write addresses or anywhere": ["", "Anywhere", true, null] },
  },
  "cluster.platform": {
    accepts: ["gke", "k3d", "k3s", "microk8s", "minikube", "openshift"],
    refuses: {
      "write one of aks, gke, k3d, k3s, microk8s, minikube, openshift, or nothing for any other cluster": [
        "",
        "GKE",
        "eks",
        1,
      ],
    },
  },
  "cluster.dns.namespace": namespaceName,
  "cluster.dns.podLabels[0]": {
    accepts: ["k8s-app=kube-dns", "dns.operator.openshift.io/daemonset-dns=default", "a=1"],
    refuses: {
      "write a label of the DNS pods as key=value, such as k8s-app=kube-dns": [
        "",
        "k8s-app",
        "=a",
        "a=",
        "a=b=c",
        "a b=c",
        "a=b\n",
        1,
        null,
      ],
    },
  },
  "cluster.dns.ports[0]": {
    accepts: [53, 5353],
    refuses: { "write a port from 1 to 65535": [0, 65536], "write a port number": ["53", null] },
  },
  "cluster.dns.addresses[0]": {
    accepts: ["169.254.20.10/32", "fd00::10/128"],
    refuses: {
      "write an address block whose host bits are zero, such as 10.0.0.0/16 or 172.18.0.2/32": [
        "",
        "169.254.20.10",
        "10.0.0.1/8",
      ],
    },
  },
  ...appFields(namespaceName.refuses, dnsName().refuses),
  ...based(withNotebooks, {
    "notebooks.mode": literal("subdomain", "write path or subdomain or separate-domain"),
    "notebooks.domain": dnsName("kubeflow-notebooks.example.com"),
    "notebooks.forwardAuthorization": flag,
    "notebooks.client.clientId": line("write the client ID that the provider gave", 1, 1024),
  }),
  ...secret("notebooks.client.clientSecret", withNotebooks),
  ...edgeFields({ httpsUrl, pem: () => pem }),
  "certificates.organization": line(
    "write the organisation's name, 48 characters at the most: the CA's own name adds to it, and X.520 ends at 64",
    1,
    48,
  ),
  "certificates.duration": duration("2160h", "8760h", "361h0m1s"),
  "certificates.renewBefore": duration("360h", "5m", "300s"),
  "certificates.caDuration": duration("87600h", "2160h1s", "2562047h"),
  "ingress.replicas.min": { ...gatewayPods, accepts: [1, 2] },
  "ingress.replicas.max": gatewayPods,
  "ingress.service.type": {
    accepts: ["LoadBalancer", "NodePort", "ClusterIP"],
    refuses: { "write LoadBalancer, NodePort or ClusterIP": ["", "loadbalancer", "ExternalName", null] },
  },
  "ingress.service.nodePorts.http": nodePort,
  "ingress.service.nodePorts.https": nodePort,
  "ingress.applicationNamespaces[0]": namespaceName,
  "ingress.hsts.maxAge": duration("5m", "17520h"),
  "ingress.hsts.includeSubdomains": flag,
  "ingress.hsts.preload": { ...flag, accepts: [false] },
  "certManager.type": {
    accepts: ["installed"],
    refuses: { "write installed or existing": ["", "Existing", "none", null, 5] },
  },
  "certManager.namespace": { ...namespaceName, base: existing },
  "certManager.clusterResourceNamespace": { ...namespaceName, base: existing },
  "istio.type": {
    accepts: ["installed"],
    refuses: { "write installed or existing": ["", "Existing", "none", null, 5] },
  },
  "istio.namespace": { ...namespaceName, base: existing },
  "istio.revision": {
    base: existing,
    accepts: ["stable", "1-31-1", "a".repeat(56)],
    refuses: {
      "write istiod's revision, such as stable, or remove the setting where it is the default one": [
        "",
        "default",
        "Stable",
        "1.31.1",
        "-a",
        "a-",
        "a".repeat(57),
        "stable\n",
        5,
        null,
      ],
    },
  },
  "istio.strictMtls": {
    accepts: ["mesh", "gatehouse"],
    refuses: { "write mesh or gatehouse": ["", "STRICT", true, null] },
  },
  "identity.staticUsers[0].email": {
    accepts: ["user@example.com", "First.Last+tag@example.com", `${"a".repeat(64)}@example.com`],
    refuses: {
      "write an e-mail address with a lower-case domain, such as user@example.com": [
        "",
        "user",
        "user@",
        "@example.com",
        "user@Example.com",
        "user@localhost",
        "user@10.0.0.1",
        "a@b@example.com",
        "a b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        '"a"@example.com',
        "user@example.com\n",
        "user\0@example.com",
        "usеr@example.com",
        `${"a".repeat(65)}@example.com`,
        `a@${`${"b".repeat(60)}.`.repeat(4)}example.com`,
        5,
      ],
    },
  },
  "identity.staticUsers[0].groups[0]": { ...group, accepts: ["ml-engineers"] },
  "identity.connectors[0].type": {
    accepts: ["oidc"],
    refuses: {
      "write oidc or github or google or microsoft or ldap or saml": ["", "OIDC", "gitlab", "__proto__", 1, null],
    },
  },
  "identity.connectors[0].id": identifier("company"),
  "identity.connectors[0].name": line("write the text for the sign-in button, 64 characters at the most", 1, 64),
  "identity.connectors[0].issuer": httpsUrl,
  "identity.connectors[0].clientId": line("write the client ID that the provider gave", 1, 1024),
  "identity.connectors[0].clientSecret.secretName": secretName,
  "identity.connectors[0].clientSecret.key": secretKey,
  "identity.connectors[0].offlineAccess": {
    accepts: ["scope"],
    refuses: { "write scope or always": ["", "never", "Always", true, null] },
  },
  "identity.connectors[0].scopes[0]": scope,
  "identity.connectors[0].groupsClaim": line("write the name of a claim, such as groups", 1, 255),
  "identity.connectors[0].groupsPrefix": {
    // Groups without the prefix would be nobody's.
    base: () => changed(everything(), "identity.allowedGroups", undefined),
    accepts: ["partners:", "Partners.2_x/", `${"a".repeat(63)}:`],
    refuses: {
      "write up to 63 letters, digits, dots, dashes and underscores, and a colon or a slash at the end, such as partners:":
        ["", ":", "partners", "a,b:", "*:", "a b:", "-a:", "a$b:", "é:", "a:\n", `${"a".repeat(64)}:`, 5, null],
    },
  },
  "identity.emailDomains[0]": dnsName("example.com"),
  "identity.allowedGroups[0]": { ...group, accepts: ["ml-engineers"] },
  "sessions.cookieDomain": dnsName("example.com", "kubeflow.example.com"),
  "sessions.lifetime": duration("12h", "1h"),
  "sessions.refresh": duration("45m", "59m59s"),
  "sessions.idToken": duration("1h", "12h", "45m1s"),
  "machines.cluster.type": {
    accepts: ["selfSigned", "public"],
    refuses: { "write none or selfSigned or public": ["", "selfsigned", "eks", "__proto__", 1, null] },
  },
  "machines.cluster.issuer": otherIssuers(httpsUrl),
  "machines.cluster.audiences[0]": line("write an audience, such as pipelines.kubeflow.org", 1, 1024),
  "machines.cluster.jwksUri": httpsUrl,
  ...based(withMachineCas, {
    "machines.cluster.ca.type": literal("given", "write system or given"),
    "machines.cluster.ca.certificate": authority,
    "machines.connectors[0].ca.type": literal("given", "write system or given"),
    "machines.connectors[0].ca.certificate": authority,
    "machines.issuers[0].ca.type": literal("given", "write system or given"),
    "machines.issuers[0].ca.certificate": authority,
  }),
  // Another one has to change in two places.
  "machines.connectors[0].id": { ...identifier("github-actions"), accepts: ["github-actions"] },
  "machines.connectors[0].issuer": otherIssuers(httpsUrl),
  "machines.connectors[0].userClaim": claim("sub"),
  "machines.connectors[0].groupsClaim": claim("repository"),
  "machines.clients[0].id": identifier("ci"),
  "machines.clients[0].connectors[0]": { ...identifier("github-actions"), accepts: ["github-actions"] },
  "machines.issuers[0].users[0]": machineUser(
    "cluster-b:*",
    "system:serviceaccount:*",
    "system:serviceaccount:team-b:*",
    "a",
    "x".repeat(255),
  ),
  "machines.clients[0].users[0]": machineUser(
    "repo:example/pipelines:*",
    "repo:example/pipelines:ref:refs/heads/main",
    "a",
    "a:*",
    "two words",
    "x".repeat(255),
  ),
  "machines.issuers[0].name": identifier("cluster"),
  "machines.issuers[0].issuer": otherIssuers(httpsUrl),
  "machines.cluster.users[0]": {
    accepts: [
      "system:serviceaccount:*",
      "system:serviceaccount:team-a:*",
      "system:serviceaccount:team-a:ci",
      "system:serviceaccount:team-a:ci.nightly",
    ],
    refuses: {
      "write one account or all of a namespace, such as system:serviceaccount:team-a:ci or system:serviceaccount:team-a:*":
        [
          "",
          "*",
          "r*",
          "system:*",
          "system:serviceaccount*",
          "system:serviceaccount:t*",
          "system:serviceaccount:team-a",
          "system:serviceaccount:team-a*",
          "system:serviceaccount:team-a:",
          "system:serviceaccount:team-a:c*",
          "system:serviceaccount:team-a:ci:*",
          "system:serviceaccount::*",
          "system:serviceaccount:Team:*",
          "system:node:a",
          "user@example.com",
          "asystem:serviceaccount:*",
          "system:serviceaccount:*\n",
          1,
          null,
        ],
    },
  },
  "machines.issuers[0].audiences[0]": line("write an audience, such as pipelines.kubeflow.org", 1, 1024),
  "machines.issuers[0].jwksUri": httpsUrl,
  "machines.issuers[0].jwks": {
    accepts: [keySet(publicEc), keySet(publicRsa, { ...publicEc, kid: "1", use: "sig", alg: "ES256" })],
    refuses: {
      "write a JSON Web Key Set of public keys only, RSA ones of at least 2048 bits, as a text, '{\"keys\":[…]}': kubectl get --raw /openid/v1/jwks":
        [
          "",
          "null",
          "[]",
          "{}",
          "{",
          JSON.stringify({ keys: publicEc }),
          keySet(),
          keySet(null),
          keySet("RSA"),
          keySet({ kty: "RSA" }),
          keySet({ kty: "oct", k: "c2VjcmV0" }),
          keySet({ ...publicEc, y: publicEc.x }),
          keySet(ec.privateKey.export({ format: "jwk" })),
          keySet(rsa.privateKey.export({ format: "jwk" })),
          keySet(publicEc, ec.privateKey.export({ format: "jwk" })),
          keySet({ ...publicRsa, d: null }),
          keySet(publicEc, generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" })),
          { keys: [publicEc] },
        ],
    },
  },
  "machines.issuers[0].userClaim": claim("sub"),
  "machines.issuers[0].userPrefix": {
    accepts: ["cluster-b:", "B.2_x:", `${"a".repeat(31)}:`],
    refuses: {
      "write up to 31 letters, digits, dots, dashes and underscores, and a colon at the end, such as cluster-b:": [
        "",
        ":",
        "cluster-b",
        "a:b:",
        "-a:",
        "a b:",
        "é:",
        "a*:",
        "a@example.com:",
        "a:\n",
        `${"a".repeat(32)}:`,
        5,
        null,
      ],
    },
  },
  "machines.issuers[0].groupsClaim": claim("groups"),
  replicas: {
    accepts: [1, 20, "3"],
    refuses: {
      "run at least one pod": [0, -1, "0"],
      "run at most 20 pods": [21],
      "write a whole number": [1.5, "three", true, [], {}, null],
    },
  },
  "rotation.cookieSecret": rotation,
  "rotation.clientSecret": rotation,
  "rotation.connectorSecrets": rotation,
  "rotation.staticPasswords": rotation,
  "rotation.machineClients": rotation,
  "rotation.certificateAuthority": rotation,
  "monitoring.namespace": namespaceName,
  "network.metadataExceptions[0].namespace": {
    accepts: ["cert-manager"],
    refuses: {
      "only cert-manager has a use for the cloud's metadata server (DNS-01 with workload identity)": [
        "",
        "kubeflow",
        null,
      ],
    },
  },
  "network.metadataExceptions[0].reason": line(
    "say in a sentence why this namespace needs the metadata server",
    10,
    1024,
  ),
  "echo.enabled": flag,
  "mirror.images": {
    accepts: [
      "registry.example.com",
      "registry.example.com:5000",
      "registry.example.com/mirror",
      "registry.example.com:5000/team-a/mirror_1",
      "localhost:5000",
      "10.0.0.5:5000/kubeflow",
    ],
    refuses: {
      "write a registry and the path below which the images are, in lower case and without scheme or tag, such as registry.example.com/mirror":
        [
          "",
          "mirror",
          "mirror/kubeflow",
          "https://registry.example.com",
          "oci://registry.example.com",
          "registry.example.com/",
          "registry.example.com/mirror/",
          "registry.example.com//mirror",
          "Registry.example.com",
          "registry.example.com/Mirror",
          "registry.example.com/mirror:v1",
          "registry.example.com/../mirror",
          "user:password@registry.example.com",
          "registry.example.com\n",
          5,
        ],
    },
  },
  "mirror.charts": {
    accepts: [
      "charts",
      "/srv/charts with blanks",
      "../charts",
      "https://charts.example.com",
      "https://charts.example.com/stable/",
      "oci://registry.example.com:5000/charts",
    ],
    refuses: {
      "write a folder, an https:// repository or an oci:// registry path": [
        "",
        " charts",
        "http://charts.example.com",
        "HTTPS://charts.example.com",
        "file:///srv/charts",
        "oci://",
        "oci://registry.example.com/charts/",
        "oci://user:password@registry.example.com/charts",
        "https://charts.example.com?token=1",
        "charts\n",
        "charts\0",
        5,
      ],
    },
  },
};

describe("a single setting", () => {
  before(async () => {
    pem = await issue(await issuingAuthority(), ["kubeflow.example.com", "*.kubeflow.example.com"]);
  });

  it("is tried here wherever the schema has one", () => {
    assert.deepEqual(Object.keys(fields).sort(), [...new Set(leaves([], describedSettings()))].sort());
  });

  for (const [path, field] of Object.entries(fields)) {
    const { base = everything, secretKeys = [] } = field;
    const problems = (value: unknown) => problemsOf(changed(base(), path, value), { secretKeys });

    it(`${path} accepts what is right`, () => {
      for (const value of field.accepts) {
        assert.deepEqual(problems(value), [], JSON.stringify(value));
      }
    });

    it(`${path} refuses the rest with one mend`, () => {
      for (const [mend, values] of Object.entries(field.refuses)) {
        for (const value of values) {
          assert.deepEqual(
            problems(value).map(({ key, mend: found }) => ({ key, mend: found })),
            [{ key: `${project}:${path}`, mend }],
            JSON.stringify(value),
          );
        }
      }
    });
  }
});

/** Paths of the single values in the schema; `[0]` stands for a list's entry. */
function* leaves(path: readonly string[], setting: Described): Iterable<string> {
  const branches = [...(setting.anyOf ?? []), ...(setting.oneOf ?? [])];
  if (setting.items !== undefined) {
    yield* leaves([...path.slice(0, -1), `${path.at(-1)}[0]`], setting.items);
  } else if (setting.properties !== undefined || branches.length > 0) {
    for (const branch of branches.filter(({ secret }) => secret !== true)) {
      yield* leaves(path, branch);
    }
    for (const [key, inner] of Object.entries(setting.properties ?? {})) {
      yield* leaves([...path, key], inner);
    }
  } else {
    yield path.join(".");
  }
}
