"use strict";
// @pulumi/pulumi loads a compiler and a package manager for functions that become cloud resources, which hardly any
// program has. Together they are more than half of its loading time, so they are loaded when somebody asks them for
// anything. It is plain JavaScript because the policy pack's process is started with it too.
const Module = require("node:module");

// The SDK's name for the compiler, and the package manager.
const late = /(^|\/)typescript-shim$|^@npmcli\/arborist$/;
const load = Module._load;

Module._load = function (request, parent, ...rest) {
  const wanted = late.test(request) && /[\\/]@pulumi[\\/]pulumi[\\/]/.test(parent?.filename ?? "");
  if (!wanted) {
    return load.call(this, request, parent, ...rest);
  }
  // What is missing must be missing at once: the SDK has its own answer to that.
  Module._resolveFilename(request, parent);
  let loaded;
  const module = () => (loaded ??= load.call(this, request, parent, ...rest));
  const trap =
    (name) =>
    (_target, ...args) =>
      Reflect[name](module(), ...args);
  return new Proxy(Object.create(null), {
    // The compiler's import helper asks for this mark and copies all keys of a module without it.
    get: (_target, key) => (key === "__esModule" && loaded === undefined ? true : Reflect.get(module(), key)),
    has: trap("has"),
    ownKeys: trap("ownKeys"),
    getOwnPropertyDescriptor: trap("getOwnPropertyDescriptor"),
  });
};
