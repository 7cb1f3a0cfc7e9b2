import { join } from "../../manifest";
import { type Image } from "../../readers/image";
import { show } from "../../readers/pods";
import { weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachContainer } from "./containers";

const { framework, cwe } = weakness(494, "Download of Code Without Integrity Check");

/** Tags that name one build: a whole version, a date, or a commit. Anything else may be pushed again tomorrow. */
const oneBuild = [
  /^[vV]?\d+\.\d+\.\d+(?:[-._+].*)?$/,
  /(?:^|[-._])\d{4}-\d{2}-\d{2}(?:[-._T]|$)/,
  /^(?:.*[-._])?(?=[0-9a-f]*\d)[0-9a-f]{7,40}$/,
];

/**
 * An image is the same one tomorrow.
 *
 * A whole version passes without a digest. A digest is better and passes as well; but charts take tags alone for most of
 * their images, projects don't push a released version again, and a mirror with a lock holds them still. A part of a
 * version (`8.0`) moves with each patch.
 */
export const requireFixedImage: Rule = {
  name: "require-fixed-image",
  title: "Images have a fixed version",
  why:
    "A tag such as latest or main is another program each time a pod starts: nobody knows which one runs, no advisory " +
    "can be matched to it, and whoever may push to the registry is in the cluster.",
  mend: "Give the image a whole version as its tag, or a digest, such as name:v1.2.3 or name:v1.2.3@sha256:….",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    {
      id: "Kubernetes container images",
      url: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
      about: "avoid latest in production, because it is hard to track which version runs",
    },
  ],
  settings: [],
  check: (manifest) =>
    eachContainer(manifest, (_, { field, name, image }) => {
      // Without an image it is a patch, or the owner of the kind knows it. istiod puts its own proxy for `auto`.
      if (!image || (name === "istio-proxy" && image.text === "auto") || isFixed(image)) return [];
      const place = join(field, "image");
      const tag = image.tag === undefined ? "no tag, which means latest" : `the tag ${show(image.tag)}`;
      const message = `${place} is ${show(image.text)}, with ${tag}. Write a whole version, such as v1.2.3, or a digest.`;
      return [violation(place, message)];
    }),
};

function isFixed({ digest, tag }: Image): boolean {
  if (digest !== undefined) return /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(digest);
  return tag !== undefined && oneBuild.some((pattern) => pattern.test(tag));
}
