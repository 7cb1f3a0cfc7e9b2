import { type Target } from "../../check";

/** The application with a host of its own, which the check that asks has named as its need. */
export function appOf(target: Target): URL {
  if (target.app === undefined) {
    throw new Error("the target has no application with a host of its own");
  }
  return target.app;
}

/** The one that nobody of the target's people may use. */
export function closedAppOf(target: Target): URL {
  if (target.closedApp === undefined) {
    throw new Error("the target has no application that is closed to its people");
  }
  return target.closedApp;
}

/** Where to ask whatever listens for plain HTTP beside a host. */
export function plain(url: URL, path: string): URL {
  // A deployment at another port than 443 is one of the suite's own tests, with both at one port.
  return new URL(path, `http://${url.host}/`);
}
