import { strict as assert } from "node:assert";
import { identityProviderOf } from "../../components/identityProvider";
import { ProtectedApp, type ProtectedAppArgs } from "../../components/protectedApp";
import { checkedApp } from "../../stacks/checkedApp";
import { hostsOf } from "../../stacks/hosts";
import { type App } from "../../stacks/schema";
import { SettingsError } from "../../stacks/settingsError";
import { changed, everything, production, settingsOf } from "./fixture";

const app: App = {
  name: "mlflow",
  service: { name: "mlflow", namespace: "tracking", port: 5000 },
  pods: { labels: { app: "mlflow" } },
  groups: ["ml-engineers"],
  inCluster: false,
  callers: [],
};
const grafana = { ...app, name: "grafana" };
const settings = () => settingsOf(changed(production(), "apps", [grafana]));

const problemsOf = (made: () => unknown) => {
  try {
    made();
    return [];
  } catch (error) {
    assert(error instanceof SettingsError);
    return error.problems.map(({ key, value, mend }) => [key, JSON.parse(value) as unknown, mend]);
  }
};

describe("an application that a program gives", () => {
  it("is taken as it is where it is right, one of the settings, too", () => {
    assert.deepEqual(checkedApp(app, settings()), app);
    assert.deepEqual(checkedApp(grafana, settings()), grafana);
    assert.deepEqual(
      problemsOf(() => everyAppOf(settingsOf(everything()))),
      [],
    );
  });

  const everyAppOf = (whole: ReturnType<typeof settings>) => whole.apps.map((each) => checkedApp(each, whole));

  const refused: [what: string, change: object, key: string, value: unknown, mend: RegExp][] = [
    ["a host in capitals", { host: "KUBEFLOW.example.com" }, "app.host", "KUBEFLOW.example.com", /^write a DNS name/],
    ["a group of everybody", { groups: ["*"] }, "app.groups[0]", "*", /without an asterisk/],
    [
      "a Service of the platform's",
      { service: { name: "dex", namespace: "auth", port: 5556 } },
      "app.service.namespace",
      "auth",
      /^this namespace belongs to the platform/,
    ],
    ["no labels", { pods: { labels: {} } }, "app.pods.labels", {}, /^name at least one label/],
    ["a field that nobody knows", { group: ["a"] }, "app.group", ["a"], /did you mean groups/],
    [
      "the gate's host",
      { host: "kubeflow.example.com" },
      "app.host",
      "kubeflow.example.com",
      /^browsers send|^this host is served already/,
    ],
    [
      "another application's host",
      { host: "grafana.kubeflow.example.com" },
      "app.host",
      "grafana.kubeflow.example.com",
      /^this host is served already/,
    ],
    ["a host where no session is", { host: "a.example.org" }, "app.host", "a.example.org", /^browsers send/],
    ["the name of another's way back", { name: "grafana-return" }, "app.name", "grafana-return", /has this name/],
  ];
  for (const [what, change, key, value, mend] of refused) {
    it(`may not have ${what}`, () => {
      const found = problemsOf(() => checkedApp({ ...app, ...change }, settings()));
      assert.deepEqual([...new Set(found.map(([foundKey]) => foundKey))], [key]);
      assert.deepEqual(found[0]?.[1], value);
      assert.match(String(found[0]?.[2]), mend);
    });
  }

  it("is told every problem at once", () => {
    const wrong = { ...app, host: "KUBEFLOW.example.com", groups: ["*"] };
    assert.deepEqual(
      problemsOf(() => checkedApp(wrong, settings())).map(([key]) => key),
      ["app.host", "app.groups[0]"],
    );
  });

  it("is checked by the component itself, before anything is made", () => {
    const whole = settings();
    const hosts = hostsOf(whole.domain);
    const args = { settings: whole, hosts, provider: identityProviderOf(whole, hosts), dependsOn: [] };
    const wrong = { ...app, service: { ...app.service, namespace: "auth" } };
    const [problem] = problemsOf(
      () => new ProtectedApp("a", { ...args, app: wrong } as unknown as ProtectedAppArgs, {}),
    );
    assert.deepEqual(problem?.slice(0, 2), ["app.service.namespace", "auth"]);
  });
});
