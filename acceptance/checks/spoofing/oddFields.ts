import { type Field, requestFields } from "../../http/http2";
import { type HeaderList } from "../../http/request";

/** A request of HTTP/2, field by field. */
export interface OddFields {
  what: string;
  fields: Field[];
}

/** Fields that HTTP/2 forbids (RFC 9113, section 8.2) or splits, and that mean something else in HTTP/1.1 behind it. */
export function oddFields(echo: URL, credential: HeaderList, mark: string): OddFields[] {
  const value = `${mark}@example.org`;
  const name = "kubeflow-userid";
  const plain = requestFields(echo, "/", [["Accept", "application/json"], ...credential]);
  const behind = (what: string, ...fields: Field[]): OddFields => ({ what, fields: [...plain, ...fields] });
  return [
    behind("kubeflow-userid", [name, value]),
    behind(
      "identity headers twice",
      [name, value],
      [name, `other-${value}`],
      ["kubeflow-groups", mark],
      ["kubeflow-groups", mark],
    ),
    {
      what: "kubeflow-userid before what is genuine",
      fields: [...plain.slice(0, 4), [name, value], ...plain.slice(4)],
    },
    behind("a name with underscores", ["kubeflow_userid", value], ["x_auth_request_email", value]),
    behind("a name in upper case", ["KUBEFLOW-USERID", value]),
    behind("a name with one capital", ["Kubeflow-userid", value]),
    behind("a name with a blank behind it", [`${name} `, value]),
    behind("a name with a colon behind it", [`${name}:`, value]),
    behind("a name with a zero byte", [`${name}\0`, value]),
    behind("a name as a pseudo-header field", [`:${name}`, value]),
    behind("a name with a line in it", [`x-odd: a\r\n${name}`, value]),
    behind("a value with a line in it", ["x-odd", `a\r\n${name}: ${value}`]),
    behind("a value with a line feed in it", ["x-odd", `a\n${name}: ${value}`]),
    behind("a value with a carriage return in it", ["x-odd", `a\r${name}: ${value}`]),
    behind("a value with a zero byte in it", [name, `a\0${value}`]),
    behind("a value with the end of a request in it", [
      "x-odd",
      `a\r\n\r\nGET / HTTP/1.1\r\nHost: ${echo.host}\r\n${name}: ${value}\r\n\r\n`,
    ]),
    behind("a path with a line in it", [":path", `/ HTTP/1.1\r\n${name}: ${value}\r\nx-odd: `]),
    {
      what: "a method with a line in it",
      fields: plain.map(([field, text]) =>
        field === ":method" ? [field, `GET / HTTP/1.1\r\n${name}: ${value}\r\nx-odd: `] : [field, text],
      ),
    },
    behind("Connection", ["connection", name]),
    behind("Transfer-Encoding", ["transfer-encoding", "chunked"], [name, value]),
    behind("TE", ["te", name]),
  ];
}
