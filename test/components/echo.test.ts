import { strict as assert } from "node:assert";
import { echoConfig } from "../../documents/gateway/echoConfig";
import { lock } from "../../stacks/lock";
import { type Workload } from "../program/pods";
import { recordEverything } from "../program/record";
import { type Recording } from "../program/recording";

describe("the echo's workload", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("is one Envoy with the echo's configuration", () => {
    const { data } = recording.object<{ data: object }>("ConfigMap", "echo", "gatehouse-echo");
    assert.deepEqual(data, { "envoy.yaml": echoConfig(8080) });
    const { replicas, template } = recording.object<Workload>("Deployment", "echo", "gatehouse-echo").spec;
    const [container] = template.spec.containers;
    assert.equal(replicas, 1);
    assert.equal(container?.image, lock.images.echo);
    assert.deepEqual(container?.command, ["/usr/local/bin/envoy"]);
    assert.deepEqual(container?.args, [
      "--config-path",
      "/etc/echo/envoy.yaml",
      "--concurrency",
      "1",
      "--disable-hot-restart",
    ]);
    assert.deepEqual(
      container?.volumeMounts?.map(({ mountPath, readOnly }) => [mountPath, readOnly]),
      [
        ["/etc/echo", true],
        ["/tmp", false],
      ],
    );
  });

  it("is asked for its health where it answers everybody", () => {
    const [container] = recording.object<Workload>("Deployment", "echo", "gatehouse-echo").spec.template.spec
      .containers;
    assert.deepEqual(container?.readinessProbe?.httpGet, { path: "/", port: 8080 });
    assert.deepEqual(container?.livenessProbe?.httpGet, { path: "/", port: 8080 });
  });

  it("runs Envoy of the mesh's own version", () => {
    assert(lock.images.echo.includes(`:${lock.charts.istiod.version}`));
  });
});
