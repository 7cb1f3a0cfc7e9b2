"use strict";

// TypeScript runs as it stands: no build step between a change and its preview. tsx would also read every file of every
// package for import statements, an eighth of a preview's time; packages are loaded as Node does it, and only those that
// are ES modules throughout, which older versions of Node refuse, go through tsx.
const Module = require("node:module");

const asNodeDoes = Module._extensions[".js"];
// Called explicitly, because `require("tsx/cjs")` does nothing where a parent process was started with it.
require("tsx/cjs/api").register();
const asTsxDoes = Module._extensions[".js"];

Module._extensions[".js"] = function (module, path) {
  if (!/[\\/]node_modules[\\/]/.test(path)) {
    return asTsxDoes(module, path);
  }
  try {
    return asNodeDoes(module, path);
  } catch (error) {
    // Node refuses such a file before anything in it runs.
    if (error?.code !== "ERR_REQUIRE_ESM") {
      throw error;
    }
    return asTsxDoes(module, path);
  }
};
