import assert from "node:assert/strict";
import { requireFixedImage as rule } from "../../../../policy/rules/pods/require-fixed-image";
import { changed, messages } from "../../support";
import { container, deployment } from "./fixtures";

const digest = `sha256:${"0".repeat(64)}`;
const withImage = (image: unknown) => changed(deployment, { [`${container}.image`]: image });
const message = (image: string, tag: string) =>
  `${container}.image is "${image}", with ${tag}. Write a whole version, such as v1.2.3, or a digest.`;

describe("require-fixed-image", () => {
  for (const image of [
    "web:1.2.3",
    "web:v1.2.3-distroless",
    "registry.example.com:5000/team/web:v1.2.3",
    "web:RELEASE.2025-01-31T00-00-00Z",
    "web:main-1a2b3c4d",
    `web@${digest}`,
    `web:latest@${digest}`,
  ]) {
    it(`lets ${image.replace(digest, "a digest")} pass`, () => {
      assert.deepEqual(messages(rule, withImage(image)), []);
    });
  }

  it("lets istiod's placeholder for its own proxy pass", () => {
    const manifest = changed(deployment, { [`${container}.image`]: "auto", [`${container}.name`]: "istio-proxy" });
    assert.deepEqual(messages(rule, manifest), []);
  });

  it("lets a container without an image pass, which the API server refuses unless it is a patch", () => {
    assert.deepEqual(messages(rule, withImage(undefined)), []);
  });

  for (const tag of ["latest", "main", "stable", "dev", "1", "v2", "8.0", "23.05-py3", "$(VERSION)", "1.2.x"]) {
    it(`rejects the tag ${tag}`, () => {
      assert.deepEqual(messages(rule, withImage(`web:${tag}`)), [message(`web:${tag}`, `the tag "${tag}"`)]);
    });
  }

  for (const image of ["web", "registry.example.com:5000/web", "auto"]) {
    it(`rejects ${image}, which has no tag`, () => {
      assert.deepEqual(messages(rule, withImage(image)), [message(image, "no tag, which means latest")]);
    });
  }

  it("rejects a digest that is none", () => {
    assert.deepEqual(messages(rule, withImage("web:v1.2.3@sha256:abc")), [
      message("web:v1.2.3@sha256:abc", 'the tag "v1.2.3"'),
    ]);
  });
});
