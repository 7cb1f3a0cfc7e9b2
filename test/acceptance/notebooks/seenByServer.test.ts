import assert from "node:assert/strict";
import { type Page } from "playwright-core";
import { seenByServer } from "../../../acceptance/checks/notebooks/lab/seenByServer";
import { notebookAt, notebooksOf } from "../../../acceptance/notebookHosts";
import { readTarget } from "../../../acceptance/target";
import { contextFor } from "../fakeGate";
import { person } from "./fakeNotebooks";

type Header = [name: string, value: string];

const { target } = readTarget("https://kubeflow.example.com", { notebooks: "kubeflow-notebooks.example.com" }, {});
const session = `${"v".repeat(60)}|1|sum`;

/** A browser with a session, Jupyter's cookies and the page's own, and a server that gets what a gateway lets through. */
function pageBehind(gateway: (headers: Header[]) => Header[]): Page {
  const cookies = [
    { name: "__Secure-gatehouse_0", value: session },
    { name: "__Secure-gatehouse_1", value: "rest" },
    { name: "__Secure-gatehouse_x_csrf", value: "c" },
    { name: "_xsrf", value: "2|a|b|1" },
  ];
  const evaluate = (script: string) => {
    const [, list] = /^for \(const cookie of (\[.*?\])\) document/.exec(script) ?? [];
    for (const cookie of list === undefined ? [] : (JSON.parse(list) as string[])) {
      const at = cookie.indexOf("=");
      cookies.push({ name: cookie.slice(0, at), value: cookie.slice(at + 1) });
    }
    const own = cookies.filter(({ name }) => !/^__Secure-gatehouse_/.test(name));
    const headers: Header[] = [
      ["Host", "team-a--lab.kubeflow-notebooks.example.com"],
      ["Cookie", own.map(({ name, value }) => `${name}=${value}`).join("; ")],
      ["Kubeflow-Userid", person.email],
    ];
    return Promise.resolve(list === undefined ? gateway(headers) : undefined);
  };
  return { evaluate, context: () => ({ cookies: () => Promise.resolve(cookies) }) } as unknown as Page;
}

async function said(gateway: (headers: Header[]) => Header[]) {
  const context = contextFor({ ...target, people: [person] });
  await seenByServer(context, pageBehind(gateway), notebookAt(notebooksOf(target), "team-a", "lab"));
  return context.probe;
}

const changed = (name: string, change: (value: string) => string) => (headers: Header[]) =>
  headers.map(([each, value]): Header => [each, each === name ? change(value) : value]);

describe("what a notebook's server sees", () => {
  it("is who it is, and every cookie but the session's", async () => {
    const { faults, right } = await said((headers) => headers);
    assert.deepEqual(faults, []);
    assert.equal(right.length, 7);
  });

  const wrong: [what: string, gateway: (headers: Header[]) => Header[], says: RegExp][] = [
    ["the session", changed("Cookie", (value) => `${value}; __Secure-gatehouse_0=${session}`), /session in Cookie$/],
    ["the session elsewhere", (headers) => [...headers, ["X-Old-Cookie", session]], /the session in X-Old-Cookie$/],
    ["a token", (headers) => [...headers, ["Authorization", "Bearer x"]], /it brought Authorization$/],
    ["no cookies", (headers) => headers.filter(([name]) => name !== "Cookie"), /it brought none$/],
    ["one cookie less", changed("Cookie", (value) => value.replace("_xsrf=2|a|b|1; ", "")), /brought .*plain.*$/],
    ["a cookie put in order", changed("Cookie", (value) => value.replace('"x, y"', '"x"')), /as they are/],
    ["nobody", (headers) => headers.filter(([name]) => name !== "Kubeflow-Userid"), /the server got nobody$/],
    ["somebody else", changed("Kubeflow-Userid", () => "author@example.com"), /the server got author@example.com$/],
  ];
  for (const [what, gateway, says] of wrong) {
    it(`must not be ${what}`, async () => {
      const { faults } = await said(gateway);
      assert.ok(["a call should", "a websocket should"].every((which) => faults.join("\n").includes(which)));
      assert.match(faults[0] ?? "", says);
      assert.ok(!faults.join().includes(session.slice(0, 40)), "no secret is told");
    });
  }
});
