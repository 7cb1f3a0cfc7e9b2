import { type Check, type CheckContext } from "../../check";
import { askHttp2, type Field, type Http2Answer, requestFields } from "../../http/http2";
import { inParallel } from "../../http/inParallel";
import { type Allowed, leakIn, type Mark, newMark, whileItRefuses } from "../../http/leaks";
import { spoiltAnswer } from "./smuggling";
import { doors, everyOne, isSignIn, type Pick, visible } from "./tries";

interface Try {
  what: string;
  url: URL;
  fields: readonly Field[];
  marks: readonly Mark[];
  body?: string;
  allowed?: Allowed;
  /** Whether other people's answers are looked at afterwards. */
  mayDesync?: boolean;
}

/** HTTP/2 has the parts of a request in fields of their own, which a gateway writes into lines for HTTP/1.1 backends. */
export function http2Fields(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "http2-fields",
    proves:
      "Over HTTP/2 no path, no missing, doubled, contradicting or malformed field, and no field with line breaks or with a length of its own leads to anything without identity or spoils the answers that others get.",
    mend: "Envoy refuses malformed fields by ending the stream. Look for `override_stream_error_on_invalid_http_message` and the like in EnvoyFilters, and at a load balancer in front that speaks HTTP/2 itself.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: [],
    timeout: 180,
    async run(context) {
      const { target } = context;
      await whileItRefuses(context, doors(target), async () => {
        await expectRefused(context, pick([...pathTries(context), ...fieldTries(context), ...bodyTries(context)]));
      });
    },
  };
}

async function expectRefused({ target, probe, signal }: CheckContext, tries: readonly Try[]): Promise<void> {
  const kinds = { answer: 0, refused: 0, silent: 0 };
  await inParallel(tries, async ({ what, url, fields, marks, body, allowed, mayDesync = false }) => {
    const options = { ...(body === undefined ? {} : { body }), signal, patience: 2_000 };
    const answer = await askHttp2(target, url, fields, options);
    kinds[answer.kind] += 1;
    const wrong = leakIn(target, { answers: answer.kind === "answer" ? [answer] : [] }, marks, allowed);
    const spoilt = wrong === undefined && mayDesync ? await spoiltAnswer(target, signal) : undefined;
    probe.expect(
      wrong === undefined && spoilt === undefined,
      `${url.hostname}: ${what}: ${came(answer)}`,
      wrong === undefined
        ? `${url.hostname}: ${what}: other people's requests should be answered as before; ${spoilt}`
        : `${url.hostname}: ${what}: without identity nothing but a refusal was wanted; came ${wrong}`,
    );
  });
  // Were the requests themselves no HTTP/2, none would have been answered.
  probe.expect(
    kinds.answer > 0,
    `${kinds.answer} were answered, ${kinds.refused} refused without an answer, ${kinds.silent} not answered at all`,
    "none of the requests over HTTP/2 was answered, so that their refusal proves nothing",
  );
}

function came(answer: Http2Answer): string {
  return answer.kind === "answer" ? `status ${answer.status}` : answer.kind === "refused" ? "refused" : "no answer";
}

const paths = [
  "/probe", "//dex/..", "/dex/../probe", "/dex/..", "/dex/%2e%2e/probe", "/dex/..%2fprobe", "/dex/..\\probe", "/dex/..%5cprobe", "/dex/..;/probe",
  "/dex;/../probe", "/DEX/probe", "/dex", "/dexter", "/oauth2", "/oauth2/../probe", "/oauth2/%2e%2e/probe", "/dex/..%00/probe", "/dex/..\0/probe",
  "/dex/..?/probe", "/dex/..#/probe", "/probe#/dex/", "/probe?/dex/", "/dex/\x80/../probe", "probe", "dex/../probe", "*", "", "/", "//",
  "http://HOST/probe", "https://HOST/dex/../probe", "/probe HTTP/1.1\r\nX-Injected: 1", "/dex/x HTTP/1.1\r\nHost: a\r\n\r\nGET /probe", "/probe\n", "/probe ",
  " /probe", "/probe\t/dex/", "/dex/ /../probe", `/${"x/".repeat(3000)}`,
]; // prettier-ignore

