// Builds static/dist and static/vendor from these sources. Run: npm ci && npm run build
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../dist");
const vendor = join(here, "../vendor");
const modules = join(here, "node_modules");
for (const folder of [dist, vendor]) mkdirSync(folder, { recursive: true });

function packageOf(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
}

// Styles.
execFileSync(
  process.execPath,
  [join(modules, "@tailwindcss/cli/dist/index.mjs"), "--input", "css/app.css", "--output", join(dist, "app.css"), "--minify"],
  { cwd: here, stdio: ["ignore", "ignore", "inherit"] },
);
for (const name of ["calendar", "swagger"]) {
  await build({ entryPoints: [join(here, `css/${name}.css`)], outfile: join(dist, `${name}.css`), minify: true, logLevel: "warning" });
}

// Scripts.
const script = { bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "none", logLevel: "warning" };
for (const name of ["early", "app"]) {
  await build({ ...script, entryPoints: [join(here, `js/${name}.js`)], outfile: join(dist, `${name}.js`) });
}
mkdirSync(join(vendor, "fullcalendar"), { recursive: true });
await build({ ...script, entryPoints: [join(here, "js/fullcalendar.js")], outfile: join(vendor, "fullcalendar/fullcalendar.js") });

// Icons: one sprite of the names in icons.txt (lucide) and the drawings in icons/.
const names = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter(Boolean);
const own = readdirSync(join(here, "icons")).map((file) => file.replace(".svg", ""));
const symbol = (name, file) => {
  const source = readFileSync(file, "utf8").replace(/<!--.*?-->/gs, "");
  const inner = source.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace("</svg>", "").replace(/\s+/g, " ").replace(/> </g, "><").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
};
const symbols = [
  ...names.map((name) => symbol(name, join(modules, "lucide-static/icons", `${name}.svg`))),
  ...own.map((name) => symbol(name, join(here, "icons", `${name}.svg`))),
].sort();
writeFileSync(join(dist, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

cpSync(join(here, "images"), dist, { recursive: true });

// Fonts and licenses.
mkdirSync(join(vendor, "inter"), { recursive: true });
for (const subset of ["latin", "latin-ext"]) {
  cpSync(
    join(modules, "@fontsource-variable/inter/files", `inter-${subset}-wght-normal.woff2`),
    join(vendor, "inter", `inter-${subset}.woff2`),
  );
}
const vendored = JSON.parse(readFileSync(join(here, "vendored.json"), "utf8"));
const rows = [];
for (const { folder, name, where } of vendored) {
  mkdirSync(join(vendor, folder), { recursive: true });
  const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
  // Alpine's package carries no license file; its text is in licenses/.
  cpSync(file ? join(modules, name, file) : join(here, "licenses", folder), join(vendor, folder, "LICENSE"));
  const { version, license } = packageOf(name);
  rows.push(`| ${name} | ${version} | ${license} | ${where} |`);
}
writeFileSync(
  join(vendor, "README.md"),
  [
    "# Vendored front-end libraries",
    "",
    "Written by `static/src/build.mjs`; each license is beside it in `static/vendor/<folder>/LICENSE`.",
    "",
    "| package | version | license | where it ends up |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n"),
);

for (const file of ["dist/app.css", "dist/calendar.css", "dist/app.js", "dist/icons.svg", "vendor/fullcalendar/fullcalendar.js"]) {
  const bytes = readFileSync(join(here, "..", file));
  console.log(`${file.padEnd(38)} ${(bytes.length / 1024).toFixed(1).padStart(7)} kB ${(gzipSync(bytes).length / 1024).toFixed(1).padStart(6)} kB gz`);
}
