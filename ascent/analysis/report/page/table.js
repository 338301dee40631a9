// The table of fibers: sorted by any column, filtered by text or by comparisons (>0.1, <=3, 0.1..0.2), a page at a time.

class FiberTable {
  constructor(host) {
    this.columns = [
      { key: "n_sim", name: "n_sim", text: true }, { key: "fascicle", name: "fascicle" }, { key: "inner", name: "inner" }, { key: "fiber", name: "fiber" },
      { key: "diameter", name: "diameter (µm)" }, { key: "x", name: "x (µm)" }, { key: "y", name: "y (µm)" }, { key: "threshold", name: "threshold (mA)" },
      { key: "runs", name: "runs" }, { key: "engine", name: "engine", text: true }, { key: "status", name: "status", text: true },
    ];
    Object.assign(this, { host, filters: {}, sort: null, descending: false, page: 0, size: 25 });
    this.build();
    this.refresh();
    chosen.listen((keys) => { if (keys.includes("fiber")) this.reveal(); });
  }

  build() {
    const head = element("tr", {}), filters = element("tr", { class: "filters" });
    for (const column of this.columns) {
      column.button = element("button", { class: "sort", text: column.name, onclick: () => this.sortBy(column) });
      column.cell = element("th", { scope: "col", "aria-sort": "none" }, column.button);
      head.append(column.cell);
      const input = element("input", { type: "search", "aria-label": `Filter ${column.name}`, placeholder: column.text ? "text" : "> 0", oninput: (event) => this.filter(column, event.target) });
      filters.append(element("td", {}, input));
    }
    this.body = element("tbody", {});
    this.count = element("span", { class: "count", role: "status" });
    this.pages = element("span", { class: "pages" });
    const size = element("select", { "aria-label": "Rows a page", onchange: (event) => { this.size = Number(event.target.value); this.page = 0; this.refresh(); } });
    for (const rows of [25, 100, 1000]) size.append(element("option", { value: rows, text: `${rows} rows` }));
    const save = element("button", { class: "small", text: "Save these rows as CSV", onclick: () => this.save() });
    this.host.append(
      element("div", { class: "scroll" }, element("table", { class: "fibers" }, element("caption", { text: "Fibers and their thresholds" }), element("thead", {}, head, filters), this.body)),
      element("div", { class: "controls under" }, this.count, this.pages, size, save));
  }

  sortBy(column) {
    if (this.sort === column) this.descending = !this.descending;
    else Object.assign(this, { sort: column, descending: false });
    for (const other of this.columns) other.cell.setAttribute("aria-sort", other !== column ? "none" : this.descending ? "descending" : "ascending");
    this.page = 0;
    this.refresh();
  }

  filter(column, input) {
    const test = FiberTable.test(input.value, column.text);
    input.setAttribute("aria-invalid", String(test === null));
    this.filters[column.key] = test || undefined;
    this.page = 0;
    this.refresh();
  }

  static test(text, textual) {
    // A predicate for what was typed; undefined for nothing, null for what cannot be understood.
    const wanted = text.trim().replaceAll("−", "-");
    if (!wanted) return undefined;
    if (textual) return (value) => String(value).toLowerCase().includes(wanted.toLowerCase());
    const range = wanted.match(/^(-?[\d.]+(?:e-?\d+)?)\s*\.\.\s*(-?[\d.]+(?:e-?\d+)?)$/i), comparison = wanted.match(/^(<=|>=|<|>|=)?\s*(-?[\d.]+(?:e-?\d+)?)$/i);
    if (range) return (value) => value !== null && value >= Number(range[1]) && value <= Number(range[2]);
    if (!comparison || Number.isNaN(Number(comparison[2]))) return null;
    const limit = Number(comparison[2]), equal = (value) => Math.abs(value - limit) <= Math.abs(limit) * 1e-9;
    const tests = { "<": (value) => value < limit, ">": (value) => value > limit, "<=": (value) => value <= limit, ">=": (value) => value >= limit, "=": equal };
    const test = tests[comparison[1] || "="];
    return (value) => value !== null && test(value);
  }

  rows() {
    const tests = Object.entries(this.filters).filter(([, test]) => test);
    const rows = fibers.n_sim.map((_, row) => row).filter((row) => tests.every(([key, test]) => test(fibers[key][row])));
    if (!this.sort) return rows;
    const values = fibers[this.sort.key], sign = this.descending ? -1 : 1;
    // What is missing comes last in either direction.
    return rows.sort((a, b) => (values[a] === null) - (values[b] === null) || sign * (typeof values[a] === "number" ? values[a] - values[b] : String(values[a]).localeCompare(String(values[b]), "en", { numeric: true })) || a - b);
  }

  refresh() {
    this.found = this.rows();
    const last = Math.max(0, Math.ceil(this.found.length / this.size) - 1);
    this.page = Math.min(this.page, last);
    const shown = this.found.slice(this.page * this.size, (this.page + 1) * this.size);
    this.body.replaceChildren(...shown.map((row) => element("tr", { class: row === chosen.fiber ? "picked" : null, tabindex: "0", onclick: () => chosen.set({ fiber: row, n_sim: fibers.n_sim[row] }), onkeydown: (event) => { if (event.key === "Enter") chosen.set({ fiber: row, n_sim: fibers.n_sim[row] }); } },
      ...this.columns.map((column) => element("td", { class: column.text ? "text" : "number", text: column.text ? fibers[column.key][row] : number(fibers[column.key][row], 6) })))));
    this.count.textContent = this.found.length === fibers.n_sim.length ? plural(this.found.length, "fiber") : `${this.found.length} of ${plural(fibers.n_sim.length, "fiber")}`;
    const go = (page, text, title) => element("button", { class: "small", text, "aria-label": title, disabled: page < 0 || page > last, onclick: () => { this.page = page; this.refresh(); } });
    this.pages.replaceChildren(go(this.page - 1, "‹", "Previous page"), element("span", { text: ` page ${this.page + 1} of ${last + 1} ` }), go(this.page + 1, "›", "Next page"));
  }

  reveal() {
    const place = chosen.fiber === null ? -1 : this.found.indexOf(chosen.fiber);
    if (place >= 0) this.page = Math.floor(place / this.size);
    this.refresh();
  }

  save() {
    const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
    const lines = [this.columns.map((column) => column.name), ...this.found.map((row) => this.columns.map((column) => fibers[column.key][row]))];
    const link = element("a", { href: URL.createObjectURL(new Blob([lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n"], { type: "text/csv" })), download: `${data.name}_fibers.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
