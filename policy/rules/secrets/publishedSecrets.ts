/** A secret that stands in public manifests, charts and examples. */
export interface Published {
  /** What it is, and where it is published. */
  readonly what: string;
  /** Its length, so that few words have to be hashed. */
  readonly length: number;
  /** Whether it is a word that also stands for other things inside a longer text. */
  readonly wholeTextOnly?: true;
}

/**
 * What sign-in components come with, as SHA-256: the pack recognises them and doesn't publish them once more. Object
 * stores and words that anybody tries are in ../pods/defaultCredentials.ts; none is in both, so that one secret is one
 * violation.
 */
export const published: Readonly<Record<string, Published>> = {
  "462a0aa7e3ad7e72bcc06fd22a504044f4a4c79033231b9dc8900ad84fbe29b9": {
    what: "the client's secret of kubeflow/manifests",
    length: 34,
  },
  "80c8cb5e94a392a3d8fc7cf03d8a73bf68788e684466a02393405c717243c900": {
    what: "the cookie's secret of kubeflow/manifests",
    length: 32,
  },
  c154376989fcff516b441dcc647bfe75780c80caf4f0d10012f98f93db0aa510: {
    what: "the hash of the password of kubeflow/manifests",
    length: 60,
  },
  "5741c092c28fb7d6afbfff3fcc96dc749fc993aad430f3dbe137e0f899b3044f": {
    what: "the hash of the password of earlier kubeflow/manifests",
    length: 60,
  },
  "7635dbeb04d2fd87849b94b2da8f4dbf7861b7e72ae5e99aa30c3df3be417676": {
    what: "the hash that kubeflow/manifests shows as an example of a new password's",
    length: 60,
  },
  "1718c24b10aeb8099e3fc44960ab6949ab76a267352459f203ea1036bec382c2": {
    what: "the password of kubeflow/manifests",
    length: 8,
    wholeTextOnly: true,
  },
  d4ccb372e00f0cc3e664a6399119c7640d572108436a77215776c9ff3d1b5638: {
    what: "the hash of the password in Dex's examples",
    length: 60,
  },
  "4e441869e7e56f0499cdb414fb83909d61c0953e8d80b43d36d1449d7e25b13d": {
    what: "the client's secret in Dex's examples",
    length: 24,
  },
  a2f343afbd4f70bb0864afec21fd5c2d2331fb39816f43064f9e5742d43c8295: {
    what: "the hash of the password in Dex's examples",
    length: 60,
  },
  "2c863ae0f17fbcc380d68afa8fa107576c8864836aa944221d3b65bec2b08ca3": {
    what: "a client's secret in Dex's examples",
    length: 24,
  },
  "7c6160ac95e668d1af2f3a9b384f848ecfbb8240c11c00c03d02779b52273acd": {
    what: "a client's secret in Dex's examples",
    length: 24,
  },
  e9ee5c2844f7fb1227aaf6b8739197ed8d9f0b12e57d8cbe38794d221479cc49: {
    what: "the client's secret of a tutorial about Kubeflow with oauth2-proxy and Dex",
    length: 40,
  },
  "05010a5e5ce967cfc1c73d78e87411062bd627c1c7b50629f2ea6c87dddc7c79": {
    what: "the cookie's secret of a tutorial about Kubeflow with oauth2-proxy and Dex",
    length: 44,
  },
  "2e61afd25d3ca76a0ee265dbc22ba5e9d844dc93ac5f2e37199a34fcbdcb5a52": {
    what: "a client's secret of deployKF's defaults",
    length: 16,
  },
  "585cf66cd7e1ac88c26f6f59efe6ae9ce9375b90297c8607f8d58d6dfd5b550a": {
    what: "the cookie's secret of deployKF's defaults",
    length: 16,
  },
  "72c84ba99d77ee766e9468a0de36433a44888e5dec4afb84f8019777800b7364": {
    what: "the cookie's secret of oauth2-proxy's chart",
    length: 16,
  },
  aa20840b0e05f36d4588e626f69fbc0dc1356ee7f3a155ea1aa6a8b60eb7088d: {
    what: "the client's secret of oauth2-proxy's chart",
    length: 8,
    wholeTextOnly: true,
  },
  "95e9f4875058bd4c20e9d8d1b04e91e1914f36b441022c939203d50d7110da2b": {
    what: "the hash of the password in the examples of oauth2-proxy's chart",
    length: 60,
  },
  fb676e7c1fd2cd6baf20c3ea9d222df39e83809ede7e488bea06095823c8ada7: {
    what: "the cookie's secret of oauth2-proxy's local environment",
    length: 44,
  },
  "0b4f83d95efefdc0b4232f3ba1d8edf7714239c698d936a85f1ac3f22ba4e321": {
    what: "the client's secret of oauth2-proxy's local environment",
    length: 36,
  },
};
