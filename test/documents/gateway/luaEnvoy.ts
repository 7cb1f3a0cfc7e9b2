import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Lua } from "wasmoon-lua5.1";

/** Texts are bytes here, one character each (latin1), because headers are. */
export type Header = readonly [name: string, value: string];

export interface FilteredRequest {
  headers: Header[];
  /** What the filter answered with in the application's place. */
  answer?: { headers: Record<string, string>; body: string };
  logged: string[];
  /** Dynamic metadata that it set, as `filter:key`. */
  metadata: Record<string, string>;
}

interface Circumstances {
  /** Claims of the verified token; `null` where there was none, `"broken"` where Envoy itself fails. */
  claims?: Record<string, unknown> | null | "broken";
  /** The name that the client asked the listener for (SNI); empty where it named none. */
  serverName?: string;
  /** What the application answers: then `headers` of the result are those of the answer, as the client gets it. */
  response?: readonly Header[];
}

/** Runs the filters in Lua 5.1, the language of Envoy's LuaJIT, in the place of Envoy. */
export class LuaEnvoy {
  private constructor(private readonly lua: Lua) {}

  static async start(): Promise<LuaEnvoy> {
    const lua = await Lua.create();
    lua.doStringSync(readFileSync(join(__dirname, "envoy.lua"), "utf8"));
    return new LuaEnvoy(lua);
  }

  /** The value of a Lua expression that gives a text, as bytes. */
  evaluate(expression: string): string {
    const hex = this.lua.doStringSync(
      `return ((${expression}):gsub(".", function(char) return string.format("%02x", char:byte()) end):gsub("%z", "00"))`,
    ) as string;
    return fromHex(hex);
  }

  /** Runs statements; whatever they return. */
  execute(statements: string): unknown {
    return this.lua.doStringSync(statements);
  }

  filter(
    source: string,
    headers: readonly Header[],
    { claims = null, serverName = "", response }: Circumstances = {},
  ): FilteredRequest {
    const metadata =
      claims === "broken"
        ? "nil"
        : toLua(claims === null ? {} : { "envoy.filters.http.jwt_authn": { payload: claims } });
    const list = (all: readonly Header[]) =>
      `{ ${all.map(([name, value]) => toLua([name.toLowerCase(), value])).join(", ")} }`;
    const answered = response === undefined ? "nil" : list(response);
    const said = this.lua.doStringSync(
      `return run(${toLua(source)}, ${list(headers)}, ${metadata}, ${toLua(serverName)}, ${answered})`,
    ) as string;
    const result: FilteredRequest = { headers: [], logged: [], metadata: {} };
    const answer = { headers: {} as Record<string, string>, body: "" };
    for (const line of said === "" ? [] : said.split("\n")) {
      const [kind, ...words] = line.split(" ");
      const [first = "", second = ""] = words.map(fromHex);
      if (kind === "header") {
        result.headers.push([first, second]);
      } else if (kind === "answer") {
        answer.headers[first] = second;
      } else if (kind === "metadata") {
        result.metadata[first] = second;
      } else if (kind === "log") {
        result.logged.push(first);
      } else {
        result.answer = { ...answer, body: first };
      }
    }
    return result;
  }
}

function fromHex(text: string): string {
  return Buffer.from(text, "hex").toString("latin1");
}

/** A JSON value as a Lua expression, with texts as bytes. */
function toLua(value: unknown): string {
  if (typeof value === "string") {
    return `unhex("${Buffer.from(value, "latin1").toString("hex")}")`;
  }
  if (Array.isArray(value)) {
    return `{ ${value.map(toLua).join(", ")} }`;
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, inner]) => `[${toLua(key)}] = ${toLua(inner)}`);
    return `{ ${fields.join(", ")} }`;
  }
  return value === null || value === undefined ? "nil" : JSON.stringify(value);
}
