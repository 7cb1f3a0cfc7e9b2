/**
 * The shapes that single settings take. The message of each check is the mend that a person reads, so it says what
 * to write and not only what is wrong. The title names the shape in the reference, and the pattern is what an editor can
 * check of it: never stricter than the check itself.
 */
import * as ipaddr from "ipaddr.js";
import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

const label = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
// A last label that is a number, hexadecimal ones included, makes a browser read the name as an address.
const dnsNameSource = `(?=.{1,253}$)(?:${label}\\.)+(?!(?:\\d+|0x[0-9a-f]*)$)${label}`;

const labelPattern = new RegExp(`^${label}$`);
const dnsNamePattern = new RegExp(`^${dnsNameSource}$`);
const cidrPattern = /^([0-9A-Fa-f:.]{2,45})\/(0|[1-9]\d{0,2})$/;
const httpsUrlPattern = /^https:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9]\d{0,4})?(\/[\w.~!$&()*+,;=:@%/-]*)?$/;
const durationPattern = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;
const emailPattern = new RegExp(`^(?=[^@]{1,64}@)[A-Za-z0-9_%+-]+(?:\\.[A-Za-z0-9_%+-]+)*@${dnsNameSource}$`);
const groupNamePattern = /^[\x21-\x2b\x2d-\x7e](?:[\x20-\x2b\x2d-\x7e]{0,253}[\x21-\x2b\x2d-\x7e])?$/;

/** Control characters, and marks that make a line read in another order than it is written. */
export const unreadable = "\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";

/** A readable line without blanks at its ends. */
const linePattern = (shortest: number, longest: number) =>
  new RegExp(`^(?!\\p{Z})[^${unreadable}]{${shortest - 1},${longest - 1}}[^${unreadable}\\p{Z}]$`, "u");

/** Go keeps a duration in a signed 64-bit number of nanoseconds. */
const longestDuration = 9_223_372_036;

/** Parses a Go duration of hours, minutes and seconds, the form that cert-manager, Dex and oauth2-proxy share. */
export function durationSeconds(text: string): number {
  const match = durationPattern.exec(text);
  if (match === null) {
    return Number.NaN;
  }
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return hours * 3600 + minutes * 60 + seconds;
}

/** RFC 1123 name of at least two labels, in lower case: certificates, cookies and Istio compare it literally. */
export function isDnsName(text: string): boolean {
  return dnsNamePattern.test(text);
}

/**
 * RFC 4632 or RFC 4291 block whose host bits are zero: a block with host bits set is mostly a slip of the pen. Short,
 * octal and IPv4-mapped spellings are refused, because programs disagree on what they mean.
 */
export function isCidr(text: string): boolean {
  const [, address = "", prefix = ""] = cidrPattern.exec(text) ?? [];
  const bits = Number(prefix);
  if (isIPv4(address)) {
    return bits <= 32 && ipaddr.IPv4.networkAddressFromCIDR(text).toString() === ipaddr.IPv4.parse(address).toString();
  }
  if (!isIPv6(address) || bits > 128) {
    return false;
  }
  const parsed = ipaddr.IPv6.parse(address);
  return !parsed.isIPv4MappedAddress() && ipaddr.IPv6.networkAddressFromCIDR(text).toString() === parsed.toString();
}

/**
 * An `https://` URL without credentials, query or fragment, the form that OpenID Connect Discovery asks of an issuer. It
 * must already be what a browser would make of it, since issuers are compared as texts.
 */
export function isHttpsUrl(text: string): boolean {
  const match = httpsUrlPattern.exec(text);
  if (match === null || text.length > 2048 || /%(?![0-9A-Fa-f]{2})/.test(text) || !URL.canParse(text)) {
    return false;
  }
  const { hostname, pathname } = new URL(text);
  const [, host = "", , path = "/"] = match;
  const isName = hostname.length <= 253 && hostname.split(".").every((part) => labelPattern.test(part));
  return hostname === host.toLowerCase() && pathname === path && (isName || host.startsWith("["));
}

const folderPattern = linePattern(1, 1024);

/** A folder, an `https://` chart repository or an `oci://` path; what has another scheme is not a folder. */
export function isChartSource(text: string): boolean {
  if (!text.includes("://")) {
    return folderPattern.test(text);
  }
  // The chart's name is appended to an OCI path, so that must not end in a slash.
  return isHttpsUrl(text.startsWith("oci://") && !text.endsWith("/") ? text.replace("oci:", "https:") : text);
}

interface TextShape {
  /** What the reference calls it. */
  title: string;
  /** What to write when it is refused. */
  mend: string;
  /** What an editor can check. */
  pattern?: RegExp;
  /** The whole check, where the pattern is only a part of it. */
  accepts?: (text: string) => boolean;
}

