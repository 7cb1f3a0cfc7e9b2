import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { layout } from "../../../bed/node/layout";
import { isAlive, startDetached } from "../../../bed/node/processes";
import { takeDown } from "../../../bed/node/takeDown";
import { platformLayout } from "../../../bed/platform/layout";
import { withBedState } from "../programs/folder";

describe("Taking a bed down", () => {
  withBedState();

  it("leaves nothing but logs, no key and no password", async () => {
    const { state, logs } = layout();
    const { pulumi, ...files } = platformLayout(state);
    const places = [...Object.values(layout()), ...Object.values(files), ...Object.values(pulumi)];
    for (const path of places.filter((each) => each.startsWith(`${state}/`))) {
      // Some are files and some are folders; where one lies in another, the other is a folder.
      if (places.some((other) => other.startsWith(`${path}/`))) {
        mkdirSync(path, { recursive: true });
      } else if (!existsSync(path)) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, "[]");
      }
    }
    writeFileSync(join(logs, "kubelet.log"), "said");
    assert.ok(
      existsSync(platformLayout(state).values) && existsSync(pulumi.passphrase),
      "there is something to remove",
    );
    await takeDown();
    assert.deepEqual(readdirSync(state), ["logs"]);
    assert.ok(existsSync(join(logs, "kubelet.log")));
  });

  it("ends what the bed started, and leaves alone what is not the bed's", async () => {
    const started = startDetached("sleeper", ["sleep", "60"]);
    const foreign = join(layout().state, "somebody-elses.txt");
    writeFileSync(foreign, "");
    assert.deepEqual(await takeDown(), { ended: 1 });
    assert.equal(isAlive(started), false);
    assert.ok(existsSync(foreign));
  });
});
