// The cross-section: outlines, contacts seen along the nerve, and fibers coloured by what the caller says.

class SectionView {
  /* options: figure (id), color(row) → css colour or null, shape(row) → "circle" | "square" | "cross", rows(),
     contacts (boolean), labels (boolean), fill(fascicle) → css colour, describe() → text */
  constructor(host, options) {
    Object.assign(this, { contacts: true, labels: true }, options, { host });
    this.svg = element("svg", { class: "section", role: "img" });
    host.append(this.svg);
    this.svg.addEventListener("pointermove", (event) => this.hover(event));
    this.svg.addEventListener("pointerleave", () => tooltip.hide());
    this.svg.addEventListener("click", (event) => {
      const row = event.target.getAttribute && event.target.getAttribute("data-row");
      if (row !== null && row !== undefined) chosen.set({ fiber: Number(row) === chosen.fiber ? null : Number(row) });
    });
    this.draw();
  }

  bounds() {
    const outlines = [data.section.nerve || data.section.outers[0]];
    if (this.contacts && data.scene) for (const part of data.scene.parts) {
      if (part.contact !== undefined || part.role === "insulator") for (const polygon of part.silhouette) outlines.push(polygon.shell);
    }
    const [x0, x1] = extent(outlines.flatMap((points) => extent(points.map((point) => point[0]))));
    const [y0, y1] = extent(outlines.flatMap((points) => extent(points.map((point) => point[1]))));
    const room = 0.05 * Math.max(x1 - x0, y1 - y0);
    return { x0: x0 - room, x1: x1 + room, y0: y0 - room, y1: y1 + room };
  }

  draw() {
    const { x0, x1, y0, y1 } = this.bounds();
    this.size = Math.max(x1 - x0, y1 - y0);
    this.svg.setAttribute("viewBox", `${x0} ${-y1} ${x1 - x0} ${y1 - y0 + this.size * 0.07}`);
    const path = (points) => `M${points.map((point) => `${point[0]} ${-point[1]}`).join("L")}Z`;
    const hair = this.size / 500, group = element("g", { "stroke-width": hair });
    if (this.contacts) group.append(...this.cuff(path, hair));
    if (data.section.nerve) group.append(element("path", { d: path(data.section.nerve), class: "nerve", "stroke-width": 1.6 * hair }));
    for (const outer of data.section.outers) group.append(element("path", { d: path(outer), class: "perineurium", "stroke-width": hair }));
    for (const inner of data.section.inners) {
      const fill = this.fill ? this.fill(inner.fascicle) : null;
      group.append(element("path", { d: path(inner.points), class: "endoneurium", style: fill ? `fill:${fill};fill-opacity:.22` : null, "stroke-width": hair, "data-title": `fascicle ${inner.fascicle}, inner ${inner.index}` }));
    }
    this.points = element("g", {});
    group.append(this.points);
    if (this.labels) group.append(...this.names());
    group.append(...this.scaleBar(x0, x1, y0));
    this.svg.replaceChildren(group);
    this.drawFibers();
  }

