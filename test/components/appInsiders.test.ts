import { strict as assert } from "node:assert";
import { identityHeaders } from "../../acceptance/checks/spoofing/identityHeaders";
import { insiders } from "../../components/appAccess";
import { type AuthorizationSpec, matches } from "../program/authorization";
import { changed, production, settingsOf } from "../stacks/fixture";

const appOf = (more: object) => {
  const app = {
    name: "mlflow",
    service: { name: "mlflow", namespace: "tracking", port: 5000 },
    pods: { labels: { app: "mlflow" } },
    ...more,
  };
  const [parsed] = settingsOf(changed(production(), "apps", [app])).apps;
  assert(parsed !== undefined);
  return parsed;
};

describe("past the gate, with a token and without a header that says who somebody is,", () => {
  const callers = [{ namespace: "reports", podLabels: { app: "reporter" }, serviceAccount: "reporter" }];
  const ways: [who: string, more: object, principal: string][] = [
    ["a pod of the cluster", { inCluster: true }, "cluster.local/ns/team/sa/default"],
    ["a caller", { callers }, "cluster.local/ns/reports/sa/reporter"],
  ];
  for (const [who, more, principal] of ways) {
    const admits = (headers: Record<string, string>) => {
      const rules = insiders(appOf(more)) as NonNullable<AuthorizationSpec["rules"]>;
      const authorization = "Bearer x";
      return matches(
        { rules },
        { host: "a", path: "/", port: 5000, principal, headers: { authorization, ...headers } },
      );
    };

    it(`${who} gets in`, () => {
      assert(admits({}));
    });

    for (const header of [...identityHeaders, "kubeflow_userid", "kubeflow_groups"]) {
      it(`${who} does not with ${header}, empty or not`, () => {
        assert(!admits({ [header]: "user@example.com" }));
        assert(!admits({ [header]: "" }));
      });
    }
  }
});
