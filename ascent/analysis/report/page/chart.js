// Lines over an axis: zoom by dragging or + and −, a cursor by mouse or arrow keys, a legend that hides lines.

function ticks(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw * 0.999) || 10 * power;
  const result = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-9; value += step) result.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  return result;
}

class Chart {
  /* options: figure (id), x and y (labels with units), height, series [{name, x, y, color, dash, width, step}],
     yRange, xRange, cursorText(x) → text, describe() → text, onpick(series) */
  constructor(host, options) {
    Object.assign(this, { height: 280, legend: true }, options, { host, hidden: new Set(), zoomed: null, cursor: null });
    this.margin = { top: 12, right: 14, bottom: 42, left: 62 };
    this.svg = element("svg", { class: "chart", tabindex: "0", role: "img", "aria-roledescription": "chart" });
    this.key = element("div", { class: "legend" });
    this.reset = element("button", { class: "small", text: "Whole range", hidden: true, onclick: () => { this.zoomed = null; this.draw(); } });
    host.append(this.svg, element("div", { class: "under" }, this.key, this.reset));
    this.listen();
    this.seen = new ResizeObserver(() => { if (Math.abs(this.host.clientWidth - this.width) > 2) this.draw(); });
    this.draw();
    this.seen.observe(host);
    Chart.all.push(this);
  }

  update(changes) {
    Object.assign(this, changes);
    this.draw();
  }

  visible() { return this.series.filter((line) => !this.hidden.has(line.name)); }

  limits() {
    const lines = this.visible().length ? this.visible() : this.series;
    const full = this.xRange || extent(lines.flatMap((line) => extent(line.x)));
    const [x0, x1] = this.zoomed || (full[0] === full[1] ? [full[0] - 0.5, full[1] + 0.5] : full);
    let y0 = Infinity, y1 = -Infinity;
    for (const line of lines) for (let i = 0; i < line.x.length; i++) {
      if (line.x[i] < x0 || line.x[i] > x1 || !Number.isFinite(line.y[i])) continue;
      if (line.y[i] < y0) y0 = line.y[i];
      if (line.y[i] > y1) y1 = line.y[i];
    }
    if (y0 > y1) [y0, y1] = [0, 1];
    if (this.yRange) [y0, y1] = this.yRange;
    else { const room = (y1 - y0 || Math.abs(y1) || 1) * 0.06; y0 -= room; y1 += room; }
    return { full, x0, x1, y0, y1 };
  }

