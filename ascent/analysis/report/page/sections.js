// The sections of a nerve study, each from the classes above.

function scaleBarOf(host, low, high, unit) {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((part) => `${css(sequential(part))} ${100 * part}%`).join(",");
  host.replaceChildren(element("span", { text: number(low, 3) }), element("i", { style: `background:linear-gradient(to right,${stops})` }), element("span", { text: `${number(high, 3)} ${unit}` }));
}

function crossSection() {
  const host = document.querySelector("#section-figure .plot");
  const view = new SectionView(host, {
    figure: "section-figure", rows: () => (fibers ? rowsOf(chosen.n_sim) : []), color: (row) => categorical(fibers.fascicle[row]), fill: categorical,
    describe: () => `Cross-section of the nerve: ${plural(data.section.outers.length, "fascicle")} with ${number(data.section.endoneurium_um2 / 1e6, 3)} mm² of endoneurium${data.section.nerve ? ` in a nerve of ${number(data.section.area_um2 / 1e6, 3)} mm²` : ""}${fibers ? `, ${plural(rowsOf(chosen.n_sim).length, "fiber")}` : ""}${data.scene ? ", and the contacts of the cuff as seen along the nerve" : ""}.`,
  });
  chosen.listen((keys) => { if (keys.includes("n_sim")) view.draw(); else if (keys.includes("fiber")) view.drawFibers(); });
  const key = document.querySelector("#section-figure .key-line"), weights = weightsOf(stimulus(chosen.n_sim));
  for (const [weight, text] of [[1, "contact, weight > 0"], [-1, "contact, weight < 0"], [0, "contact, no current"]]) if (Object.values(weights).some((value) => Math.sign(value) === weight)) key.append(element("span", {}, element("i", { style: `background:${contactColor(weight)}` }), text));
  if (data.scene) key.append(element("span", {}, element("i", { class: "swatch-insulator" }), "insulator"));
}

function waveform() {
  const host = document.querySelector("#waveform-figure .plot"), controls = document.querySelector("#waveform-figure .controls");
  const distinct = [], same = (a, b) => a.amplitude.length === b.amplitude.length && a.amplitude.every((value, i) => value === b.amplitude[i]) && a.time.every((value, i) => value === b.time[i]);
  for (const entry of data.stimuli) if (!distinct.some((other) => same(other, entry))) distinct.push(entry);
  const series = distinct.slice(0, 12).map((entry, i) => ({ name: distinct.length > 1 ? `n_sim ${entry.name}` : "", x: entry.time, y: entry.amplitude, color: categorical(i), dash: dashed(i) }));
  const first = distinct[0];
  new Chart(host, {
    figure: "waveform-figure", x: "time (ms)", y: "relative amplitude", height: 230, series,
    describe: () => `${first.waveform.replaceAll("_", " ").toLowerCase()} of ${number(first.duration_ms)} ms in steps of ${number(first.dt_ms)} ms, from ${number(extent(first.amplitude)[0])} to ${number(extent(first.amplitude)[1])} times the amplitude${distinct.length > 1 ? `; ${distinct.length} waveforms in all` : ""}.`,
  });
  const weights = weightsOf(stimulus(chosen.n_sim));
  controls.append(...Object.entries(weights).map(([contact, weight]) => element("span", { class: "chip" }, element("i", { style: `background:${contactColor(weight)}` }), `contact ${Number(contact) + 1}: ${signed(weight)}`)));
}

function potentials() {
  const figure = document.getElementById("potential-figure"), plots = figure.querySelectorAll(".plot");
  nSimChooser(figure.querySelector(".controls"));
  const profile = (row, key) => ({ x: unpack(data.potentials[row].z), y: unpack(data.potentials[row][key]) });
  const shown = () => {
    const rows = rowsOf(chosen.n_sim).filter((row) => data.potentials[row]), places = unique(rows.map((row) => fibers.fascicle[row]));
    // One fiber of each fascicle, that of the lowest threshold, unless one was chosen.
    const best = places.map((place) => rows.filter((row) => fibers.fascicle[row] === place).reduce((a, b) => ((magnitude(b) ?? Infinity) < (magnitude(a) ?? Infinity) ? b : a)));
    return chosen.fiber !== null && data.potentials[chosen.fiber] && rows.includes(chosen.fiber) && !best.includes(chosen.fiber) ? [...best, chosen.fiber] : best;
  };
  const series = (key) => shown().map((row) => ({ ...profile(row, key), name: `fascicle ${fibers.fascicle[row]}, fiber ${fibers.fiber[row]}`, color: row === chosen.fiber ? themed("--text") : categorical(fibers.fascicle[row]), width: row === chosen.fiber ? 2.6 : 1.8, dash: row === chosen.fiber ? "" : dashed(fibers.fascicle[row]) }));
  const describe = (what, lines) => { const [low, high] = extent(lines.flatMap((line) => extent(line.y))); return `${what} at the nodes of ${plural(lines.length, "fiber")} while 1 mA flows, from ${number(low)} to ${number(high)} mV.`; };
  const charts = [["v", "Ve (mV)", "Potential"], ["d2", "second difference (mV)", "Second difference of the potential"]].map(([key, y, what], i) => new Chart(plots[i], {
    figure: i ? undefined : "potential-figure", x: "z (mm)", y, height: i ? 210 : 250, legend: !i, series: series(key), describe() { return describe(what, this.series); } }));
  chosen.listen((keys) => { if (keys.includes("n_sim") || keys.includes("fiber")) ["v", "d2"].forEach((key, i) => charts[i].update({ series: series(key) })); });
}

