/** What the gateway does with the cookies of a session and of a sign-in, and with those that could pass for them. */
import { type ConfigPatch, insertBeforeRouter, insertFirst, lua } from "./configPatch";
import { luaBeginsWithOneOf, luaFilter, luaSet, luaString } from "./lua";
import { type NotebookFilterArgs } from "./notebookFilters";

export interface SessionFilterArgs {
  ports: { https: number };
  /** The host where people sign in. */
  gateHost: string;
  /** Beginnings of the paths of that host where people without a session sign in. */
  signInPaths: readonly string[];
  /** Name of the session's cookie. */
  sessionCookie: string;
  /** Hosts of notebooks, where they have their own. */
  notebooks?: Pick<NotebookFilterArgs, "signInHost"> | undefined;
}

/** Before the router as they stand, and before everything else in reverse. */
export function sessionFilters(args: SessionFilterArgs): ConfigPatch[] {
  const { ports, gateHost } = args;
  const names = sessionNamesOf(args);
  return [
    // Before the next, which takes its own mark away from what applications set.
    insertBeforeRouter(ports.https, "gatehouse.signed_in_as", lua(names + luaFilter("signed-in-as.lua", {}))),
    insertBeforeRouter(
      ports.https,
      "gatehouse.application_cookies",
      lua(names + luaFilter("application-cookies.lua", {})),
    ),
    insertBeforeRouter(ports.https, "gatehouse.begun_sign_ins", lua(names + luaFilter("begun-sign-ins.lua", {}))),
    insertFirst(
      ports.https,
      "gatehouse.signed_in_here",
      lua(names + luaFilter("signed-in-here.lua", { gateHost: luaString(gateHost) })),
    ),
    insertFirst(ports.https, "gatehouse.two_sessions", lua(names + luaFilter("two-sessions.lua", {}))),
  ];
}

/** The session's names and the places of sign-in, for the filters that stand behind them. */
export function sessionNamesOf({ sessionCookie, gateHost, signInPaths, notebooks }: SessionFilterArgs): string {
  return luaFilter("session-names.lua", {
    sessionCookie: luaString(sessionCookie),
    // The same cookie's name at both, in domains that have nothing to do with each other.
    signInHosts: luaSet([gateHost, ...(notebooks === undefined ? [] : [notebooks.signInHost])]),
    pathSignsIn: luaBeginsWithOneOf("path", signInPaths),
  });
}
