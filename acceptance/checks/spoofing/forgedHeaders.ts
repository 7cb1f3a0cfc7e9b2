import { randomBytes } from "node:crypto";
import { type HeaderList } from "../../http/request";
import { identityHeaders } from "./identityHeaders";

/** Something that a client says who it is, and how. */
export interface Forged {
  what: string;
  headers: HeaderList;
}

/** A text that stands in every forged value and nowhere else. */
export function newMark(): string {
  return `intruder-${randomBytes(6).toString("hex")}`;
}

/** Identity headers in every spelling, with values that hold the mark. `known` is a person that the gate knows. */
export function forgedHeaders(mark: string, known: string): Forged[] {
  const value = `${mark}@example.org`;
  const each = (what: string, headers: (name: string, index: number) => HeaderList): Forged => ({
    what,
    headers: identityHeaders.flatMap(headers),
  });
  const spelled = (what: string, spell: (name: string) => string): Forged =>
    each(`identity headers ${what}`, (name) => [[spell(name), value]]);
  const valued = (what: string, text: string): Forged => each(`identity headers ${what}`, (name) => [[name, text]]);
  return [
    ...identityHeaders.map((name) => ({ what: name, headers: [[name, value]] as const })),
    spelled("in lower case", (name) => name),
    spelled("in upper case", (name) => name.toUpperCase()),
    spelled("with capitals", (name) => name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())),
    spelled("in mixed case", (name) =>
      name.replace(/[a-z]/g, (letter, at: number) => (at % 2 ? letter : letter.toUpperCase())),
    ),
    spelled("with underscores", (name) => name.replaceAll("-", "_")),
    spelled("with underscores and in upper case", (name) => name.replaceAll("-", "_").toUpperCase()),
    spelled("with one underscore, the first", (name) => name.replace("-", "_")),
    spelled("with one underscore, the last", (name) => name.replace(/-(?=[^-]*$)/, "_")),
    each("identity headers twice", (name) => [
      [name, value],
      [name, `other-${value}`],
    ]),
    each("identity headers with a dash and with an underscore", (name) => [
      [name, value],
      [name.replaceAll("-", "_"), value],
    ]),
    each("identity headers in two cases", (name) => [
      [name.toUpperCase(), value],
      [name, value],
    ]),
    valued("with blanks around the value", `  ${value}  `),
    valued("with tabs around the value", `\t${value}\t`),
    valued("with the known person first", `${known},${value}`),
    valued("with the known person last", `${value}, ${known}`),
    valued("with the known person alone", known),
    valued("without a value", ""),
    each("identity headers without a value, and once more with one", (name) => [
      [name, ""],
      [name, value],
    ]),
    {
      what: "kubeflow-userid twenty times",
      headers: Array.from({ length: 20 }, () => ["kubeflow-userid", value] as const),
    },
    {
      what: "names that begin like identity headers",
      headers: [
        "kubeflow-user",
        "kubeflow-userid-",
        "kubeflow-groups-x",
        "kubeflow-",
        "x-auth-request-",
        "x-auth-request-id-token",
        "x-amzn-oidc-accesstoken",
        "x-remote-extra-scopes",
        "cf-access-jwt-assertion",
      ].map((name) => [name, value] as const),
    },
  ];
}
