const rootStackType = "pulumi:pulumi:Stack";

/** What a URN says about its resource. */
export interface UrnParts {
  stack: string;
  project: string;
  /** The types of the parents below the stack and of the resource, joined by `$`. */
  qualifiedType: string;
  type: string;
  name: string;
}

/** A resource's URN as the engine makes it: the whole chain of the parents' types, without the root stack's. */
export function urnOf(stack: string, project: string, parent: string, type: string, name: string): string {
  const parentType = parent === "" ? "" : parseUrn(parent).qualifiedType;
  const qualifiedType = parentType === "" || parentType === rootStackType ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualifiedType}::${name}`;
}

export function parseUrn(urn: string): UrnParts {
  // A name may contain `::` itself, so only the first three delimiters count.
  const [stack = "", project = "", qualifiedType = "", ...name] = urn.slice("urn:pulumi:".length).split("::");
  return {
    stack,
    project,
    qualifiedType,
    type: qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1),
    name: name.join("::"),
  };
}
