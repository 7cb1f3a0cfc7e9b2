import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { validateHeaderValue } from "node:http";
import { BlockList, isIP } from "node:net";
import { type z } from "zod";
import {
  cidr,
  dnsName,
  duration,
  durationSeconds,
  email,
  groupName,
  httpsUrl,
  isCidr,
  isDnsName,
  isHttpsUrl,
  line,
} from "../../stacks/fields";
import { closest } from "../../stacks/spelling";

/** What people paste, and what those send who look for a hole. */
const hostile = [
  "",
  " ",
  "\n",
  "\0",
  "\r\nSet-Cookie: a=b",
  "example.com\n.example.org",
  "exаmple.com",
  "\u202emoc.elpmaxe",
  "example\u200b.com",
  "ｅｘａｍｐｌｅ.com",
  "１0.0.0.0/8",
  "\ud800",
  "__proto__",
  "constructor",
  "toString",
  "${jndi:ldap://example.com}",
  "{{ .Values }}",
  "https://example.com@example.org",
  "https://example.com\\@example.org",
  "https:\0//example.com",
  "10.0.0.0/8\0",
];

/** Free text, hostile text, and text that is nearly right. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(...hostile),
  fc.string({ unit: fc.constantFrom(..."aZ019x.-_/:@%hms,[] \n\0\u202eа"), maxLength: 40 }),
  fc.webUrl({ validSchemes: ["https", "http"], withQueryParameters: true, withFragments: true }),
  fc.emailAddress(),
  fc.domain(),
  fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6()), fc.integer({ min: -1, max: 200 }))
    .map((pair) => pair.join("/")),
  fc.tuple(fc.nat(), fc.constantFrom("h", "m", "s", "d", "ms")).map((pair) => pair.join("")),
);

const runs = { numRuns: 2000 };

describe("an accepted DNS name", () => {
  it("is a host name that a URL keeps as it is", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // Whether a punycode label decodes to anything is the registrar's business.
        if (isDnsName(text) && !/(^|\.)xn--/.test(text)) {
          assert.equal(new URL(`https://${text}/`).hostname, text);
          assert(text.includes(".") && text.length <= 253);
        }
      }),
      runs,
    );
  });

  it("may be any domain in lower case", () => {
    fc.assert(fc.property(fc.domain(), (domain) => assert(isDnsName(domain.toLowerCase()), domain)));
  });
});

describe("an accepted address block", () => {
  it("is one that the operating system's own parser takes", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (isCidr(text)) {
          const [address = "", bits] = text.split("/");
          const family = isIP(address) === 4 ? "ipv4" : "ipv6";
          new BlockList().addSubnet(address, Number(bits), family);
          assert.notEqual(isIP(address), 0);
        }
      }),
      runs,
    );
  });

  const widths = [
    { bits: 32, write: (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".") },
    {
      bits: 128,
      write: (value: bigint) =>
        Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16)).join(":"),
    },
  ];
  for (const { bits, write } of widths) {
    it(`has no host bits, of ${bits}`, () => {
      const address = fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
      // The mapped block is refused in whole, whatever its host bits.
      const mapped = (value: bigint) => bits === 128 && value >> 32n === 0xffffn;
      fc.assert(
        fc.property(address, fc.integer({ min: 0, max: bits }), (value, prefix) => {
          const host = BigInt(bits - prefix);
          const network = (value >> host) << host;
          assert.equal(isCidr(`${write(network)}/${prefix}`), !mapped(network));
          assert.equal(isCidr(`${write(value)}/${prefix}`), value === network && !mapped(value));
        }),
        runs,
      );
    });
  }
});

describe("an accepted URL", () => {
  it("comes back from the URL parser as it went in", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (isHttpsUrl(text)) {
          const { href, protocol, username, password, search, hash } = new URL(text);
          const host = /^https:\/\/[^/]*/.exec(text)?.[0] ?? "";
          const spelt = text.replace(host, host.toLowerCase().replace(/:443$/, ""));
          assert(href === spelt || href === `${spelt}/`, `${text} became ${href}`);
          assert.deepEqual([protocol, username, password, search, hash], ["https:", "", "", "", ""]);
        }
      }),
      runs,
    );
  });

  it("may be any plain issuer", () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,20}$/);
    fc.assert(
      fc.property(fc.domain(), fc.option(fc.integer({ min: 1, max: 65535 })), fc.array(segment), (host, port, path) => {
        const url = [`https://${host}${port === null ? "" : `:${port}`}`, ...path].join("/");
        assert(isHttpsUrl(url), url);
      }),
    );
  });
});

