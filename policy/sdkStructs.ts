import { createRequire } from "node:module";

/** google-protobuf's form of a JSON object, as far as it is needed here. */
interface StructClass {
  readonly prototype: { toJavaScript: (this: object) => Record<string, unknown> };
}

/**
 * Keeps what a protobuf Struct was made into for as long as the Struct is there.
 *
 * The SDK makes JavaScript of a resource's properties once for each policy (makeAnalyzeRpcFun in @pulumi/policy's
 * server.js), which for Istio's CRDs and 96 policies took more time than all rules. What it makes is only read: the SDK
 * copies it at once (deserializeProperties).
 */
export function keepStructs(): void {
  const { Struct } = createRequire(require.resolve("@pulumi/pulumi"))(
    "google-protobuf/google/protobuf/struct_pb.js",
  ) as { Struct: StructClass };
  const made = new WeakMap<object, Record<string, unknown>>();
  const { toJavaScript } = Struct.prototype;
  let inside = false;
  Struct.prototype.toJavaScript = function (this: object) {
    // Only the outermost, whose parts need no entries of their own.
    if (inside) return toJavaScript.call(this);
    const known = made.get(this);
    if (known) return known;
    inside = true;
    try {
      const value = toJavaScript.call(this);
      made.set(this, value);
      return value;
    } finally {
      inside = false;
    }
  };
}
