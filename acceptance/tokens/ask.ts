import { type CheckContext } from "../check";
import { type Answer, ask, type HeaderList } from "../http/request";
import { echoOf } from "./parts";

/** Asks the echo application as a program does: without cookies, for JSON. */
export function askEcho({ target, signal }: CheckContext, headers: HeaderList, path = "/"): Promise<Answer> {
  return ask(target, echoOf(target), path, { headers: [["Accept", "application/json"], ...headers], signal });
}

export function bearer(token: string): readonly [string, string] {
  return ["Authorization", `Bearer ${token}`];
}
