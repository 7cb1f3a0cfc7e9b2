import { type Person, type Target } from "../check";

type Place = Pick<Target, "gate" | "provider">;

/** An address of the Dex where people sign in: the gate's own, or the provider's. */
export function atProvider({ gate, provider }: Place, path: string): URL {
  return provider === undefined ? new URL(`/dex/${path}`, gate) : below(provider, path);
}

/** Whether an address is one of that Dex's. */
export function isProvider(target: Place, url: URL): boolean {
  return isBelow(atProvider(target, ""), url);
}

/** Whether a person's password may go there: to the Dex at whose form that person signs in, and to nobody else. */
export function takesPassword(target: Place, { issuer }: Pick<Person, "issuer">, url: URL): boolean {
  return issuer === undefined ? isProvider(target, url) : isBelow(below(issuer, ""), url);
}

function below(issuer: URL, path: string): URL {
  return new URL(`${issuer.href.replace(/\/$/, "")}/${path}`);
}

function isBelow(root: URL, url: URL): boolean {
  return url.origin === root.origin && url.pathname.startsWith(root.pathname);
}
