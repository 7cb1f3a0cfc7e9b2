import { requestText } from "../../http/wire";
import { type HeaderList } from "../../http/request";

/** A request of HTTP/1.1 as it goes on the wire. */
export interface OddMessage {
  what: string;
  text: string;
}

/** Messages that two readers may understand differently: one sees a header where the other sees none. */
export function oddMessages(host: string, credential: HeaderList, mark: string): OddMessage[] {
  const value = `${mark}@example.org`;
  const name = "kubeflow-userid";
  const open: HeaderList = [["Host", host], ["Accept", "application/json"], ...credential];
  const base: HeaderList = [...open, ["Connection", "close"]];
  /** What Connection names, besides that nothing follows. */
  const get = (what: string, headers: HeaderList): OddMessage => ({
    what,
    text: requestText("GET / HTTP/1.1", [...open, ...headers, ["Connection", "close"]]),
  });
  /** A line as it stands, without a colon and a blank put in. */
  const line = (what: string, ...lines: string[]): OddMessage => ({
    what,
    text: requestText("GET / HTTP/1.1", base).replace(/\r\n\r\n$/, `\r\n${lines.join("\r\n")}\r\n\r\n`),
  });
  const chunked = (what: string, announced: HeaderList, trailers: string): OddMessage => ({
    what,
    text: requestText(
      "POST / HTTP/1.1",
      [...base, ...announced, ["Transfer-Encoding", "chunked"]],
      `2\r\nok\r\n0\r\n${trailers}\r\n`,
    ),
  });
  return [
    // RFC 9110, section 7.6.1: what Connection names is for the next hop only, and is taken away on the way.
    {
      what: "Connection: kubeflow-userid and nothing else",
      text: requestText("GET / HTTP/1.1", [...open, ["Connection", name]]),
    },
    get("Connection: kubeflow-userid", [["Connection", name]]),
    get("Connection: close, kubeflow-userid, kubeflow-groups", [["Connection", `close, ${name}, kubeflow-groups`]]),
    get("Connection: kubeflow-userid with a forged one", [
      ["Connection", name],
      [name, value],
    ]),
    get("Connection: what the gateway adds", [
      ["Connection", "x-forwarded-for, x-forwarded-proto, x-request-id, x-forwarded-client-cert, :path"],
    ]),
    get("Proxy-Connection: kubeflow-userid", [["Proxy-Connection", name]]),
    get("Keep-Alive: kubeflow-userid", [["Keep-Alive", name]]),
    get("TE: trailers, with kubeflow-userid", [
      ["Connection", "TE, kubeflow-userid"],
      ["TE", "trailers"],
    ]),
    // RFC 9112, sections 5.1 and 5.2.
    line("a blank before the colon", `${name} : ${value}`),
    line("a tab before the colon", `${name}\t: ${value}`),
    line("a folded line", "X-Odd: a", ` ${name}: ${value}`),
    line("a folded line with a tab", "X-Odd: a", `\t${name}: ${value}`),
    line("a line that ends with a line feed alone", `X-Odd: a\n${name}: ${value}`),
    line("a line that ends with a carriage return alone", `X-Odd: a\r${name}: ${value}`),
    line("a zero byte before the name", `\0${name}: ${value}`),
    line("a zero byte behind the name", `${name}\0: ${value}`),
    line("a zero byte in the value", `${name}: a\0${value}`),
    line("a byte beyond ASCII behind the name", `${name}\xa0: ${value}`),
    line("a name in quotes", `"${name}": ${value}`),
    line("a colon before the name", `:${name}: ${value}`),
    line("two colons", `${name}:: ${value}`),
    line("no colon", `${name} ${value}`),
    line("a blank line before it, as the body of a request with no length", "", `${name}: ${value}`),
    // Fields behind the body (RFC 9110, section 6.5).
    chunked("a trailer", [], `${name}: ${value}\r\nkubeflow-groups: ${mark}\r\n`),
    chunked(
      "an announced trailer",
      [["Trailer", `${name}, kubeflow-groups`]],
      `${name}: ${value}\r\nkubeflow-groups: ${mark}\r\n`,
    ),
    chunked(
      "a trailer with Authorization",
      [["TE", "trailers"]],
      `Authorization: Bearer ${mark}\r\nx-auth-request-email: ${value}\r\n`,
    ),
  ];
}
