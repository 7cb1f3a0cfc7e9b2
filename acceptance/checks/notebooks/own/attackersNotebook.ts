import { at, echoNotebook, withoutEcho } from "./echoNotebook";
import { type NotebookProgram } from "./manifests";

/** The path below a notebook's own at which it shows its page. */
export const attackPath = "attack";

/** By which its page is known from the gate's and from the echo's. */
export const attackTitle = "an attacker's notebook";

export const attackHtml = `<!doctype html><title>${attackTitle}</title><body></body>`;

/**
 * What its author would write: everybody may read the page. Of Cross-Origin-Opener-Policy it says nothing, and so has the gateway's,
 * like the pages that it opens: with another one it would be cut off from those of its own origin, too.
 */
const headers = [
  ["content-type", "text/html"],
  ["access-control-allow-origin", "*"],
  ["referrer-policy", "unsafe-url"],
] as const;

/** A notebook that answers as the echo does, and at one path with a page of its author's, in which scripts may do what they can. */
export function attackersNotebook<Name extends string>(name: Name): NotebookProgram & { name: Name } {
  return echoNotebook(name, ({ host }) => {
    host.routes.unshift({
      match: at(attackPath),
      direct_response: { status: 200, body: { inline_string: attackHtml } },
      response_headers_to_add: headers.map(([key, value]) => ({
        header: { key, value },
        append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
      })),
      typed_per_filter_config: withoutEcho,
    });
  });
}
