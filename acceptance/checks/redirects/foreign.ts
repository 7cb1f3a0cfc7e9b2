import { type Target } from "../../check";

/** An address that is to lead people elsewhere, as somebody would hide it in a link. */
export interface Foreign {
  value: string;
  /** The text stands in the query as it is, already encoded. */
  encoded?: boolean;
}

/** Nobody's host (RFC 2606). */
export const stranger = "evil.example";

/** `//host` in every disguise that got past a check somewhere (GHSA-4mf2-f3wh-gvf2, GHSA-5m6c-jp6f-2vcv and their kin). */
const withoutScheme = [
  "//", "///", "////", "/\\", "\\\\", "\\/", "/\\/", "//\\", "\\", "/\\\\", "\\\\\\",
  "/\t/", "/\t\\", "\t//", "\n//", "/\n/", "/\r/", "/\r\n/", "/\v/", "/\f/", "/\u0000/", "\u0000//", " //", "/ /", "\u0001//",
  "\u00a0//", "/\u00a0/", "/\u2028/", "/\u3000/", "\ufeff//", "/\u200b/",
  "/.//", "/..//", "/./\\", "/..\\/", "/x/..//", ".//", "..//", "/;//", "/?//", "/#//",
  "/\uff0f", "\uff0f\uff0f", "/\u2215", "/\u2044", "\u2215\u2215", "/\u29f5",
].map((start) => `${start}${stranger}/`); // prettier-ignore

const withScheme = [
  "https://", "http://", "HTTPS://", "hTtPs://", "https:", "https:/", "https:///", "https:\\\\", "https:/\\", "https:\\/",
  "https:////", "https://\\", "ht\ntps://", "ht\ttps://", " https://", "\thttps://", "\u0001https://", "https:\t//", "https:/\t/",
  "https:\uff0f\uff0f", "ftp://", "ws://", "file://", "view-source:https://", "blob:https://",
].map((start) => `${start}${stranger}/`); // prettier-ignore

const scripts = [
  "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)",
  "\u0001javascript:alert(1)", "javascript://kubeflow/%0aalert(1)", "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "vbscript:msgbox(1)", "about:blank",
]; // prettier-ignore

/** The name of the gate, put where only a careless reader takes it for the host. */
function around({ host, hostname }: URL): string[] {
  return [
    `https://${host}@${stranger}/`,
    `https://${hostname}:443@${stranger}/`,
    `https://${host}%40${stranger}/`,
    `https://${stranger}\\@${host}/`,
    `https://${host}\\@${stranger}/`,
    `https://${stranger}#@${host}/`,
    `https://${stranger}?@${host}/`,
    `https://${stranger}/@${host}/`,
    `https://${stranger}#.${host}`,
    `https://${stranger}?.${host}`,
    `https://${stranger}\\.${host}/`,
    `https://${stranger};.${host}/`,
    `https://${stranger}:443:${host}/`,
    `https://${stranger}%00.${host}/`,
    `https://${stranger}%2f.${host}/`,
    `https://${stranger}%5c.${host}/`,
    `https://${stranger}%0a.${host}/`,
    `https://${stranger}\r\n.${host}/`,
    `https://${stranger}\u3002${host}/`,
    `https://${hostname}.${stranger}/`,
    `https://${hostname}\u3002${stranger}/`,
    `https://${hostname}\u002e\u200b${stranger}/`,
    `https://evil${hostname}/`,
    `https://evil-${hostname}/`,
    `https://not-an-application.${hostname}/`,
    `https://${hostname}.evil/`,
    `https://${hostname}evil.example/`,
    `https://${hostname.split(".").slice(1).join(".")}/`,
    `//${host}@${stranger}/`,
    `//${hostname}.${stranger}/`,
    `https://${hostname}:8443/`,
    `https://${hostname}:80/`,
    `https://${hostname}:443@${hostname}:8443/`,
    `https://${hostname}:99999/`,
    `https://${hostname}:0x1bb/`,
  ];
}

const addresses = [
  "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "//[::1]/",
  "https://169.254.169.254/latest/meta-data/", `https://[${stranger}]/`, `https://[::1%25.${stranger}]/`,
]; // prettier-ignore

/** Encoded once more than whoever reads it takes off, or twice. */
const encoded = [
  "%2f%2f", "%252f%252f", "/%2f", "/%5c", "%5c%5c", "/%09/", "%09//", "/%0a/", "/%0d/", "/%250a/", "/%2509/", "/%00/", "/%20/",
  "https%3a%2f%2f", "https%253a%252f%252f", "https:%2f%2f", "%68ttps://", "%e2%80%a8//", "/%c0%af", "%c0%af%c0%af", "/%e3%80%80/",
].map((start) => `${start}${stranger}/`); // prettier-ignore

/** Line breaks that would end a header, if anybody let them through. */
const injections = [
  `/%0d%0aLocation:%20https://${stranger}/`,
  "/%0d%0aX-Injected:%201",
  "/%0aX-Injected:%201",
  "/%0dX-Injected:%201",
  "/%0d%0aSet-Cookie:%20injected=1",
  "/%250d%250aX-Injected:%201",
  "/%E5%98%8D%E5%98%8AX-Injected:%201",
  "/%0d%0a%0d%0a%3Cscript%3Einjected()%3C/script%3E",
  "/%22%3E%3Cscript%3Einjected()%3C/script%3E",
];

/** Every shape that the advisories and the years have brought. */
export function everyForeign({ gate, echo }: Target): Foreign[] {
  return [
    ...withoutScheme.map((value) => ({ value })),
    ...withScheme.map((value) => ({ value })),
    ...scripts.map((value) => ({ value })),
    ...[gate, ...(echo === undefined ? [] : [echo])].flatMap(around).map((value) => ({ value })),
    ...addresses.map((value) => ({ value })),
    ...[...encoded, ...injections].map((value) => ({ value, encoded: true })),
  ];
}

/** One of each kind, for what takes a whole sign-in each time. */
export function someForeign({ gate }: Target): Foreign[] {
  return [
    { value: `https://${stranger}/` },
    { value: `//${stranger}/` },
    { value: `/\\${stranger}/` },
    { value: `/\t/${stranger}/` },
    { value: `https://${gate.host}@${stranger}/` },
    { value: `https://${gate.hostname}.${stranger}/` },
    { value: "javascript:alert(1)" },
    { value: `%252f%252f${stranger}/`, encoded: true },
  ];
}

/** As part of a query. */
export function queryText({ value, encoded = false }: Foreign): string {
  return encoded ? value : encodeURIComponent(value);
}

/** For messages: what cannot be seen is written out. */
export function readable({ value }: Foreign): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a header can hold it at all; a client's own library keeps the others back. */
export function fitsHeader({ value }: Foreign): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
