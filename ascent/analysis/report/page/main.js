// Starts the page: theme, sections that have data, and what printing needs.

function theme() {
  const button = document.getElementById("theme"), names = ["auto", "light", "dark"];
  const apply = (name) => {
    document.documentElement.dataset.theme = name;
    button.textContent = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" }[name];
    chosen.set({ theme: name });
  };
  let now = "auto";
  button.addEventListener("click", () => { now = names[(names.indexOf(now) + 1) % 3]; apply(now); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chosen.set({ theme: now }));
}

function started(name, start) {
  // A section that fails says so in its place and leaves the others alone.
  try { start(); } catch (error) {
    console.error(`${name}: ${error.stack || error}`);
    const host = document.getElementById(name);
    if (host) host.append(element("p", { class: "note", text: `This section could not be drawn: ${error.message}` }));
  }
}

theme();
if (data.section) {
  started("section-figure", crossSection);
  started("scene-figure", () => new SceneView(document.querySelector("#scene-figure .plot"), document.querySelector("#scene-figure .controls")));
}
if (data.stimuli && data.stimuli.length) started("waveform-figure", waveform);
if (data.stimuli && data.potentials && Object.keys(data.potentials).length) started("potential-figure", potentials);
if (fibers && data.section && finite(fibers.threshold).length && data.stimuli && data.stimuli.length) started("heatmap-figure", thresholds);
if (fibers) started("fiber-table", () => new FiberTable(document.getElementById("fiber-table")));
if (data.network) started("network", networkSection);

const filter = document.getElementById("configuration-filter");
if (filter) filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const row of document.querySelectorAll("#configuration tr[data-key]")) row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted) && !row.dataset.key.toLowerCase().includes(wanted);
});
const only = document.getElementById("configuration-overridden");
if (only) only.addEventListener("change", () => document.getElementById("configuration").classList.toggle("only-overridden", only.checked));

const places = [...document.querySelectorAll("nav a")];
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) for (const link of places) {
    if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}, { rootMargin: "-20% 0px -70% 0px" });
for (const section of document.querySelectorAll("main > section")) watcher.observe(section);

const folded = [];
const PAPER = 640;
addEventListener("beforeprint", () => { for (const chart of Chart.all) chart.draw(PAPER); for (const node of document.querySelectorAll("details.print-open:not([open])")) { node.open = true; folded.push(node); } });
addEventListener("afterprint", () => { for (const chart of Chart.all) chart.draw(); while (folded.length) folded.pop().open = false; });
document.documentElement.dataset.ready = "true";