  cuff(path, hair) {
    if (!data.scene) return [];
    const weights = weightsOf(stimulus(chosen.n_sim)), result = [];
    const ring = (polygon) => [polygon.shell, ...polygon.holes].map(path).join("");
    for (const part of data.scene.parts) if (part.role === "insulator") for (const polygon of part.silhouette) {
      result.push(element("path", { d: ring(polygon), class: "insulator", "fill-rule": "evenodd", "data-title": `insulator of ${part.label}` }));
    }
    // Contacts behind each other stay visible: all but the first are striped.
    for (const part of data.scene.parts) if (part.contact) {
      const width = this.size / 70;
      result.push(element("pattern", { id: `${this.figure}-stripes-${part.contact}`, patternUnits: "userSpaceOnUse", width, height: width, patternTransform: `rotate(${40 + 50 * part.contact})` },
        element("rect", { width: width / 2, height: width, fill: contactColor(weights[part.contact]) })));
    }
    for (const part of data.scene.parts) if (part.contact !== undefined) for (const polygon of part.silhouette) {
      const weight = weights[part.contact];
      result.push(element("path", { d: ring(polygon), class: "contact", "fill-rule": "evenodd", style: `fill:${part.contact ? `url(#${this.figure}-stripes-${part.contact})` : contactColor(weight)};stroke:${contactColor(weight)}`, "stroke-width": 1.2 * hair, "data-title": `contact ${part.contact + 1}, ${part.label}, weight ${signed(weight)}, z ${number(part.centre[2] / 1000)} mm` }));
    }
    return result;
  }

  names() {
    const seen = new Set(), size = this.size / 34;
    return data.section.inners.filter((inner) => !seen.has(inner.fascicle) && seen.add(inner.fascicle)).map((inner) => {
      const outer = data.section.outers[inner.fascicle], xs = outer.map((point) => point[0]), ys = outer.map((point) => point[1]);
      const high = Math.max(...ys), at = xs[ys.indexOf(high)];
      return element("text", { x: at, y: -high - size * 0.35, "font-size": size, "text-anchor": "middle", class: "name", "stroke-width": size / 5, text: String(inner.fascicle) });
    });
  }

  scaleBar(x0, x1, y0) {
    const wanted = (x1 - x0) / 5, power = 10 ** Math.floor(Math.log10(wanted));
    const length = [5, 2, 1].map((factor) => factor * power).find((size) => size <= wanted), y = -y0 + this.size * 0.012, right = x1 - this.size * 0.03;
    const text = length >= 1000 ? `${length / 1000} mm` : `${length} µm`;
    return [element("line", { x1: right - length, x2: right, y1: y, y2: y, class: "bar", "stroke-width": this.size / 160 }), element("text", { x: right - length / 2, y: y + this.size / 26, "font-size": this.size / 34, "text-anchor": "middle", class: "name", "stroke-width": 0, text })];
  }

  drawFibers() {
    const rows = this.rows ? this.rows() : [], count = Math.max(rows.length, 1);
    const radius = Math.min(this.size / 95, Math.max(this.size / 260, this.size / (9 * Math.sqrt(count))));
    const marks = rows.map((row) => this.fiber(row, radius));
    this.points.replaceChildren(...marks);
    if (chosen.fiber !== null && rows.includes(chosen.fiber)) {
      this.points.append(element("circle", { cx: fibers.x[chosen.fiber], cy: -fibers.y[chosen.fiber], r: radius * 2, class: "picked", "stroke-width": radius / 2 }));
    }
    const text = this.describe ? this.describe() : "Cross-section of the nerve";
    this.svg.setAttribute("aria-label", text);
    if (this.figure) drawn(this.figure, text);
  }

  fiber(row, radius) {
    const x = fibers.x[row], y = -fibers.y[row], shape = this.shape ? this.shape(row) : "circle";
    const common = { "data-row": row, class: `fiber ${shape}`, "stroke-width": radius / 6 };
    if (shape === "cross") return element("path", { ...common, d: `M${x - radius} ${y - radius}L${x + radius} ${y + radius}M${x - radius} ${y + radius}L${x + radius} ${y - radius}`, "stroke-width": radius / 2 });
    const style = `fill:${this.color(row) || "none"}`;
    if (shape === "square") return element("rect", { ...common, style, x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
    return element("circle", { ...common, style, cx: x, cy: y, r: radius });
  }

  hover(event) {
    const row = event.target.getAttribute("data-row"), title = event.target.getAttribute("data-title");
    if (row !== null) {
      tooltip.show(event, element("strong", { text: fiberTitle(row) }), `x ${number(fibers.x[row])} µm, y ${number(fibers.y[row])} µm, diameter ${number(fibers.diameter[row])} µm`, fibers.threshold[row] === null ? fibers.status[row] : `threshold ${number(fibers.threshold[row])} mA`);
    } else if (title) tooltip.show(event, title);
    else tooltip.hide();
  }
}
