"use strict";
// What all parts of the page share: data, numbers as text, elements, colours, the tooltip, and what is chosen.

const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const svgNames = new Set(["svg", "g", "path", "line", "circle", "rect", "text", "polyline", "title", "desc", "defs", "linearGradient", "stop", "clipPath", "pattern"]);
  const node = svgNames.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

function unpack(block) {
  const bytes = Uint8Array.from(atob(block.f32), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(bytes.length / 4);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  return values;
}

function number(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(Math.max(digits - 2, 1)) : String(Number(value.toPrecision(digits)));
  return text.replace("-", "−").replace(/e\+?/, "e");
}

const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;
const unique = (values) => [...new Set(values)].sort((a, b) => a - b);
const finite = (values) => values.filter((value) => value !== null && Number.isFinite(value));
function extent(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) if (Number.isFinite(value)) { if (value < low) low = value; if (value > high) high = value; }
  return low <= high ? [low, high] : [0, 1];
}
function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Okabe and Ito's colours, which people with any colour vision can tell apart; black and yellow left out for both themes.
const PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#7F7F7F"];
const categorical = (index) => PALETTE[((index % PALETTE.length) + PALETTE.length) % PALETTE.length];
const dashed = (index) => ["", "6 3", "2 3", "8 3 2 3"][Math.floor(index / PALETTE.length) % 4];
// Viridis (van der Walt and Smith 2015), from high to low, as the pictures of ascent have it.
const VIRIDIS = ["fde725", "c8e020", "90d743", "5ec962", "35b779", "20a387", "21918c", "287c8e", "31688e", "3b528b", "443983", "481f70", "440154"];
function between(table, fraction) {
  const place = Math.min(Math.max(fraction, 0), 1) * (table.length - 1), first = Math.min(Math.floor(place), table.length - 2);
  const channel = (text, part) => parseInt(text.slice(2 * part, 2 * part + 2), 16);
  return [0, 1, 2].map((part) => Math.round(channel(table[first], part) + (place - first) * (channel(table[first + 1], part) - channel(table[first], part))));
}
const css = (rgb) => `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;
const sequential = (fraction) => between(VIRIDIS, fraction);
const diverging = (fraction) => between(["1457a8", "4d94d0", "9dbbd6", "bdbdbd", "e0ab96", "df6d4c", "b2182b"], fraction);
function rgbOf(color) {
  const text = color.trim().replace("#", "");
  return [0, 1, 2].map((part) => parseInt(text.slice(2 * part, 2 * part + 2), 16));
}
const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const tooltip = {
  node: element("div", { class: "tooltip", role: "status" }),
  show(event, ...lines) {
    this.node.replaceChildren(...lines.map((line) => (line instanceof Node ? line : element("div", { text: line }))));
    this.node.style.display = "block";
    const box = this.node.getBoundingClientRect();
    this.node.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8))}px`;
    this.node.style.top = `${event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18}px`;
  },
  hide() { this.node.style.display = "none"; },
};
document.body.append(tooltip.node);

// What the user has chosen; parts of the page draw themselves anew when it changes.
const chosen = {
  n_sim: data.stimuli && data.stimuli.length ? data.stimuli[0].name : null, fiber: null, amplitude: null, listeners: [],
  listen(listener) { this.listeners.push(listener); },
  set(changes) {
    Object.assign(this, changes);
    for (const listener of this.listeners) listener(Object.keys(changes));
  },
};

const fibers = data.fibers;
const rowsOf = (name) => (fibers ? fibers.n_sim.map((other, row) => (other === name ? row : -1)).filter((row) => row >= 0) : []);
const magnitude = (row) => (fibers.threshold[row] === null ? null : Math.abs(fibers.threshold[row]));
const stimulus = (name) => (data.stimuli || []).find((entry) => entry.name === name);
function titleOf(entry) {
  const sizes = entry.diameters, range = sizes.length === 1 ? number(sizes[0]) : `${number(sizes[0])} to ${number(sizes[sizes.length - 1])}`;
  const same = data.stimuli.filter((other) => String(other.diameters) === String(sizes) && other.model === entry.model);
  return `${range} µm, ${entry.model}${same.length > 1 ? ` (n_sim ${entry.name})` : ""}`;
}
function fiberTitle(row) {
  return `fascicle ${fibers.fascicle[row]}, inner ${fibers.inner[row]}, fiber ${fibers.fiber[row]} of n_sim ${fibers.n_sim[row]}`;
}
function weightsOf(entry) {
  // Weight of each contact (mA for 1 mA), by its number; of several cuffs one stimulates.
  const weights = {}, seen = {};
  for (const part of data.scene ? data.scene.parts : []) {
    if (part.contact === undefined) continue;
    seen[part.cuff_index] = (seen[part.cuff_index] ?? -1) + 1;
    const stimulates = entry && (entry.sources.cuff_index ?? part.cuff_index) === part.cuff_index;
    weights[part.contact] = (stimulates && entry.sources[part.cuff] && entry.sources[part.cuff][seen[part.cuff_index]]) || 0;
  }
  return weights;
}
const signed = (value) => (value > 0 ? "+" : "") + number(value);
const contactColor = (weight) => (weight > 0 ? "#D55E00" : weight < 0 ? "#0072B2" : "#9a9a9a");

function chooser(host, label, options, value, changed) {
  const select = element("select", { onchange: (event) => changed(event.target.value) });
  for (const [key, text] of options) select.append(element("option", { value: key, text, selected: key === value }));
  host.append(element("label", { class: "control" }, element("span", { text: label }), select));
  return select;
}
function nSimChooser(host) {
  if (!data.stimuli || data.stimuli.length < 2) return;
  const select = chooser(host, "Fibers", data.stimuli.map((entry) => [entry.name, titleOf(entry)]), chosen.n_sim, (name) => chosen.set({ n_sim: name, fiber: null }));
  chosen.listen((keys) => { if (keys.includes("n_sim")) select.value = chosen.n_sim; });
}
function drawn(figure, description) {
  // The alternative text of a figure, made from what it shows.
  const node = document.getElementById(figure).querySelector(".description");
  if (node) node.textContent = description;
  return description;
}