function recruitment(rows, name, color, dash, top) {
  const sizes = rows.map(magnitude).filter((value) => value !== null).sort((a, b) => a - b);
  return { name, color, dash, step: true, x: [0, ...sizes, top], y: [0, ...sizes.map((_, i) => (100 * (i + 1)) / rows.length), (100 * sizes.length) / rows.length] };
}

function thresholds() {
  const all = fibers.n_sim.map((_, row) => row), sizes = finite(all.map(magnitude)), [, most] = extent(sizes), top = 1.06 * most;
  const map = document.getElementById("heatmap-figure"), curve = document.getElementById("recruitment-figure");
  nSimChooser(map.querySelector(".controls"));
  const slider = element("input", { type: "range", min: 0, max: 1000, value: 1000, "aria-label": "Amplitude" }), readout = element("output", {});
  map.querySelector(".controls").append(element("label", { class: "control wide" }, element("span", { text: "Amplitude" }), slider, readout));
  const recruited = (row) => chosen.amplitude === null || (magnitude(row) !== null && magnitude(row) <= chosen.amplitude);
  const limits = () => extent(finite(rowsOf(chosen.n_sim).map(magnitude)));
  const view = new SectionView(map.querySelector(".plot"), {
    figure: "heatmap-figure", contacts: false, rows: () => rowsOf(chosen.n_sim), shape: (row) => (magnitude(row) === null ? "cross" : "circle"),
    color: (row) => { const [low, high] = limits(); return recruited(row) ? css(sequential((magnitude(row) - low) / (high - low || 1))) : null; },
    describe: () => {
      const rows = rowsOf(chosen.n_sim), found = finite(rows.map(magnitude));
      if (!found.length) return "Cross-section with fibers; none has a threshold.";
      const places = unique(rows.map((row) => fibers.fascicle[row])).map((place) => [place, median(finite(rows.filter((row) => fibers.fascicle[row] === place).map(magnitude)))]).filter(([, value]) => Number.isFinite(value)).sort((a, b) => a[1] - b[1]);
      const order = places.length > 1 ? ` Fascicle ${places[0][0]} has the lowest median (${number(places[0][1], 3)} mA), fascicle ${places[places.length - 1][0]} the highest (${number(places[places.length - 1][1], 3)} mA).` : "";
      return `Thresholds of ${plural(found.length, "fiber")} (${titleOf(stimulus(chosen.n_sim))}) on the cross-section, ${number(extent(found)[0], 3)} to ${number(extent(found)[1], 3)} mA.${order}${found.length < rows.length ? ` ${plural(rows.length - found.length, "fiber")} without threshold, marked by a cross.` : ""}`;
    },
  });
  const bar = map.querySelector(".scale");
  const place = (amplitude) => {
    chosen.set({ amplitude: amplitude >= top * 0.9995 ? null : amplitude });
    const rows = rowsOf(chosen.n_sim), active = rows.filter(recruited).filter((row) => magnitude(row) !== null).length;
    readout.textContent = chosen.amplitude === null ? "all thresholds" : `${number(amplitude, 3)} mA: ${active} of ${rows.length} (${Math.round((100 * active) / rows.length)} %)`;
  };
  slider.addEventListener("input", () => place((top * slider.value) / 1000));
  const modes = { diameter: "diameter", fascicle: "fascicle", both: "fascicle, fibers chosen above", all: "all fibers together" };
  let mode = unique(fibers.diameter).length > 1 ? "diameter" : "fascicle";
  const grouped = (rows, key) => unique(rows.map((row) => fibers[key][row])).map((value) => [value, rows.filter((row) => fibers[key][row] === value)]);
  const bins = unique(fibers.diameter).length > 12;
  const series = () => {
    if (mode === "all") return [recruitment(all, "all fibers", categorical(0), "", top)];
    if (mode !== "diameter") return grouped(mode === "both" ? rowsOf(chosen.n_sim) : all, "fascicle").map(([value, rows]) => recruitment(rows, `fascicle ${value}`, categorical(value), dashed(value), top));
    if (!bins) return grouped(all, "diameter").map(([value, rows], i) => recruitment(rows, `${number(value)} µm`, categorical(i), dashed(i), top));
    const whole = unique(fibers.diameter.map(Math.floor));
    return whole.map((low, i) => recruitment(all.filter((row) => Math.floor(fibers.diameter[row]) === low), `${low} to ${low + 1} µm`, categorical(i), dashed(i), top));
  };
  const chart = new Chart(curve.querySelector(".plot"), {
    figure: "recruitment-figure", x: "amplitude (mA)", y: "recruited fibers (%)", height: 380, yRange: [-2, 102], xRange: [0, top], series: series(), onpick: (x) => { slider.value = Math.round((1000 * x) / top); place(x); },
    describe() { return `Recruited fibers over the amplitude by ${modes[mode]}. ` + this.series.slice(0, 12).map((line) => { const half = line.x[line.y.findIndex((y) => y >= 50)]; return `${line.name}: ${half === undefined ? "less than half recruited" : `half recruited at ${number(half, 3)} mA`}`; }).join("; ") + "."; },
  });
  chooser(curve.querySelector(".controls"), "Curves by", Object.entries(modes), mode, (value) => { mode = value; chart.hidden.clear(); chart.update({ series: series() }); });
  chosen.listen((keys) => {
    if (keys.includes("amplitude")) { view.drawFibers(); chart.marker = chosen.amplitude; chart.drawCursor(); }
    if (keys.includes("fiber")) view.drawFibers();
    if (keys.includes("n_sim")) { scaleBarOf(bar, ...limits(), "mA"); view.drawFibers(); if (mode === "both") chart.update({ series: series() }); place(chosen.amplitude ?? top); }
  });
  scaleBarOf(bar, ...limits(), "mA");
  place(top);
}
