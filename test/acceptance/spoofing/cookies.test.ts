import { cookies } from "../../../acceptance/checks/spoofing/cookies";
import { passesAndFails } from "../tokens/checks";

describe("the check of cookies", () => {
  passesAndFails(cookies, 40, [
    [
      "the session reaches the application",
      { cookie: (header) => header },
      [
        /^the session alone \(HTTP\/1.1\): the application got the session in the header cookie/,
        /^another cookie before it \(HTTP\/1.1, with a token\)/,
        /^another cookie behind it \(HTTP\/2\)/,
      ],
    ],
    [
      "one of two sessions counts",
      { takesOneOfTwo: true },
      [
        /^its parts and CSRF cookies \(HTTP\/1.1\): two sessions should be none; came status 200/,
        /^its name with a blank behind it \(HTTP\/2\): two sessions should be none/,
        /^its name without a value \(HTTP\/1.1\)/,
      ],
    ],
    [
      "no cookie reaches it",
      { cookie: () => undefined },
      [/^another cookie before it \(HTTP\/1.1\): the application should have got "a=1"; it got \[\]/],
    ],
    [
      "its parts reach it, and others are tidied up",
      {
        cookie: (header) =>
          header
            .split(/; */)
            .filter((pair) => !/^__Secure-gatehouse=/.test(pair))
            .join("; ")
            .replaceAll("%20", " "),
      },
      [
        /^its parts and CSRF cookies/,
        /^its name without a value/,
        /^its name with a blank behind it/,
        /^odd values \(/,
        /^cookies without blanks between/,
      ],
    ],
    [
      "too much is taken",
      {
        cookie: (header) =>
          header
            .split(";")
            .filter((pair) => !/^ ?__secure-gatehouse/i.test(pair))
            .join(";")
            .trimStart(),
      },
      [/^names that are like its own/],
    ],
  ]);
});
