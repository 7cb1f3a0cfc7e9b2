import assert from "node:assert/strict";
import { type Tag, tagsIn } from "../../../acceptance/html/tags";

function shown(html: string): string[] {
  return tagsIn(html).map(
    ({ name, attributes }: Tag) => `${name} ${[...attributes].map((pair) => pair.join("=")).join(" ")}`,
  );
}

describe("the tags of a page", () => {
  it("are read with quotes of both kinds and without, in any case", () => {
    assert.deepEqual(shown(`<A HREF="/a>b" title='"'>x</A><img/src=/c/ alt><br/>`), [
      `a href=/a>b title="`,
      "/a ",
      "img src=/c/ alt=",
      "br ",
    ]);
  });

  it("are those that browsers see: a quote that is no value's hides nothing", () => {
    assert.deepEqual(shown(`<a b"c href=//evil.example>`), [`a b"c= href=//evil.example`]);
    assert.deepEqual(shown(`<!-- <a b=" --> <a href=/1> <!x <a b="> <a href=/2> <!--> <a href=/3>`), [
      "a href=/1",
      "a href=/2",
      "a href=/3",
    ]);
    assert.deepEqual(shown(`<script>if (a<b && "</b>") x="</script><a href=/1>`), ["script ", "/script ", "a href=/1"]);
  });

  it("keep the first of two attributes of one name, and no tag that the page breaks off", () => {
    assert.deepEqual(shown("<a href=/1 href=/2>"), ["a href=/1"]);
    assert.deepEqual(shown('<a href=/1><a href="/2>'), ["a href=/1"]);
    assert.deepEqual(shown("<a href=/1><a href"), ["a href=/1"]);
  });

  it("have the text of scripts, up to their end", () => {
    assert.deepEqual(
      tagsIn("<script>a<b</scripts>c</SCRIPT ><p>d</p><style>e").map(({ text }) => text),
      ["a<b</scripts>c", "", "", "", "e"],
    );
  });
});
