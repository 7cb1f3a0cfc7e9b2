/** Links from page to page, to a file or to a heading: a renamed heading or a lost section leaves them dead. */
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = join(__dirname, "../..");
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(root, folder, name));
const pages = [".", "docs", "docs/decisions", "docs/reference"].flatMap(pagesIn);

/** What stands in a page outside of its examples. */
const proseOf = (page: string) => readFileSync(page, "utf8").replace(/^( *)```[^]*?^\1```/gm, "");

/** The anchors that GitHub gives to a page's headings. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) {
      anchor = `${slug}-${count}`;
    }
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with a link on a page; nothing where it leads somewhere. */
function faultOf(page: string, link: string): string[] {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : resolve(dirname(page), decodeURIComponent(path));
  if (!existsSync(target)) {
    return [`${link}: no such file`];
  }
  return anchor === undefined || anchorsOf(target).has(anchor) ? [] : [`${link}: no such heading`];
}

const linksOf = (page: string) =>
  [...proseOf(page).matchAll(/\]\(<?([^)>\s]+)>?\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

describe("links between pages", () => {
  for (const page of pages) {
    it(`lead somewhere from ${relative(root, page)}`, () => {
      assert.deepEqual(
        linksOf(page).flatMap((link) => faultOf(page, link)),
        [],
      );
    });
  }

  it("are seen where they lead nowhere", () => {
    const page = join(root, "docs/4-certificates.md");
    assert.deepEqual(faultOf(page, "12-load-balancer.md#tls-at-the-load-balancer"), []);
    assert.deepEqual(faultOf(page, "12-load-balancer.md#nowhere"), ["12-load-balancer.md#nowhere: no such heading"]);
    assert.deepEqual(faultOf(page, "99-nowhere.md"), ["99-nowhere.md: no such file"]);
    assert.deepEqual(faultOf(page, "#acme"), []);
  });
});

describe("the table of pages in the README", () => {
  it("has every page, so that each is found from there", () => {
    const linked = linksOf(join(root, "README.md")).map((link) => link.replace(/#.*/, ""));
    assert.deepEqual(
      pagesIn("docs")
        .map((page) => relative(root, page))
        .filter((page) => !linked.includes(page)),
      [],
    );
  });
});

/** The folders whose messages and comments people read. */
const code = ["acceptance", "bed", "bin", "cli", "components", "documents", "library", "policy", "stacks"];

describe("a page that the code sends people to", () => {
  for (const folder of code) {
    it(`is there, wherever ${folder}/ names one`, () => {
      const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
      const named = files
        .filter((name) => /\.(ts|js|lua|html)$/.test(name))
        .flatMap((name) =>
          [...readFileSync(join(root, folder, name), "utf8").matchAll(/\bdocs\/[\w/-]+\.(?:md|json)/g)].map(
            ([page]): [string, string] => [name, page],
          ),
        );
      assert.deepEqual(
        named.filter(([, page]) => !existsSync(join(root, page))),
        [],
      );
    });
  }
});
