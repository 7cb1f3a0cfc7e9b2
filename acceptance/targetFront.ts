import { isIP } from "node:net";
import { type Front, frontTypes, type Target, writesProxyHeader } from "./check";
import { type Report, type TargetOptions } from "./target";

/** The options that say who vouches for people and what stands in front of the gateway. */
export function readFront(
  { provider: issuer, front: type, gateway, clientAddress, bare }: TargetOptions,
  problem: Report,
): Pick<Target, "provider" | "front" | "clientAddress"> {
  const known = frontTypes.find((each) => each === type);
  if (type !== undefined && known === undefined) {
    problem("--front", type, `write one of ${frontTypes.join(", ")}`);
  }
  for (const [key, address] of [
    ["--gateway", gateway],
    ["--client-address", clientAddress],
  ] as const) {
    if (address !== undefined && isIP(address) === 0) {
      problem(key, address, "write an IP address, without a port");
    }
  }
  const way = bare === undefined ? undefined : /^(.+):([1-9]\d{0,4})$/.exec(bare);
  const [, host = "", port = ""] = way ?? [];
  if (bare !== undefined && (isIP(host) === 0 || Number(port) > 65_535)) {
    problem("--bare", bare, "write an IP address and a port, such as 192.0.2.10:9443");
  }
  if (bare !== undefined && !writesProxyHeader(known === undefined ? undefined : { type: known })) {
    problem(
      "--bare",
      "no --front proxy-protocol",
      "say with --front proxy-protocol or offload-proxy-protocol that the gateway demands its header",
    );
  }
  if (gateway !== undefined && type === undefined) {
    problem("--gateway", "no --front", "say with --front what stands in front of the gateway");
  }
  const front: Front | undefined =
    known === undefined
      ? undefined
      : {
          type: known,
          ...(gateway === undefined ? {} : { gateway }),
          ...(bare === undefined ? {} : { bare: { host, port: Number(port) } }),
        };
  const provider = issuer === undefined || !URL.canParse(issuer) ? undefined : new URL(issuer);
  if (issuer !== undefined && (provider?.protocol !== "https:" || provider.search !== "" || provider.hash !== "")) {
    problem("--provider", issuer, "write the provider's issuer, such as https://login.example.com/dex");
  }
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(front === undefined ? {} : { front }),
    ...(clientAddress === undefined ? {} : { clientAddress }),
  };
}