function pathTries({ target }: CheckContext): Try[] {
  return doors(target).flatMap((url) =>
    paths.map((path) => {
      const mark = newMark();
      return {
        what: `path ${visible(path).slice(0, 60)}`,
        url,
        fields: requestFields(url, path.replace("HOST", url.host), [mark.header]),
        marks: [mark],
        allowed: { unrouted: !path.startsWith("/"), signIn: isSignIn(target, url, path) },
      };
    }),
  );
}

/** Every request asks for an application's page, or for sign-in's exception to count for one. */
function fieldTries({ target }: CheckContext): Try[] {
  const { gate } = target;
  const app = target.echo ?? gate;
  const plain: Field[] = [
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", app.host],
    [":path", "/probe"],
  ];
  const without = (name: string) => plain.filter(([other]) => other !== name);
  const instead = (name: string, value: string): Field[] =>
    plain.map((field) => (field[0] === name ? [name, value] : field));
  const lists: [what: string, fields: Field[]][] = [
    ...plain.map(([name]): [string, Field[]] => [`no ${name}`, without(name)]),
    ...plain.map(([name, value]): [string, Field[]] => [`${name} twice`, [...plain, [name, value]]]),
    ...plain.map(([name, value]): [string, Field[]] => [`${name} at the end`, [...without(name), ["accept", "*/*"], [name, value]]]),
    ["another path first", [[":path", "/dex/probe"], ...plain]],
    ["another path last", [...plain, [":path", "/dex/probe"]]],
    ["another authority first", [[":authority", gate.host], ...plain]],
    ["another authority last", [...plain, [":authority", gate.host]]],
    ["another host", [...instead(":path", "/dex/probe"), ["host", gate.host]]],
    ["the gate's authority and another host", [...instead(":authority", gate.host), ["host", app.host]]],
    ["a host and no authority", [...without(":authority"), ["host", app.host]]],
    ["two hosts and no authority", [...without(":authority"), ["host", gate.host], ["host", app.host]]],
    ["an empty authority and a host", [...instead(":authority", ""), ["host", app.host]]],
    ...["http", "HTTPS", "ftp", "", "https://kubeflow/dex/?", "https\r\nhost: a", "ws"].map((scheme): [string, Field[]] => [`scheme ${visible(scheme)}`, instead(":scheme", scheme)]),
    ...["get", "OPTIONS", "TRACE", "CONNECT", "", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", "GET /dex/probe", "G T", "\x01"].map((method): [string, Field[]] => [`method ${visible(method)}`, instead(":method", method)]),
    ...[`${gate.host}@${app.host}`, `${app.host}#${gate.host}`, `${app.host}\r\nx: y`, `${app.host} `, app.host.toUpperCase(), `${app.host}.`, `${app.hostname}:443`, `${gate.host}, ${app.host}`, `${app.host}/dex/`].map(
      (authority): [string, Field[]] => [`authority ${visible(authority)}`, instead(":authority", authority)],
    ),
    ...([
      [":status", "200"], [":user", "user@example.com"], [":protocol", "websocket"], [":authority2", gate.host], [":", "x"], ["", "x"],
      ["X-Upper", "x"], ["KUBEFLOW-USERID", "user@example.com"], ["x y", "x"], ["x:y", "x"], ["x\r\ny", "x"], ["x\0", "x"], ["\xc3\xa4", "x"], ["(x)", "x"],
      ["kubeflow-userid: user@example.com\r\nx", "x"], ["x", "a\r\nkubeflow-userid: user@example.com"], ["x", "a\nkubeflow-userid: user@example.com"],
      ["x", "a\rb"], ["x", "a\0b"], ["x", " a "], ["x", "\x7f"], ["x", "x".repeat(15_000)],
      ["connection", "upgrade"], ["upgrade", "websocket"], ["keep-alive", "x"], ["proxy-connection", "keep-alive"], ["te", "gzip"], ["te", "trailers, chunked"],
      ["http2-settings", "AAMAAABkAAQAAP__"], ["x-forwarded-uri", "/dex/probe"], ["x-original-url", "/dex/probe"], ["authorization", ""], ["authorization", "Bearer x"],
      ["cookie", "__Secure-gatehouse=x"], ["range", "bytes=0-"], ["accept", "application/grpc"], ["content-type", "application/grpc"],
    ] as const).map((field): [string, Field[]] => [`${visible(field.join(": ")).slice(0, 60)}`, [...plain, field]]),
    ["cookies in pieces", [...plain, ["cookie", "__Secure-gatehouse=x"], ["cookie", "__Secure-gatehouse_0=y"], ["cookie", "a=b"]]],
  ]; // prettier-ignore
  return lists.map(([what, fields]) => {
    const mark = newMark();
    return {
      what,
      url: app,
      fields: [
        ...fields,
        mark.header.map((part, index) => (index === 0 ? part.toLowerCase() : part)) as unknown as Field,
      ],
      marks: [mark],
      allowed: { unrouted: true },
    };
  });
}

/** Requests whose end HTTP/2 knows, with fields from which an HTTP/1.1 backend would read another one. */
function bodyTries({ target }: CheckContext): Try[] {
  const { gate } = target;
  const app = target.echo ?? gate;
  return [
    { url: app, path: "/probe", signIn: false },
    { url: gate, path: "/dex/probe", signIn: true },
    { url: gate, path: "/oauth2/probe", signIn: true },
  ].flatMap(({ url, path, signIn }) => {
    const [outer, inner] = [newMark(), newMark()];
    const hidden = `GET /hidden HTTP/1.1\r\nHost: ${app.host}\r\n${inner.header.join(": ")}\r\n\r\n`;
    const chunked = `0\r\n\r\n${hidden}`;
    const lists: [what: string, body: string | undefined, ...fields: Field[]][] = [
      ["a body and transfer-encoding", chunked, ["transfer-encoding", "chunked"]],
      [
        "a body, transfer-encoding and its length",
        chunked,
        ["transfer-encoding", "chunked"],
        ["content-length", String(chunked.length)],
      ],
      ["a body and transfer-encoding in another case", chunked, ["transfer-encoding", "CHUNKED"]],
      ["a body and transfer-encoding with a line break", chunked, ["x", "x\r\ntransfer-encoding: chunked"]],
      ["a body and transfer-encoding in a name", chunked, ["transfer-encoding: chunked\r\nx", "x"]],
      ["a body and transfer-encoding with a space", chunked, ["transfer-encoding ", "chunked"]],
      ["a body and transfer_encoding", chunked, ["transfer_encoding", "chunked"]],
      ["a body and a length of nothing", hidden, ["content-length", "0"]],
      ["a body and a longer length", hidden, ["content-length", String(hidden.length + 10)]],
      ["a body and a shorter length", hidden, ["content-length", "3"]],
      ["a body and two lengths", hidden, ["content-length", "0"], ["content-length", String(hidden.length)]],
      ["a body and a length in a list", hidden, ["content-length", `0, ${hidden.length}`]],
      ["a body and a length with a sign", hidden, ["content-length", "+0"]],
      ["a body and a length with a line break", hidden, ["x", "x\r\ncontent-length: 0"]],
      ["a length and no body", undefined, ["content-length", String(hidden.length)]],
      ["a whole request in a value", undefined, ["x", `x\r\n\r\n${hidden}`]],
      ["a whole request in a name", undefined, [`x: y\r\n\r\n${hidden}`, "x"]],
      ["a body and expecting to go on", hidden, ["expect", "100-continue"]],
      ["a body and an upgrade", hidden, ["upgrade", "websocket"], ["connection", "upgrade"]],
    ];
    return lists.map(([what, body, ...fields]): Try => ({
      what: `${what} at ${path}`,
      url,
      fields: [...requestFields(url, path, [outer.header], "POST"), ...fields],
      marks: [outer, inner],
      ...(body === undefined ? {} : { body }),
      allowed: { signIn },
      mayDesync: true,
    }));
  });
}
