import assert from "node:assert/strict";
import { withBearer } from "../../../acceptance/checks/spoofing/withBearer";
import { withNothing } from "../../../acceptance/checks/spoofing/withNothing";
import { withSession } from "../../../acceptance/checks/spoofing/withSession";
import { passesAndFails } from "../tokens/checks";
import { runAgainst } from "../tokens/run";

const plain = (name: string) => name.toLowerCase();

describe("the check of identity headers with a session", () => {
  passesAndFails(withSession, 60, [
    [
      "some names pass",
      {
        passes: (name) =>
          name.toLowerCase() === "x-forwarded-email" ||
          (name.toLowerCase() === "x-auth-request-user" && name !== "x-auth-request-user") ||
          name.startsWith("x-auth-request-id"),
      },
      [
        /^x-forwarded-email behind a session: .* came the header x-forwarded-email as the client sent it/,
        /in upper case/,
        /with capitals/,
        /in mixed case/,
        /without a value before/,
        /names that begin like identity headers .* the header x-auth-request-id-token/,
      ],
    ],
    [
      "underscores pass",
      { passes: (name) => name.includes("_") },
      [
        /with underscores before/,
        /one underscore, the first/,
        /one underscore, the last/,
        /a dash and with an underscore/,
      ],
    ],
  ]);
});

describe("the check of identity headers with a token", () => {
  passesAndFails(withBearer, 60, [
    [
      "kubeflow-groups is not the gateway's alone",
      { passes: (name) => plain(name) === "kubeflow-groups" },
      [/^kubeflow-groups before a token: .* came status 200, and the application saw user@example.com with the groups/],
    ],
    [
      "a second kubeflow-userid comes first",
      { passes: (name) => plain(name) === "kubeflow-userid" },
      [/^kubeflow-userid before/, /the known person alone before a token: .*came status 200/],
    ],
    [
      "a second kubeflow-userid comes last",
      { passes: (name) => plain(name) === "kubeflow-userid", passedLast: true },
      [/^kubeflow-userid behind/],
    ],
    ["the token reaches the application", { keepsToken: true }, [/a token in the header authorization/]],
  ]);
});

describe("the check of identity headers with nothing", () => {
  passesAndFails(withNothing, 150, [
    [
      "a header opens the gate, or looks as if",
      {
        opens: ({ headers }) =>
          headers["x-forwarded-uri"] === "/oauth2/auth" || headers["user-agent"] === "GoogleHC/1.0",
      },
      [
        /^X-Forwarded-Uri: \/oauth2\/auth, as a browser: should have been refused/,
        /^the user agent GoogleHC\/1.0, as a program/,
      ],
    ],
    [
      "whoever names somebody is somebody",
      { opens: ({ headers }) => headers["kubeflow-userid"] !== undefined },
      [/^kubeflow-userid, as a program: should have been refused .* came status 200/, /kubeflow-userid twenty times/],
    ],
    [
      "a refusal repeats what was said",
      { repeats: ({ headers }) => headers["x-forwarded-user"] ?? "" },
      [/x-forwarded-user, as a browser: the refusal repeats what the client said/],
    ],
  ]);

  it("fails where the gate is broken, which refuses nobody for good", async () => {
    const { faults, right } = await runAgainst(withNothing, { refusal: 503 });
    assert.deepEqual(right, []);
    assert.match(faults[0] ?? "", /came status 503/);
  });
});
