// The view in 3D: camera, controls by mouse, touch and keyboard, layers, and labels of the contacts.

class Camera {
  constructor() { this.preset("oblique"); this.distance = 1; this.reach = 1; this.centre = 0; }

  preset(name) {
    // Turns about the screen's vertical (yaw) and horizontal (pitch); at 0 the nerve lies along the screen's x, and its
    // end is seen as the cross-section is drawn.
    [this.yaw, this.pitch] = { side: [0, 0.0], end: [-Math.PI / 2, 0], oblique: [0.62, 0.38] }[name];
    this.distance = name === "end" ? 0.55 : 1;
    this.apply();
  }

  apply() {
    const cy = Math.cos(this.yaw), sy = Math.sin(this.yaw), cp = Math.cos(this.pitch), sp = Math.sin(this.pitch);
    // Rows of the rotation: z of the nerve goes to the right, y up, x towards the viewer; then yaw, then pitch.
    const base = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]], yaw = [[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]], pitch = [[1, 0, 0], [0, cp, -sp], [0, sp, cp]];
    const by = (a, b) => a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));
    this.rows = by(pitch, by(yaw, base));
    const r = this.rows, far = this.away ? this.away() : 5, shift = r.map((row) => -row[2] * (this.centre || 0));
    this.turn = new Float32Array([r[0][0], r[1][0], r[2][0], 0, r[0][1], r[1][1], r[2][1], 0, r[0][2], r[1][2], r[2][2], 0, shift[0], shift[1], shift[2] - far, 1]);
  }

  away() { return 3.6 * this.reach * this.distance; }

  lens(aspect) {
    // The reach fits across the width; a tall canvas sees farther up and down instead.
    const across = 3.5 / Math.max(1, aspect / 2.4), near = 0.02 * this.reach, far = 40 * this.reach;
    return new Float32Array([across, 0, 0, 0, 0, across * aspect, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, (2 * far * near) / (near - far), 0]);
  }

  rotate(x, y, z) { return this.rows.map((row) => row[0] * x + row[1] * y + row[2] * z); }

  projector(width, height) {
    const lens = this.lens(width / height), t = this.turn;
    return (x, y, z) => {
      const px = t[0] * x + t[4] * y + t[8] * z + t[12], py = t[1] * x + t[5] * y + t[9] * z + t[13], pz = t[2] * x + t[6] * y + t[10] * z + t[14];
      return [((lens[0] * px) / -pz + 1) * width * 0.5, (1 - (lens[5] * py) / -pz) * height * 0.5, -pz];
    };
  }
}

class SceneView {
  constructor(host, controls) {
    this.host = host;
    this.canvas = element("canvas", { class: "scene", tabindex: "0", role: "img", "aria-label": "Nerve and cuff in 3D" });
    this.labels = element("div", { class: "scene-labels", "aria-hidden": "true" });
    host.append(this.canvas, this.labels);
    this.painter = WebGLPainter.of(this.canvas) || new CanvasPainter(this.canvas);
    this.canvas.dataset.painter = this.painter.name;
    this.camera = new Camera();
    this.layers = new Set(["nerve", "fascicles", "fibers", "insulator", "contacts"]);
    this.whole = false;
    this.coloring = "fascicle";
    this.controls(controls);
    this.listen();
    chosen.listen((keys) => { if (keys.includes("n_sim") || keys.includes("theme")) this.load(); });
    new ResizeObserver(() => this.resize()).observe(host);
    this.load();
  }

  controls(host) {
    const views = element("div", { class: "buttons", role: "group", "aria-label": "View" });
    for (const [name, text] of [["oblique", "Oblique"], ["side", "From the side"], ["end", "Along the nerve"]]) views.append(element("button", { class: "small", text, onclick: () => { this.camera.preset(name); this.draw(); } }));
    for (const [text, factor, title] of [["+", 0.8, "Nearer"], ["−", 1.25, "Farther"]]) views.append(element("button", { class: "small", text, title, "aria-label": title, onclick: () => this.zoom(factor) }));
    const names = { nerve: "epineurium", fascicles: "fascicles", fibers: "fibers", insulator: "insulator", contacts: "contacts", fill: "fill and recess" };
    const boxes = element("div", { class: "boxes", role: "group", "aria-label": "What is shown" });
    for (const [layer, text] of Object.entries(names)) boxes.append(element("label", {}, element("input", { type: "checkbox", checked: this.layers.has(layer), onchange: (event) => { event.target.checked ? this.layers.add(layer) : this.layers.delete(layer); this.load(); } }), text));
    boxes.append(element("label", {}, element("input", { type: "checkbox", onchange: (event) => { this.whole = event.target.checked; this.load(); } }), "whole length"));
    host.append(views, boxes);
    const colorings = [["fascicle", "fascicle"]];
    if (fibers && finite(fibers.threshold).length) colorings.push(["threshold", "threshold"]);
    if (data.potentials && Object.keys(data.potentials).length) colorings.push(["potential", "potential for 1 mA"]);
    if (fibers && colorings.length > 1) chooser(host, "Fibers coloured by", colorings, this.coloring, (value) => { this.coloring = value; this.load(); });
  }

