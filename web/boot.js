// Starts the app: a file of its own, so that the page's security policy can forbid inline scripts.
// Trunk writes the names of the compiled files, which carry their hashes, into the tag that loads this.
const tag = document.querySelector("script[data-js][data-wasm]");
const address = (name) => new URL(name, document.baseURI);

try {
  const { default: start } = await import(address(tag.dataset.js));
  await start({ module_or_path: address(tag.dataset.wasm) });
} catch (error) {
  console.error(error);
  document.getElementById("crash").hidden = false;
}
