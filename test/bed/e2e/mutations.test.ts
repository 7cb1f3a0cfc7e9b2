import assert from "node:assert/strict";
import { stringify } from "yaml";
import { everyCheck } from "../../../acceptance/everyCheck";
import { titleOf } from "../../../acceptance/verification";
import { gateMeshConfig } from "../../../components/meshValues";
import { gateway, istiod, namespaces } from "../../../components/topology";
import { companyMeshConfig } from "../../../bed/beside/foundations/istio";
import { checksOf, type Mode } from "../../../bed/e2e/mode";
import { modes } from "../../../bed/e2e/modes";
import { chosenMutations, looks } from "../../../bed/e2e/mutate";
import { everyMutation, mutationGroups } from "../../../bed/mutations/everyMutation";
import { type LiveObject, withSpec, withToml, withYaml } from "../../../bed/mutations/mutation";
import { recordEverything, recordPlatform } from "../../program/record";
import { type Recording } from "../../program/recording";
import { settingsOf } from "./modeSettings";
import { withoutMutation } from "./withoutMutation";

describe("The mutations", () => {
  const checks = new Set(everyCheck.map((check) => titleOf(check)));
  const noticing = new Set(everyMutation.flatMap(({ noticedBy }) => noticedBy));

  it("have names of their own, in kebab case", () => {
    const names = everyMutation.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    names.forEach((name) => assert.match(name, /^[a-z]+(-[a-z]+)*$/));
    assert.ok(names.length >= 30);
  });

  it("are noticed by every check, except those of which a list says why not", () => {
    const left = [...checks].filter((check) => !noticing.has(check));
    assert.deepEqual(left.sort(), Object.keys(withoutMutation).sort());
  });

  for (const { name, object, change, also = [], restarts, noticedBy, breaks, modes: own } of everyMutation) {
    it(`"${name}" names checks that exist, and changes objects of the platform`, async () => {
      // Each look has one check more, so that all of them get to look.
      assert.ok(noticedBy.length > 0 && noticedBy.length <= looks);
      noticedBy.forEach((check) => assert.ok(checks.has(check), `${check} is not a check`));
      assert.match(breaks, /^[A-Z].+\.$/);
      const recordings = (own ?? []).map((wanted) =>
        recordMode(modes.find((each) => each.name === wanted) ?? assert.fail(wanted)),
      );
      for (const recording of await Promise.all(own === undefined ? [recordEverything()] : recordings)) {
        const objects = [...recording.objects.map(({ manifest }) => manifest as LiveObject), ...ofCharts(recording)];
        const find = (kind: string, wanted: string) =>
          objects.find(
            ({ kind: other, metadata }) =>
              other === kind && metadata.name === wanted && (metadata.namespace ?? "") === object.namespace,
          );
        assert.ok(restarts === undefined || find("Deployment", restarts) !== undefined, `${restarts} is no Deployment`);
        for (const each of [{ object, change }, ...also]) {
          const { apiVersion, kind, namespace, name: wanted } = each.object;
          assert.equal(namespace, object.namespace);
          const found = find(kind, wanted);
          assert.ok(found, `${kind} ${namespace}/${wanted} is not part of the platform`);
          assert.equal(found.apiVersion, apiVersion);
          const before = structuredClone(found);
          assert.notDeepEqual(each.change(found), before);
          assert.deepEqual(found, before, "the original may not change: it is put back later");
        }
      }
    });
  }

  describe("that a run breaks", () => {
    const passed = (...titles: string[]) =>
      everyCheck.map((check) => ({
        ...check,
        outcome: titles.includes(titleOf(check)) ? ("passed" as const) : ("left-out" as const),
        tried: 1,
        wrong: [],
        reason: null,
        figures: [],
        files: [],
        seconds: 1,
      }));

    const [core, others] = [modes.filter(({ name }) => name === "core"), modes.filter(({ name }) => name !== "core")];
    const mode = core[0] ?? assert.fail();

    it("are together all of them, unless it says otherwise", () => {
      const chosen = modes.map((each) => chosenMutations("all", each, passed()));
      assert.deepEqual(new Set(chosen.flat()), new Set(everyMutation));
      assert.deepEqual(chosenMutations("none", mode, passed()), []);
    });

    it("are of a mode where its checks may notice them", () => {
      for (const each of others) {
        const titles = checksOf(each).map(titleOf);
        for (const { noticedBy } of chosenMutations("all", each, passed())) {
          assert.ok(noticedBy.some((title) => titles.includes(title)));
        }
      }
    });

    it("are one of each group: the first one that a check can notice here, and else the first", () => {
      const chosen = chosenMutations(
        "one-of-each-group",
        mode,
        passed("machines/token-without-email", "login/two-tabs"),
      );
      const titles = checksOf(mode).map(titleOf);
      const groups = mutationGroups
        .map((group) =>
          group.filter(
            ({ noticedBy, modes: own = [mode.name] }) =>
              own.includes(mode.name) && noticedBy.some((title) => titles.includes(title)),
          ),
        )
        .filter((group) => group.length > 0);
      assert.deepEqual(
        chosen.map(({ name }) => name),
        groups.map((group) => {
          const able = group.find(({ noticedBy }) =>
            noticedBy.some((title) => ["machines/token-without-email", "login/two-tabs"].includes(title)),
          );
          return (able ?? group[0] ?? assert.fail()).name;
        }),
      );
      assert.equal(chosen.length, 8);
      assert.ok(chosen.some(({ name }) => name === "let-in-tokens-of-nobody"));
      assert.ok(chosen.some(({ name }) => name === "one-sign-in-at-a-time"));
    });
  });

  it("are out of date where nothing is left to break", () => {
    const object: LiveObject = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings" },
      spec: { open: false },
      data: { "a.yaml": "open: false\n", "a.toml": "open = false\n" },
    };
    const nothing = () => undefined;
    for (const change of [
      () => withSpec(object, nothing),
      () => withYaml(object, "a.yaml", nothing),
      () => withToml(object, "a.toml", nothing),
    ]) {
      assert.throws(change, /ConfigMap settings has nothing left to break/);
    }
    assert.throws(() => withYaml(object, "b.yaml", nothing), /ConfigMap settings has no b\.yaml/);
  });

  it("change one text of a ConfigMap and leave the others", () => {
    const data = { "a.yaml": "open: false\n", "a.toml": "open = false\n" };
    const object: LiveObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data };
    const open = (document: { open: boolean }) => (document.open = true);
    assert.deepEqual(withYaml(object, "a.yaml", open).data, { ...data, "a.yaml": "open: true\n" });
    assert.deepEqual(withToml(object, "a.toml", open).data, { ...data, "a.toml": "open = true\n" });
  });
});

const recorded = new Map<string, Promise<Recording>>();

/** The platform as a mode has it, recorded once. */
function recordMode(mode: Mode): Promise<Recording> {
  const known = recorded.get(mode.name) ?? recordPlatform(settingsOf(mode));
  recorded.set(mode.name, known);
  return known;
}

/** Objects that charts make of the platform's values, as far as a mutation looks at them. */
function ofCharts({ charts }: Recording): LiveObject[] {
  const values = (chart: string) => charts.find((each) => each.chart === chart)?.values ?? {};
  const annotations = values("gateway").podAnnotations;
  const { meshConfig: own, env: variables } = values("istiod");
  const env = Object.entries((variables ?? {}) as Record<string, string>).map(([name, value]) => ({ name, value }));
  // Where somebody else has installed it, it has what `gatehouse mesh` prints.
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: own === undefined ? companyMeshConfig : { name: "istio", namespace: namespaces.istio },
      data: { mesh: stringify(own ?? gateMeshConfig({ notebooks: { mode: "path" } })) },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: gateway.name, namespace: namespaces.ingress },
      spec: { template: { metadata: { annotations } } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: istiod.name, namespace: istiod.namespace },
      spec: { template: { spec: { containers: [{ env }] } } },
    },
  ];
}