  fiberColor(rows) {
    if (this.coloring === "threshold") {
      const sizes = rows.map(magnitude), [low, high] = extent(finite(sizes));
      return (row) => (magnitude(row) === null ? [213, 94, 0] : sequential((magnitude(row) - low) / (high - low || 1)));
    }
    if (this.coloring === "potential") {
      const middle = data.scene.length_um / 2000, profiles = {};
      let most = 0;
      for (const row of rows) if (data.potentials[row]) { const z = unpack(data.potentials[row].z), v = unpack(data.potentials[row].v); profiles[row] = { x: z, y: v }; for (const value of v) most = Math.max(most, Math.abs(value)); }
      return (row, z) => (profiles[row] ? diverging(0.5 + (0.5 * (Chart.prototype.at.call(null, profiles[row], z + middle) || 0)) / (most || 1)) : [150, 150, 150]);
    }
    return (row) => rgbOf(categorical(fibers.fascicle[row]));
  }

  load() {
    const rows = fibers ? rowsOf(chosen.n_sim) : [], weights = weightsOf(stimulus(chosen.n_sim)), most = 1500, step = Math.ceil(rows.length / most);
    this.weights = weights;
    const shown = rows.filter((_, i) => i % step === 0);
    const scene = sceneSurfaces({ rows: shown, weights, layers: this.layers, whole: this.whole, tinted: this.coloring === "fascicle", varies: this.coloring === "potential", fiberColor: this.fiberColor(shown) });
    Object.assign(this.camera, { reach: scene.reach, centre: scene.centre });
    this.painter.load(scene);
    this.describe(shown.length);
    this.resize();
  }

  describe(count) {
    const contacts = Object.entries(this.weights).map(([contact, weight]) => `contact ${Number(contact) + 1} with weight ${signed(weight)}`);
    const cuffs = data.scene ? data.scene.cuffs.join(" and ") : "no cuff";
    const text = `Nerve and cuff in 3D: ${plural(data.section.outers.length, "fascicle")}, ${plural(count, "fiber")}, cuff ${cuffs}${contacts.length ? ", " + contacts.join(", ") : ""}. Arrow keys turn it, plus and minus zoom, 0 resets.`;
    this.canvas.setAttribute("aria-label", drawn("scene-figure", text));
  }

  zoom(factor) { this.camera.distance = Math.min(Math.max(this.camera.distance * factor, 0.08), 6); this.draw(); }

  resize() {
    const scale = Math.min(devicePixelRatio || 1, 2), width = this.host.clientWidth, height = this.host.clientHeight;
    if (!width || !height) return;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.draw();
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.camera.apply();
      this.painter.draw(this.camera);
      this.drawLabels();
    });
  }

  drawLabels() {
    this.labels.replaceChildren();
    if (!data.scene || !this.layers.has("contacts")) return;
    const project = this.camera.projector(this.host.clientWidth, this.host.clientHeight), middle = data.scene.length_um / 2;
    for (const part of data.scene.parts) if (part.contact !== undefined) {
      const [x, y] = project(part.centre[0] / 1000, part.centre[1] / 1000, (part.centre[2] - middle) / 1000);
      this.labels.append(element("span", { style: `left:${x}px;top:${y}px;border-color:${contactColor(this.weights[part.contact])}`, text: `${part.contact + 1}: ${signed(this.weights[part.contact])}` }));
    }
  }

  listen() {
    const pointers = new Map();
    let spread = 0;
    this.canvas.addEventListener("pointerdown", (event) => { this.canvas.setPointerCapture(event.pointerId); pointers.set(event.pointerId, [event.clientX, event.clientY]); spread = 0; });
    this.canvas.addEventListener("pointermove", (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      pointers.set(event.pointerId, [event.clientX, event.clientY]);
      if (pointers.size === 2) {
        const [a, b] = [...pointers.values()], now = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (spread) this.zoom(spread / now);
        spread = now;
        return;
      }
      this.turn((event.clientX - before[0]) * 0.008, (event.clientY - before[1]) * 0.008);
    });
    for (const kind of ["pointerup", "pointercancel"]) this.canvas.addEventListener(kind, (event) => pointers.delete(event.pointerId));
    // The page scrolls unless the view has been clicked or reached by Tab.
    this.canvas.addEventListener("wheel", (event) => { if (document.activeElement !== this.canvas) return; event.preventDefault(); this.zoom(event.deltaY > 0 ? 1.1 : 0.9); }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => {
      const turns = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
      if (turns[event.key]) this.turn(...turns[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(0.9);
      else if (event.key === "-") this.zoom(1.1);
      else if (event.key === "0") { this.camera.preset("oblique"); this.draw(); }
      else return;
      event.preventDefault();
    });
  }

  turn(yaw, pitch) {
    this.camera.yaw += yaw;
    this.camera.pitch = Math.min(Math.max(this.camera.pitch + pitch, -Math.PI / 2), Math.PI / 2);
    this.draw();
  }
}
