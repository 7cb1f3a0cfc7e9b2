// @peculiar/x509 builds on tsyringe, which asks for a polyfill of metadata on classes before it is loaded. These three
// functions are all that it calls.
const own = new WeakMap<object, Map<unknown, unknown>>();

Object.assign(Reflect, {
  getMetadata: (key: unknown, target: object) => own.get(target)?.get(key),
  getOwnMetadata: (key: unknown, target: object) => own.get(target)?.get(key),
  defineMetadata: (key: unknown, value: unknown, target: object) => {
    own.set(target, new Map(own.get(target)).set(key, value));
  },
});
