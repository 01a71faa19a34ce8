// Chromium, and servers for it to talk to. Everything stays on this machine.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { chromium } from "playwright-core";

import { appFolder, candorBinary } from "./support.mjs";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium ($CHROMIUM, or Debian's). Close it with `close()`. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

const MIME_TYPES = {
  ".candor": "application/octet-stream",
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

// As strict as a page with the engine can be.
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/**
 * Serves files on a free port of 127.0.0.1. A key that ends with `/` mounts a folder; any other is one path, given as
 * the path of a file or as bytes. `/` itself is an empty page unless it is mounted. `headers` are added to the usual
 * ones, or replace them.
 */
export async function serveFiles(mounts, headers = {}) {
  const server = createServer(async ({ url: target }, response) => {
    const path = normalize(decodeURIComponent(new URL(target, "http://localhost").pathname));
    try {
      const type = MIME_TYPES[extname(path)] ?? (path.endsWith("/") ? MIME_TYPES[".html"] : "application/octet-stream");
      const bytes = await find(mounts, path);
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY, ...headers }).end(bytes);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end(`${path} is not here\n`);
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}

async function find(mounts, path) {
  const exact = mounts[path];
  if (exact !== undefined && !path.endsWith("/")) return typeof exact === "string" ? readFile(exact) : exact;
  const longestFirst = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const mount = longestFirst.find((prefix) => prefix.endsWith("/") && path.startsWith(prefix));
  if (mount === undefined && path === "/") return "<!doctype html><title>test</title>";
  if (mount === undefined) throw new Error("not mounted");
  const rest = path.slice(mount.length);
  return readFile(join(mounts[mount], rest === "" ? "index.html" : rest));
}

/** Serves the built app and a model with the real `candor serve` on a free port. */
export async function serveApp({ app = appFolder, model } = {}) {
  const options = ["serve", "--app", app, "--port", "0", ...(model ? ["--model", model] : [])];
  const server = spawn(candorBinary, options, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((end) => server.once("exit", end).once("error", end));
  let said = "";
  const url = await new Promise((ready, failed) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
        const [address] = said.match(/http:\/\/127\.0\.0\.1:\d+\//) ?? [];
        if (address) ready(address);
      });
    }
    ended.then(() => failed(new Error(`candor ${options.join(" ")} ended:\n${said}`)));
  });
  return {
    url,
    close: () => {
      server.kill();
      return ended;
    },
  };
}
