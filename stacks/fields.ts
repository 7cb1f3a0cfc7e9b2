/**
 * The shapes that single settings take. The message of each check is the mend that a person reads, so it says what
 * to write and not only what is wrong.
 */
import * as ipaddr from "ipaddr.js";
import { z } from "zod";

/** RFC 1123 label: what Kubernetes accepts as the name of a namespace. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Parses a Go duration of hours, minutes and seconds, the form that cert-manager, Dex and oauth2-proxy share. */
export function durationSeconds(text: string): number {
  const match = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (match === null) {
    return Number.NaN;
  }
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
  return hours * 3600 + minutes * 60 + seconds;
}

/** RFC 1035 name of at least two labels, in lower case: certificates, cookies and Istio compare it literally. */
export function isDnsName(text: string): boolean {
  const labels = text.split(".");
  return (
    text.length <= 253 &&
    labels.length >= 2 &&
    labels.every((part) => label.test(part)) &&
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}

/** RFC 4632 or RFC 4291 block whose host bits are zero: a block with host bits set is mostly a slip of the pen. */
export function isCidr(text: string): boolean {
  if (!ipaddr.isValidCIDR(text)) {
    return false;
  }
  const [address, bits] = ipaddr.parseCIDR(text);
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(text).toString()
      : ipaddr.IPv6.networkAddressFromCIDR(text).toString();
  return address.toString() === network && /^[0-9a-fA-F.:]+\/\d+$/.test(text) && bits >= 0;
}

/** An `https://` URL without credentials, query or fragment, the form that OpenID Connect Discovery asks of an issuer. */
export function isHttpsUrl(text: string): boolean {
  if (!URL.canParse(text) || /[\s"'<>\\^`{|}]/.test(text)) {
    return false;
  }
  const url = new URL(text);
  return (
    url.protocol === "https:" && url.hostname !== "" && url.username === "" && url.password === "" && !/[?#]/.test(text)
  );
}

export const dnsName = z
  .string()
  .refine(
    isDnsName,
    "write a DNS name of at least two labels, in lower case and without scheme, port or wildcard, such as kubeflow.example.com",
  );

export const namespaceName = z
  .string()
  .regex(
    label,
    "write the name of a namespace: lower-case letters, digits and dashes, 63 at the most, such as kubeflow",
  );

export const cidr = z
  .string()
  .refine(isCidr, "write an address block whose host bits are zero, such as 10.0.0.0/16 or 172.18.0.2/32");

export const httpsUrl = z
  .string()
  .refine(isHttpsUrl, "write an https:// URL without user, query or fragment, such as https://login.example.com");

export const duration = z
  .string()
  .refine(
    (text) => durationSeconds(text) > 0,
    "write a duration in hours, minutes and seconds, such as 2160h, 1h30m or 45m",
  );

export const port = z
  .int("write a port number")
  .min(1, "write a port from 1 to 65535")
  .max(65535, "write a port from 1 to 65535");

/** The range that an API server gives to node ports unless its `--service-node-port-range` says otherwise. */
export const nodePort = z
  .int("write a port number")
  .min(30000, "write a node port from 30000 to 32767")
  .max(32767, "write a node port from 30000 to 32767");

/** RFC 5321 without quoted parts and comments: the subset that providers send as the `email` claim. */
export const email = z
  .string()
  .regex(/^[A-Za-z0-9._%+-]{1,64}@[a-z0-9.-]+$/, "write an e-mail address, such as user@example.com")
  .refine(
    (text) => isDnsName(text.split("@")[1] ?? ""),
    "write an e-mail address with a lower-case domain, such as user@example.com",
  );

/** A group as a plain HTTP header value: commas separate groups there, so a name cannot hold one. */
export const groupName = z
  .string()
  .regex(
    /^[\x21-\x2b\x2d-\x7e]([\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e])?$/,
    "write a group name of printable ASCII without commas, such as ml-engineers",
  );

export const rotation = z
  .int("write a whole number; one more than now rotates")
  .min(1, "write a whole number from 1; one more than now rotates");
