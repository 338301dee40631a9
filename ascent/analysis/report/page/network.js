// Network activity: spikes of every sweep, their rate over time, traces, and activations of synapses.

function histogram(times, width, first, last) {
  const count = Math.max(1, Math.ceil((last - first) / width - 1e-9)), bins = new Array(count).fill(0);
  for (const time of times) { const bin = Math.floor((time - first) / width); if (bin >= 0 && bin < count) bins[bin]++; }
  return bins;
}

function steps(bins, width, first, factor) {
  const x = [], y = [];
  bins.forEach((value, i) => { x.push(first + i * width, first + (i + 1) * width); y.push(value * factor, value * factor); });
  return { x, y };
}

class Raster {
  constructor(host, figure, groups, range, names) {
    Object.assign(this, { host, figure, groups, range, names });
    this.svg = element("svg", { class: "chart raster", role: "img" });
    host.append(this.svg);
    new ResizeObserver(() => this.draw()).observe(host);
    this.draw();
  }

  draw() {
    const width = Math.max(this.host.clientWidth, 260), left = 62, right = width - 14, count = this.groups.length, height = Math.min(Math.max(count * 14, 70), 420) + 54, bottom = height - 42, [x0, x1] = this.range;
    if (width === this.width) return;
    this.width = width;
    const x = (time) => left + ((time - x0) / (x1 - x0)) * (right - left), row = (bottom - 12) / count, axes = element("g", { class: "axes" });
    for (const value of ticks(x0, x1, Math.max(3, Math.round(width / 110)))) {
      axes.append(element("line", { class: "grid", x1: x(value), x2: x(value), y1: 12, y2: bottom }), element("text", { x: x(value), y: bottom + 17, "text-anchor": "middle", text: number(value) }));
    }
    const every = Math.max(1, Math.ceil(count / 12));
    this.groups.forEach((_, i) => { if (i % every === 0) axes.append(element("text", { x: left - 8, y: 12 + row * (i + 0.5) + 4, "text-anchor": "end", text: this.names[i] })); });
    axes.append(element("text", { class: "label", x: (left + right) / 2, y: height - 6, "text-anchor": "middle", text: "time (ms)" }), element("text", { class: "label", transform: `translate(14 ${bottom / 2}) rotate(-90)`, "text-anchor": "middle", text: "sweep" }));
    const path = this.groups.map((times, i) => times.map((time) => `M${x(time).toFixed(1)} ${(12 + row * (i + 0.15)).toFixed(1)}v${Math.max(row * 0.7, 1).toFixed(1)}`).join("")).join("");
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(axes, element("path", { d: path, class: "spikes" }));
    const spikes = this.groups.reduce((sum, times) => sum + times.length, 0);
    this.svg.setAttribute("aria-label", drawn(this.figure, `${plural(spikes, "spike")} in ${plural(count, "sweep")} between ${number(x0)} and ${number(x1)} ms.`));
  }
}

function networkSection() {
  const net = data.network, range = net.range;
  if (net.spikes) {
    new Raster(document.querySelector("#raster-figure .plot"), "raster-figure", net.spikes.map((one) => one.times), range, net.spikes.map((one) => String(one.sweep)));
    const figure = document.getElementById("psth-figure"), all = net.spikes.flatMap((one) => one.times);
    const line = (width) => ({ ...steps(histogram(all, width, ...range), width, range[0], 1000 / width / net.spikes.length), name: "", color: categorical(0) });
    const chart = new Chart(figure.querySelector(".plot"), { figure: "psth-figure", x: "time (ms)", y: "rate (spikes/s)", height: 220, series: [line(5)], xRange: range, describe() { return `Firing rate over time, mean of ${plural(net.spikes.length, "sweep")}; highest ${number(extent(this.series[0].y)[1])} spikes/s.`; } });
    chooser(figure.querySelector(".controls"), "Bins of", [[1, "1 ms"], [5, "5 ms"], [10, "10 ms"], [25, "25 ms"]], 5, (value) => chart.update({ series: [line(Number(value))] }));
  }
  if (net.traces) {
    const figure = document.getElementById("trace-figure"), sites = Object.keys(net.traces);
    const series = (site) => net.traces[site].map((one, i) => ({ name: `sweep ${one.sweep}`, x: unpack(one.t), y: unpack(one.v), color: categorical(i), dash: dashed(i), width: 1.2 }));
    const chart = new Chart(figure.querySelector(".plot"), { figure: "trace-figure", x: "time (ms)", y: "membrane potential (mV)", height: 300, series: series(sites[0]), describe() { return `Membrane potential of ${plural(this.series.length, "sweep")} over ${number(range[1] - range[0])} ms, from ${number(extent(this.series.flatMap((line) => extent(line.y)))[0])} to ${number(extent(this.series.flatMap((line) => extent(line.y)))[1])} mV.`; } });
    if (sites.length > 1) chooser(figure.querySelector(".controls"), "Site", sites.map((site) => [site, site]), sites[0], (site) => chart.update({ series: series(site) }));
  }
  if (net.synapses) {
    const figure = document.getElementById("synapse-figure"), width = net.synapses.width_ms;
    new Chart(figure.querySelector(".plot"), { figure: "synapse-figure", x: "time (ms)", y: "activations", height: 260, xRange: range,
      series: net.synapses.curves.map((one, i) => ({ name: one.type, ...steps(one.counts, width, net.synapses.first_ms, 1), color: categorical(i), dash: dashed(i), width: 1.4 })),
      describe() { return `Synapse activations over time by presynaptic cell type: ${net.synapses.curves.slice(0, 6).map((one) => `${one.type} ${number(one.total)} a sweep`).join(", ")}.`; } });
  }
}