  draw(wanted = this.host.clientWidth) {
    this.width = Math.max(wanted, 260);
    const { margin, width, height } = this, { x0, x1, y0, y1 } = this.limits();
    const right = width - margin.right, bottom = height - margin.bottom;
    this.toX = (value) => margin.left + ((value - x0) / (x1 - x0)) * (right - margin.left);
    this.toY = (value) => bottom - ((value - y0) / (y1 - y0)) * (bottom - margin.top);
    this.fromX = (pixel) => x0 + ((pixel - margin.left) / (right - margin.left)) * (x1 - x0);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const label = this.describe ? this.describe() : `${this.y} over ${this.x}`;
    this.svg.setAttribute("aria-label", label);
    if (this.figure) drawn(this.figure, label);
    const clip = `clip-${++Chart.drawings}`;
    const axes = element("g", { class: "axes" });
    for (const value of ticks(x0, x1, Math.max(3, Math.round(width / 110)))) {
      axes.append(element("line", { class: "grid", x1: this.toX(value), x2: this.toX(value), y1: margin.top, y2: bottom }));
      axes.append(element("text", { x: this.toX(value), y: bottom + 17, "text-anchor": "middle", text: number(value) }));
    }
    for (const value of ticks(y0, y1, Math.max(3, Math.round(height / 60)))) {
      axes.append(element("line", { class: value === 0 ? "grid zero" : "grid", x1: margin.left, x2: right, y1: this.toY(value), y2: this.toY(value) }));
      axes.append(element("text", { x: margin.left - 8, y: this.toY(value) + 4, "text-anchor": "end", text: number(value) }));
    }
    axes.append(element("text", { class: "label", x: (margin.left + right) / 2, y: height - 6, "text-anchor": "middle", text: this.x }));
    axes.append(element("text", { class: "label", transform: `translate(14 ${(margin.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle", text: this.y }));
    const lines = element("g", { "clip-path": `url(#${clip})` });
    for (const line of this.visible()) lines.append(this.line(line, x0, x1));
    this.mark = element("g", { class: "mark" });
    this.brush = element("rect", { class: "brush", y: margin.top, height: bottom - margin.top, width: 0 });
    this.svg.replaceChildren(
      element("defs", {}, element("clipPath", { id: clip }, element("rect", { x: margin.left, y: margin.top - 2, width: right - margin.left, height: bottom - margin.top + 4 }))),
      axes, lines, this.mark, this.brush);
    this.reset.hidden = !this.zoomed;
    this.drawLegend();
    this.drawCursor();
  }

  line(line, x0, x1) {
    let path = "", pen = "M";
    const n = line.x.length;
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(line.y[i])) { pen = "M"; continue; }
      if ((line.x[i] < x0 && i + 1 < n && line.x[i + 1] < x0) || (line.x[i] > x1 && i && line.x[i - 1] > x1)) continue;
      const x = this.toX(line.x[i]).toFixed(1), y = this.toY(line.y[i]).toFixed(1);
      path += line.step && pen === "L" ? `H${x}V${y}` : `${pen}${x} ${y}`;
      pen = "L";
    }
    return element("path", { d: path, fill: "none", stroke: line.color, "stroke-width": line.width || 1.8, "stroke-dasharray": line.dash || null, "stroke-opacity": line.opacity || null, "stroke-linejoin": "round", class: "line" });
  }

  drawLegend() {
    this.key.replaceChildren();
    if (!this.legend || this.series.length < 2 || this.series.length > 40) return;
    for (const line of this.series) {
      const sample = element("svg", { viewBox: "0 0 22 8", width: 22, height: 8, "aria-hidden": "true" }, element("line", { x1: 0, x2: 22, y1: 4, y2: 4, stroke: line.color, "stroke-width": 2.5, "stroke-dasharray": line.dash || null }));
      this.key.append(element("button", {
        class: "key", "aria-pressed": String(!this.hidden.has(line.name)), title: "Show or hide this line",
        onclick: () => { this.hidden.has(line.name) ? this.hidden.delete(line.name) : this.hidden.add(line.name); this.draw(); },
      }, sample, element("span", { text: line.name })));
    }
  }

  drawCursor() {
    this.mark.replaceChildren();
    if (this.marker !== null && this.marker !== undefined) this.vertical(this.marker, "marker");
    if (this.cursor !== null) this.vertical(this.cursor, "cursor");
  }

  vertical(value, kind) {
    const x = this.toX(value);
    if (x < this.margin.left - 1 || x > this.width - this.margin.right + 1) return;
    this.mark.append(element("line", { class: kind, x1: x, x2: x, y1: this.margin.top, y2: this.height - this.margin.bottom }));
    if (kind !== "cursor") return;
    for (const line of this.visible()) {
      const y = this.at(line, value);
      if (Number.isFinite(y)) this.mark.append(element("circle", { cx: x, cy: this.toY(y), r: 3.2, fill: line.color }));
    }
  }

  at(line, value) {
    // The value of a line at x: held for steps, interpolated else.
    let low = 0, high = line.x.length - 1;
    if (high < 0 || value < line.x[0] || value > line.x[high]) return line.step && value > line.x[high] ? line.y[high] : NaN;
    while (high - low > 1) { const middle = (low + high) >> 1; line.x[middle] <= value ? (low = middle) : (high = middle); }
    if (line.step) return line.x[high] <= value ? line.y[high] : line.y[low];
    const span = line.x[high] - line.x[low];
    return span > 0 ? line.y[low] + ((value - line.x[low]) / span) * (line.y[high] - line.y[low]) : line.y[high];
  }

  readout(event) {
    const rows = this.visible().map((line) => [line, this.at(line, this.cursor)]).filter(([, y]) => Number.isFinite(y));
    rows.sort((a, b) => b[1] - a[1]);
    const unit = (this.y.match(/\(([^)]*)\)\s*$/) || ["", ""])[1];
    const lines = rows.slice(0, 9).map(([line, y]) => element("div", { class: "reading" }, element("i", { style: `background:${line.color}` }), element("span", { text: `${line.name ? line.name + ": " : ""}${number(y)} ${unit}` })));
    if (rows.length > 9) lines.push(element("div", { text: `and ${rows.length - 9} more` }));
    tooltip.show(event, element("strong", { text: `${this.x.replace(/\s*\(.*/, "")} ${number(this.cursor)} ${(this.x.match(/\(([^)]*)\)\s*$/) || ["", ""])[1]}` }), ...lines);
  }

  zoom(low, high) {
    const { full } = this.limits();
    const least = (full[1] - full[0]) * 1e-4;
    low = Math.max(low, full[0]); high = Math.min(high, full[1]);
    if (high - low < least) return;
    this.zoomed = low <= full[0] && high >= full[1] ? null : [low, high];
    this.draw();
  }

  listen() {
    let start = null;
    const pixel = (event) => { const box = this.svg.getBoundingClientRect(); return ((event.clientX - box.left) / box.width) * this.width; };
    this.svg.addEventListener("pointerdown", (event) => { if (event.pointerType !== "touch" && event.button === 0) start = pixel(event); });
    this.svg.addEventListener("pointermove", (event) => {
      const x = Math.min(Math.max(pixel(event), this.margin.left), this.width - this.margin.right);
      if (start !== null) { this.brush.setAttribute("x", Math.min(start, x)); this.brush.setAttribute("width", Math.abs(x - start)); }
      this.cursor = this.fromX(x);
      this.drawCursor();
      this.readout(event);
    });
    addEventListener("pointerup", (event) => {
      if (start === null) return;
      const end = pixel(event), from = start;
      start = null;
      this.brush.setAttribute("width", 0);
      if (Math.abs(end - from) > 6) this.zoom(this.fromX(Math.min(from, end)), this.fromX(Math.max(from, end)));
      else if (this.onpick) this.onpick(this.fromX(end));
    });
    this.svg.addEventListener("pointerleave", () => { this.cursor = null; this.drawCursor(); tooltip.hide(); });
    this.svg.addEventListener("blur", () => { this.cursor = null; this.drawCursor(); tooltip.hide(); });
    this.svg.addEventListener("dblclick", () => { this.zoomed = null; this.draw(); });
    this.svg.addEventListener("keydown", (event) => {
      const { x0, x1 } = this.limits(), middle = this.cursor ?? (x0 + x1) / 2, step = (x1 - x0) / (event.shiftKey ? 10 : 100);
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        this.cursor = Math.min(Math.max(middle + (event.key === "ArrowLeft" ? -step : step), x0), x1);
        this.drawCursor();
        const box = this.svg.getBoundingClientRect();
        this.readout({ clientX: box.left + (this.toX(this.cursor) / this.width) * box.width, clientY: box.top + 30 });
      } else if (event.key === "+" || event.key === "=") this.zoom(middle - (x1 - x0) / 4, middle + (x1 - x0) / 4);
      else if (event.key === "-") this.zoom(middle - (x1 - x0), middle + (x1 - x0));
      else if (event.key === "0" || event.key === "Escape") { this.zoomed = null; this.draw(); }
      else return;
      event.preventDefault();
    });
  }
}

Chart.all = [];
Chart.drawings = 0;
