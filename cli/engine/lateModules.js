"use strict";
// @pulumi/pulumi loads a compiler and a package manager for functions that become cloud resources, which hardly any
// program has, and the interface to its own CLI. Together they are more than half of its loading time, so they are loaded
// when somebody asks them for anything. It is plain JavaScript because the policy pack's process is started with it too.
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");

// The SDK's name for the compiler, the package manager, and the interface to the CLI.
const late = /(^|\/)typescript-shim$|^@npmcli\/arborist$|^\.\/automation$/;
// Where the SDK prepares for packs in TypeScript, and so for every pack.
const packRunner = /[\\/]@pulumi[\\/]pulumi[\\/](tsutils|cmd[\\/]run-policy-pack[\\/]run)\.js$/;
const load = Module._load;

/** ts-node whose compiler is loaded with the first file that is to be compiled: half of the time a pack takes to start. */
function lateCompiler(tsNode) {
  const register = (options) => {
    // A tsconfig.json may ask for JavaScript to be compiled too.
    if (!options.skipProject) {
      return tsNode.register(options);
    }
    const extensions = [".ts", ".tsx"];
    const handlers = () => extensions.map((extension) => Module._extensions[extension]);
    const put = (all) =>
      all.forEach((handler, index) => {
        if (handler === undefined) {
          delete Module._extensions[extensions[index]];
        } else {
          Module._extensions[extensions[index]] = handler;
        }
      });
    const before = handlers();
    let compiling;
    const compile = () => {
      const now = handlers();
      put(before);
      tsNode.register(options);
      const registered = handlers();
      put(now);
      return registered;
    };
    put(extensions.map((_, index) => (module, path) => (compiling ??= compile())[index](module, path)));
  };
  return Object.create(tsNode, { register: { value: register } });
}

function versionOf(path) {
  return JSON.parse(readFileSync(join(dirname(path), "..", "package.json"), "utf8")).version;
}

Module._load = function (request, parent, ...rest) {
  const file = parent?.filename ?? "";
  if (packRunner.test(file) && /(^|[\\/])ts-node(@[\d.]+)?$/.test(request)) {
    return lateCompiler(load.call(this, request, parent, ...rest));
  }
  const sdk = /[\\/]@pulumi[\\/]pulumi[\\/]/.test(file) && late.test(request);
  const compiler = packRunner.test(file) && request === "typescript";
  if (!sdk && !compiler) {
    return load.call(this, request, parent, ...rest);
  }
  // What is missing must be missing at once: the SDK has its own answer to that.
  const path = Module._resolveFilename(request, parent);
  // The runner writes the compiler's version into its log and compares it, whether or not it has anything to compile.
  const version = compiler ? versionOf(path) : undefined;
  let loaded;
  const module = () => (loaded ??= load.call(this, request, parent, ...rest));
  const trap =
    (name) =>
    (_target, ...args) =>
      Reflect[name](module(), ...args);
  return new Proxy(Object.create(null), {
    // The compiler's import helper asks for this mark and copies all keys of a module without it.
    get: (_target, key) => {
      if (loaded === undefined && key === "__esModule") {
        return true;
      }
      return key === "version" && version !== undefined ? version : Reflect.get(module(), key);
    },
    has: trap("has"),
    ownKeys: trap("ownKeys"),
    getOwnPropertyDescriptor: trap("getOwnPropertyDescriptor"),
  });
};
