import { rootCertificates } from "node:tls";
import { caSecret, namespaces, oauth2Proxy } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { type Secret } from "../../cluster/objects";
import { giveBack, ownersOf } from "../../cluster/ownership";
import { workloads } from "../../cluster/platform";
import { rollOut } from "../../cluster/rollOut";
import { newcomerGetsIn, type Pace, recovers, type Scene, sceneOf } from "../../cluster/scene";
import { nobody } from "../../cluster/streams";
import { during } from "../../cluster/traffic";
import { undoing } from "../../cluster/undo";
import { judge } from "../../cluster/verdict";
import { type Hands } from "../../cluster/workloads";
import { seenByBackend } from "../../echo";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { askWith, pageHeaders } from "../../signIn/hop";

/** Sign-ins that all have to end at the callback: there may be several replicas. */
const attempts = 6;

const key = "ca.crt";
const path = `/api/v1/namespaces/${namespaces.auth}/secrets/${caSecret}`;

export function foreignAuthority(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "foreign-authority",
    proves:
      "Codes go to nobody whose certificate another CA signed: with a foreign CA in place of the private one every sign-in ends " +
      "at oauth2-proxy's callback, and with the right one it works again.",
    mend:
      "A sign-in that works without the right CA means that the certificate is not verified: oauth2-proxy must have " +
      "provider_ca_files and use_system_trust_store = false, and no ssl_insecure_skip_verify, in its file, its arguments and " +
      "its environment.",
    exercises: ["oauth2-proxy", "gateway", "Dex"],
    needs: ["user", "echo", "sessions", "cluster", "disturb"],
    timeout: 600,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { target, probe, signal } = context;
      const stream = nobody(target, scene.visitor.url);
      const { tallies } = await during([stream], { signal, pause: pace.pause }, () =>
        withForeignAuthority(scene.hands, async () => {
          for (let count = 0; count < attempts; count += 1) {
            probe.busy(`sign-in ${count + 1} of ${attempts} with a foreign CA`);
            await signInEndsAtTheCallback(scene, context);
          }
        }),
      );
      const since = Date.now();
      for (const tally of tallies) {
        judge(probe, "a foreign CA", tally, { errors: "some" });
      }
      await newcomerGetsIn(scene, "the right CA again", since, pace);
      await recovers(scene, "the right CA again", stream, since, pace);
    },
  };
}

/** Everything up to the code is the browser's and Dex's; with the code oauth2-proxy has to talk to Dex itself. */
async function signInEndsAtTheCallback({ visitor }: Scene, { target, probe, signal }: CheckContext): Promise<void> {
  const { person, url } = visitor;
  const jar = new Jar();
  const attempt = new Attempt(target, jar, url, signal);
  await attempt.toForm();
  const callback = await attempt.toCallback(person);
  const { status } = await askWith(target, jar, callback, `${callback.pathname}${callback.search}`, {
    headers: pageHeaders,
    signal,
  });
  probe.expect(
    status >= 500,
    `the callback of a sign-in ends with ${status} while ${oauth2Proxy.name} trusts another CA`,
    `the callback of a sign-in should end with 5xx while ${oauth2Proxy.name} trusts another CA; it came to ${status}`,
  );
  const page = await askWith(target, jar, url, "/", { headers: [["Accept", "application/json"]], signal });
  probe.expect(
    page.status >= 400 && seenByBackend(page) === undefined,
    "the cookies that it leaves open nothing",
    `the cookies of a sign-in that ended at the callback should open nothing; the application's page came with ${page.status}`,
  );
}

/** A CA that everybody knows and that signed nothing here. */
const [foreign = ""] = rootCertificates;

async function withForeignAuthority<T>(hands: Hands, action: () => Promise<T>): Promise<T> {
  const { api, signal, busy } = hands;
  const { metadata, data = {} } = await api.get<Secret>(path, signal);
  const earlier = data[key];
  if (earlier === undefined) {
    throw new Error(
      `the Secret ${namespaces.auth}/${caSecret} has no ${key}, so that there is nothing to put in its place`,
    );
  }
  const owners = ownersOf(metadata, ["f:data", `f:${key}`]);
  const write = (content: string, ended: AbortSignal) =>
    api.patch(path, "application/merge-patch+json", { data: { [key]: content } }, ended);
  return undoing(
    `the Secret ${namespaces.auth}/${caSecret} had another ${key}`,
    async (ended) => {
      busy("put the right CA back");
      await write(earlier, ended);
      await giveBack(api, path, ["f:data", `f:${key}`], owners, ended);
      await rollOut({ ...hands, signal: ended }, workloads.oauth2Proxy, undefined);
    },
    async () => {
      busy("put a foreign CA in the place of the private one");
      await write(Buffer.from(`${foreign}\n`).toString("base64"), signal);
      await rollOut(hands, workloads.oauth2Proxy, "a foreign CA");
      return await action();
    },
  );
}
