/** Cookies on their way through the gate. */
export interface CookieCase {
  what: string;
  /** Lines of the header `Cookie`. */
  sent: string[];
  /** What the application must get, byte for byte; `undefined` for no cookie at all. */
  kept: string | undefined;
  /** Not as clients may send it (RFC 6265, section 5.4: one line), so that a refusal is as good. */
  mayBeRefused?: true;
  /** Two sessions, of which oauth2-proxy would take one: they are none, and only whoever shows a token comes in. */
  twoSessions?: true;
}

/** Values that some server or browser sends and some parser breaks (RFC 6265, section 4.1.1, and what came before it). */
const odd = [
  'quoted="a b, c"',
  "empty=",
  "flag",
  "equals=a=b==",
  "=nameless",
  "percent=%20%3B%2C%00",
  "blanks=a b  c",
  'json={"a":[1,2]}',
  "brackets[0]=<x>",
  "slashes=/a\\b",
  "utf8=gr\xc3\xbc\xc3\x9fe",
  "jwt-like=e30.e30.x",
  "comma=a,b",
].join("; ");

/** `session` is what a browser sends of a session, as one or several pairs. */
export function cookieCases(session: string): CookieCase[] {
  const [first = ""] = session.split("=");
  const name = first.replace(/_\d+$/, "");
  const own = [
    `${name}_9=left-over`,
    `${name}_10=left-over`,
    `${name}_csrf=left-over`,
    `${name}_Ab-9_csrf=left-over`,
    `${name}_0123456789abcdef_csrf=left-over`,
  ].join("; ");
  const alike = [
    `${name}2=a`,
    `x${name}=b`,
    `${name}-theme=c`,
    `${name}_theme=d`,
    `${name}_1x=e`,
    `${name}_csrf_2=f`,
    `${name.toUpperCase()}=g`,
    `value=${name}=h`,
  ].join("; ");
  return [
    { what: "the session alone", sent: [session], kept: undefined },
    { what: "another cookie before it", sent: [`a=1; ${session}`], kept: "a=1" },
    { what: "another cookie behind it", sent: [`${session}; a=1`], kept: "a=1" },
    { what: "cookies on both sides", sent: [`a=1; ${session}; b=2`], kept: "a=1; b=2" },
    { what: "cookies without blanks between", sent: [`a=1;${session.replaceAll("; ", ";")};b=2`], kept: "a=1;b=2" },
    { what: "odd values", sent: [`${odd}; ${session}`], kept: odd },
    { what: "odd values behind it", sent: [`${session}; ${odd}`], kept: odd },
    { what: "its parts and CSRF cookies", sent: [`${own}; ${session}; a=1`], kept: "a=1", twoSessions: true },
    { what: "names that are like its own", sent: [`${alike}; ${session}`], kept: alike },
    {
      what: "its name with a blank behind it",
      sent: [`a=1; ${session}; ${name} =left-over`],
      kept: "a=1",
      twoSessions: true,
    },
    { what: "its name without a value", sent: [`a=1; ${session}; ${name}`], kept: "a=1", twoSessions: true },
    { what: "the same cookie twice", sent: [`a=1; a=2; ${session}; a=1`], kept: "a=1; a=2; a=1" },
    { what: "two lines, the session in the first", sent: [session, "a=1; b=2"], kept: "a=1; b=2", mayBeRefused: true },
    { what: "two lines, the session in the second", sent: ["a=1; b=2", session], kept: "a=1; b=2", mayBeRefused: true },
    {
      what: "three lines, the session in between",
      sent: ["a=1", session, "b=2"],
      kept: "a=1; b=2",
      mayBeRefused: true,
    },
  ];
}
