import { createHash } from "node:crypto";

/** A credential that stands in somebody's public repository, by its SHA-256: nobody can read it from here. */
interface Published {
  readonly sha256: string;
  readonly what: string;
}

/** Those that nobody uses for anything else, so that they are looked for inside of texts, too. */
const published: readonly Published[] = [
  {
    sha256: "179c076ac522159dbbd50d4f1d84faf05551fe5b59d7e5824a800d46559fb1d1",
    what: "the object store's secret key that Kubeflow Pipelines ships",
  },
  {
    sha256: "ad9858116e63b0c5a4d7dc7f50f034c7247e56838dae22c1832712ffde48e694",
    what: "MinIO's default credential",
  },
  {
    sha256: "462a0aa7e3ad7e72bcc06fd22a504044f4a4c79033231b9dc8900ad84fbe29b9",
    what: "the client secret that Kubeflow's manifests ship",
  },
  {
    sha256: "80c8cb5e94a392a3d8fc7cf03d8a73bf68788e684466a02393405c717243c900",
    what: "the cookie secret that Kubeflow's manifests ship",
  },
  {
    sha256: "c154376989fcff516b441dcc647bfe75780c80caf4f0d10012f98f93db0aa510",
    what: "the password's hash that Kubeflow's manifests ship",
  },
  {
    sha256: "7635dbeb04d2fd87849b94b2da8f4dbf7861b7e72ae5e99aa30c3df3be417676",
    what: "the password's hash of Kubeflow's instructions",
  },
  {
    sha256: "1718c24b10aeb8099e3fc44960ab6949ab76a267352459f203ea1036bec382c2",
    what: "the password of Kubeflow's instructions",
  },
  {
    sha256: "2e61afd25d3ca76a0ee265dbc22ba5e9d844dc93ac5f2e37199a34fcbdcb5a52",
    what: "a secret that deployKF ships",
  },
  {
    sha256: "585cf66cd7e1ac88c26f6f59efe6ae9ce9375b90297c8607f8d58d6dfd5b550a",
    what: "a secret that deployKF ships",
  },
];

/** Words that are harmless anywhere but as the whole value of a password. */
const guessable: readonly Published[] = [
  {
    sha256: "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918",
    what: "a password that everybody tries",
  },
  {
    sha256: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    what: "a password that everybody tries",
  },
  {
    sha256: "057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86",
    what: "a password that everybody tries",
  },
  {
    sha256: "5791b6226743c56f44f8274cc67b8beb9751b6403e697243ad00fd37af5635e3",
    what: "a password that everybody tries",
  },
];

const publishedByHash = new Map(published.map(({ sha256, what }) => [sha256, what]));
const guessableByHash = new Map(guessable.map(({ sha256, what }) => [sha256, what]));

/** The lengths of what is looked for; every other word is spared the hash. */
const lengths = new Set([8, 10, 16, 32, 34, 60]);

/** What texts put around a value. */
const word = /[^\s"'`=:,;@{}()[\]<>&|]+/g;

/** Which published credential a text holds, if any; `name` is the key that it stands under. */
export function publishedIn(name: string, text: string): string | undefined {
  for (const [found] of text.matchAll(word)) {
    const what = lengths.has(found.length) ? publishedByHash.get(sha256(found)) : undefined;
    if (what !== undefined) return what;
  }
  const whole = text.trim();
  const isPassword = /pass(word|wd)?$|pwd$|secret[-_]?(key)?$/i.test(name);
  return isPassword && whole.length <= 8 ? guessableByHash.get(sha256(whole)) : undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
