import assert from "node:assert/strict";
import { readImage } from "../../../policy/readers/image";

describe("the reader of images", () => {
  for (const [text, registry, repository, tag, digest] of [
    ["web", undefined, "web", undefined, undefined],
    ["web:v1", undefined, "web", "v1", undefined],
    ["team/web:v1", undefined, "team/web", "v1", undefined],
    ["docker.io/team/web", "docker.io", "team/web", undefined, undefined],
    ["localhost/web:v1", "localhost", "web", "v1", undefined],
    ["registry.example.com:5000/team/web", "registry.example.com:5000", "team/web", undefined, undefined],
    ["registry.example.com:5000/team/web:v1", "registry.example.com:5000", "team/web", "v1", undefined],
    ["web@sha256:ab", undefined, "web", undefined, "sha256:ab"],
    ["registry:5000/web:v1@sha256:ab", "registry:5000", "web", "v1", "sha256:ab"],
    ["web:", undefined, "web", undefined, undefined],
    ["", undefined, "", undefined, undefined],
  ] as const) {
    it(`takes ${JSON.stringify(text)} apart`, () => {
      const image = readImage(text);
      assert.deepEqual(
        [image.registry, image.repository, image.tag, image.digest],
        [registry, repository, tag, digest],
      );
      assert.equal(image.name, repository.split("/").at(-1));
    });
  }
});