describe("a duration", () => {
  it("is the sum of its hours, minutes and seconds", () => {
    const part = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined });
    fc.assert(
      fc.property(part, part, part, (hours, minutes, seconds) => {
        const written = [hours, minutes, seconds].map((value, index) =>
          value === undefined ? "" : `${value}${"hms"[index]}`,
        );
        const expected = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
        assert.equal(durationSeconds(written.join("")), written.join("") === "" ? Number.NaN : expected);
      }),
    );
  });

  it("is a number only for a text that is nothing else", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const seconds = durationSeconds(text);
        assert.equal(Number.isNaN(seconds), !(/^(\d+h)?(\d+m)?(\d+s)?$/.test(text) && text !== ""));
        assert.equal(duration.safeParse(text).success, seconds > 0 && seconds * 1e9 < 2 ** 63);
      }),
      runs,
    );
  });
});

describe("an accepted e-mail address", () => {
  it("has one @, a local part without surprises and a domain", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (email.safeParse(text).success) {
          const [local = "", domain = "", ...rest] = text.split("@");
          assert.deepEqual(rest, []);
          assert(isDnsName(domain) && local.length <= 64 && text.length <= 254);
          assert(local.split(".").every((word) => /^[\w!#$%&'*+/=?^`{|}~-]+$/.test(word)));
        }
      }),
      runs,
    );
  });

  it("may be any simple one", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_%+-]{1,15}$/);
    const local = fc.array(word, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(local, fc.domain(), (words, domain) => {
        const address = `${words.join(".")}@${domain.toLowerCase()}`;
        assert.equal(email.safeParse(address).success, address.length <= 254);
      }),
    );
  });
});

describe("an accepted group", () => {
  it("is one value of an HTTP header, in a list that commas separate", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (groupName.safeParse(text).success) {
          validateHeaderValue("kubeflow-groups", text);
          assert.deepEqual([text.trim(), text.split(",")], [text, [text]]);
          assert.equal(Buffer.from(text, "ascii").toString("ascii"), text);
        }
      }),
      runs,
    );
  });
});

describe("a suggestion", () => {
  const words = ["domain", "cluster", "emailDomains", "allowedGroups", "min", "max"];

  it("is one of the candidates, or none, for any word", () => {
    fc.assert(
      fc.property(anyText, (word) => {
        const found = closest(word, words);
        assert(found === undefined || words.includes(found));
      }),
      runs,
    );
  });

  it("survives one slip of the pen in a word of four letters or more", () => {
    const long = words.filter((word) => word.length >= 4);
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.nat(), fc.constantFrom("", "x", "xy"), (word, place, slip) => {
        const index = place % word.length;
        assert.equal(closest(word.slice(0, index) + slip + word.slice(index + 1), words), word);
      }),
    );
  });
});

describe("every validator", () => {
  const validators: Record<string, z.ZodType> = {
    dnsName,
    cidr,
    httpsUrl,
    duration,
    email,
    groupName,
    line: line("write a line"),
  };

  it("answers on any text, and never accepts what its editor pattern refuses", () => {
    for (const [name, schema] of Object.entries(validators)) {
      const pattern = new RegExp(String(schema.meta()?.pattern), "u");
      fc.assert(
        fc.property(anyText, (text) => {
          const { success } = schema.safeParse(text);
          assert(!success || pattern.test(text), `${name}: ${JSON.stringify(text)}`);
        }),
      );
    }
  });

  it("never accepts a control character, a lone surrogate or a mark that turns the line around", () => {
    const mark = fc.constantFrom(
      "\0",
      "\n",
      "\r",
      "\t",
      "\u001b",
      "\u007f",
      "\u0085",
      "\u2028",
      "\u202e",
      "\u2066",
      "\ud800",
    );
    const right = [
      "kubeflow.example.com",
      "10.0.0.0/8",
      "https://login.example.com/a",
      "1h30m",
      "user@example.com",
      "team",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...right), mark, fc.nat(), (text, character, place) => {
        const index = place % (text.length + 1);
        const wrong = text.slice(0, index) + character + text.slice(index);
        for (const [name, schema] of Object.entries(validators)) {
          assert(!schema.safeParse(wrong).success, `${name}: ${JSON.stringify(wrong)}`);
        }
      }),
    );
  });

  it("refuses a megabyte without thinking about it for long", () => {
    const units = [
      "a",
      "a.",
      "a-",
      "1",
      "1.",
      "0:",
      "1h",
      "1h1m",
      " ",
      "a ",
      "a@",
      "@",
      "%",
      "%41",
      "/",
      "https://",
      "[",
      "\0",
    ];
    const prefixes = ["", "https://", "https://a/", "a@", "1"];
    const started = process.hrtime.bigint();
    for (const text of units.flatMap((unit) =>
      prefixes.map((prefix) => prefix + unit.repeat(1_000_000 / unit.length)),
    )) {
      for (const [name, schema] of Object.entries(validators)) {
        assert(!schema.safeParse(text).success, name);
      }
      assert.equal(closest(text, ["domain"]), undefined);
    }
    // Quadratic work on one of these would take minutes; they take well under a second together.
    assert(process.hrtime.bigint() - started < 10_000_000_000n);
  });
});
