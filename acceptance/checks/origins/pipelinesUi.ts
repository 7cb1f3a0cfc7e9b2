import { type CheckContext } from "../../check";
import { type Answer, ask, type HeaderList } from "../../http/request";
import { pageHeaders } from "../../signIn/hop";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

/** A host at which the UI of Kubeflow Pipelines is, as somebody asks there who is signed in. */
export interface UiHost {
  url: URL;
  /** The beginning of its paths. */
  folder: string;
  ask: (path: string, more?: { method?: string; headers?: HeaderList; host?: string }) => Promise<Answer>;
}

/** The gate's own host, where Kubeflow has it, and a host of its own where the options name one. */
export async function uiHosts({ target, signal }: CheckContext): Promise<UiHost[]> {
  const { gate, echo, pipelinesUi } = target;
  // One session is good at all hosts below its domain.
  const { jar } = await signIn(target, somebody(target), new URL("/", echo ?? gate), signal);
  const places = [
    { url: gate, folder: "/pipeline" },
    ...(pipelinesUi === undefined ? [] : [{ url: pipelinesUi, folder: "" }]),
  ];
  return places.map(({ url, folder }) => ({
    url,
    folder,
    ask: (path, { method = "GET", headers = [], host = url.host } = {}) =>
      ask(target, url, path, {
        method,
        headers: [["Host", host], ...pageHeaders, ["Cookie", jar.header(url, path)], ...headers],
        signal,
      }),
  }));
}

/** Whether the gate itself refused it; a UI that is there may refuse by itself. */
export function refusedWith(words: string, { status, body }: Answer): boolean {
  return status === 403 && body.includes(words);
}

/** What came in place of such a refusal. */
export function insteadOf(words: string, { status, body }: Answer): string {
  return status === 403 && !body.includes(words) ? "403 of somebody else's" : String(status);
}
