import { type HeaderList } from "../../http/request";

/** Of the networks that are for documentation (RFC 5737), so that nobody has one of them. */
export const forged = ["192.0.2.66", "198.51.100.66", "203.0.113.66"] as const;
const [first, second, third] = forged;

/** Ways in which a client may claim another address than its own. */
export const claims: readonly { what: string; headers: HeaderList }[] = [
  { what: "nothing", headers: [] },
  { what: "X-Forwarded-For", headers: [["X-Forwarded-For", first]] },
  { what: "a list in X-Forwarded-For", headers: [["X-Forwarded-For", `${first}, ${second}, ${third}`]] },
  {
    what: "X-Forwarded-For twice",
    headers: [
      ["X-Forwarded-For", first],
      ["x-forwarded-for", second],
    ],
  },
  { what: "X-Forwarded-For without a value", headers: [["X-Forwarded-For", ""]] },
  { what: "what is no address in X-Forwarded-For", headers: [["X-Forwarded-For", `${first}, unknown, _hidden`]] },
  { what: "Forwarded", headers: [["Forwarded", `for=${first};proto=https`]] },
  ...["X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP"].map((name) => ({
    what: name,
    headers: [[name, first]] as const,
  })),
  { what: "X-Envoy-External-Address", headers: [["X-Envoy-External-Address", first]] },
];
