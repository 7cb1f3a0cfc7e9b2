import { type Target } from "../check";

type Place = Pick<Target, "gate" | "provider">;

/** An address of the Dex where people sign in: the gate's own, or the provider's. */
export function atProvider({ gate, provider }: Place, path: string): URL {
  return provider === undefined
    ? new URL(`/dex/${path}`, gate)
    : new URL(`${provider.href.replace(/\/$/, "")}/${path}`);
}

/** Whether an address is one of that Dex's, to which alone a password goes. */
export function isProvider(target: Place, url: URL): boolean {
  const root = atProvider(target, "");
  return url.origin === root.origin && url.pathname.startsWith(root.pathname);
}