/** A text of a certain shape; one mend for whatever is wrong with it. */
export function text({ title, mend, pattern, accepts }: TextShape) {
  return z
    .string({ error: mend })
    .refine(accepts ?? ((value) => pattern?.test(value) ?? true), mend)
    .meta({ title, ...(pattern === undefined ? {} : { pattern: pattern.source }) });
}

/** A list without repetitions: every one of ours becomes names of resources, or entries that must not be twice. */
export function listOf<T extends z.ZodType>(element: T) {
  return z
    .array(element)
    .refine((list) => new Set(list).size === list.length, "write each value once")
    .meta({ uniqueItems: true });
}

/** A list that is not empty. zod's own `min` would look at the length of anything that has one, lists or not. */
export function someOf<T extends z.ZodType>(element: T, mend: string) {
  return listOf(element)
    .refine((list) => list.length > 0, mend)
    .meta({ minItems: 1 });
}

/** A line of text for people or for other programs, of which only they know more. */
export const line = (mend: string, { shortest = 1, longest = 1024 } = {}) =>
  text({ title: "text", mend, pattern: linePattern(shortest, longest) });

export const dnsName = text({
  title: "DNS name",
  mend: "write a DNS name of at least two labels, in lower case and without scheme, port or wildcard, such as kubeflow.example.com",
  pattern: dnsNamePattern,
});

export const dnsNameOrAddress = text({
  title: "DNS name or IPv4 address",
  mend: "write a DNS name of at least two labels, in lower case and without scheme, port or wildcard, such as kubeflow.example.com; in dev an IPv4 address does, too",
  pattern: new RegExp(`${dnsNamePattern.source}|^\\d{1,3}(?:\\.\\d{1,3}){3}$`),
  accepts: (value) => isDnsName(value) || isIPv4(value),
});

export const namespaceName = text({
  title: "namespace",
  mend: "write the name of a namespace: lower-case letters, digits and dashes, 63 at the most, such as kubeflow",
  pattern: labelPattern,
});

export const cidr = text({
  title: "address block",
  mend: "write an address block whose host bits are zero, such as 10.0.0.0/16 or 172.18.0.2/32",
  pattern: cidrPattern,
  accepts: isCidr,
});

export const httpsUrl = text({
  title: "https:// URL",
  mend: "write an https:// URL without user, query or fragment, such as https://login.example.com",
  pattern: httpsUrlPattern,
  accepts: isHttpsUrl,
});

export const duration = text({
  title: "duration",
  mend: "write a duration in hours, minutes and seconds, such as 2160h, 1h30m or 45m",
  pattern: durationPattern,
  accepts: (value) => durationSeconds(value) > 0 && durationSeconds(value) <= longestDuration,
});

/** RFC 5321 without quoted parts and comments: the subset that providers send as the `email` claim. */
export const email = text({
  title: "e-mail address",
  mend: "write an e-mail address with a lower-case domain, such as user@example.com",
  pattern: emailPattern,
  accepts: (value) => emailPattern.test(value) && value.length <= 254,
});

/** A group as a plain HTTP header value: commas separate groups there, so a name cannot hold one. */
export const groupName = text({
  title: "group",
  mend: "write a group name of printable ASCII without commas, 255 characters at the most, such as ml-engineers",
  pattern: groupNamePattern,
});

export const chartSource = text({
  title: "folder, https:// or oci:// URL",
  mend: "write a folder, an https:// repository or an oci:// registry path",
  accepts: isChartSource,
});

const registryPattern =
  /^(?=[^/]*[.:]|localhost)[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** A registry with or without a path. A first part without a dot or a port would be a path at Docker Hub. */
export const imageRegistry = text({
  title: "registry",
  mend: "write a registry and the path below which the images are, in lower case and without scheme or tag, such as registry.example.com/mirror",
  pattern: registryPattern,
});

const labelKeyPattern = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Labels as a selector wants them; none would select every pod. */
export const podLabels = z
  .record(
    text({ title: "label", mend: "write a label's name, such as app.kubernetes.io/name", pattern: labelKeyPattern }),
    text({
      title: "label's value",
      mend: "write a label's value: up to 63 letters, digits, dots, dashes and underscores, such as grafana",
      pattern: /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    }),
    { error: "write a mapping from labels to their values, such as app.kubernetes.io/name: grafana" },
  )
  .refine((labels) => Object.keys(labels).length > 0, "name at least one label: without any, every pod is meant")
  .meta({ minProperties: 1 });

export const port = z
  .int("write a port number")
  .min(1, "write a port from 1 to 65535")
  .max(65535, "write a port from 1 to 65535")
  .meta({ title: "port" });

/** The range that an API server gives to node ports unless its `--service-node-port-range` says otherwise. */
export const nodePort = z
  .int("write a port number")
  .min(30000, "write a node port from 30000 to 32767")
  .max(32767, "write a node port from 30000 to 32767")
  .meta({ title: "node port" });

export const rotation = z
  .int("write a whole number; one more than now rotates")
  .min(1, "write a whole number from 1; one more than now rotates");
