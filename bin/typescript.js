"use strict";

// TypeScript runs as it stands: no build step between a change and its preview. tsx would also read every file of every
// package for import statements, an eighth of a preview's time; packages are loaded as Node does it, and only those that
// are ES modules throughout, which older versions of Node refuse, go through tsx.
const Module = require("node:module");

const asNodeDoes = Module._extensions[".js"];
const resolvedByNode = Module._resolveFilename;
// Called explicitly, because `require("tsx/cjs")` does nothing where a parent process was started with it.
require("tsx/cjs/api").register();
const asTsxDoes = Module._extensions[".js"];
const resolvedByTsx = Module._resolveFilename;
const inPackage = (path) => /[\\/]node_modules[\\/]/.test(path);

// tsx also turns source maps on, and Node then reads and parses those of the packages, a tenth of a preview's time. Only
// the project's own files are debugged here.
const withSourceMaps = (wanted, load) => {
  const before = process.sourceMapsEnabled;
  process.setSourceMapsEnabled(wanted);
  try {
    return load();
  } finally {
    process.setSourceMapsEnabled(before);
  }
};
/** The modules of packages that went no way through tsx. */
const plain = new WeakSet();
const loadPackage = (module, path) => {
  plain.add(module);
  try {
    return asNodeDoes(module, path);
  } catch (error) {
    // Node refuses such a file before anything in it runs.
    if (error?.code !== "ERR_REQUIRE_ESM") {
      throw error;
    }
    plain.delete(module);
    return asTsxDoes(module, path);
  }
};

Module._extensions[".js"] = (module, path) =>
  inPackage(path)
    ? withSourceMaps(false, () => loadPackage(module, path))
    : withSourceMaps(true, () => asTsxDoes(module, path));
const typeScript = Module._extensions[".ts"];
Module._extensions[".ts"] = (module, path) => withSourceMaps(true, () => typeScript(module, path));

// What a package of JavaScript asks for is found as Node finds it, without a look for TypeScript first.
Module._resolveFilename = function (request, parent, ...rest) {
  if (plain.has(parent)) {
    return resolvedByNode.call(this, request, parent, ...rest);
  }
  return resolvedByTsx.call(this, request, parent, ...rest);
};
