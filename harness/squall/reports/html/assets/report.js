"use strict";
// Draws the charts of a report with uPlot. Data is JSON in #data, made by series.py.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const readout = document.getElementById("readout");
  const kinds = ["successful", "refused", "unknown", "cancelled by the client"];
  const colors = () => ["applied", "refused", "unknown", "gone"].map(css);
  const sync = uPlot.sync("time");
  const whole = [Math.min(0, data.points.at[0] ?? 0), Math.max(data.seconds, 0.1)];
  const AXIS = 56, RIGHT = 14;
  let plots = [];
  let zooming = false;

  const css = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const faded = (color, alpha) => {
    const [r, g, b] = color.match(/[0-9a-f]{2}/gi).map(part => parseInt(part, 16));
    return `rgba(${r},${g},${b},${alpha})`;
  };
  const waited = ms => ms >= 1000 ? (ms / 1000).toFixed(2) + " s" : (ms < 10 ? ms.toFixed(1) : ms.toFixed(0)) + " ms";
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // Faults are bands behind the data, heals are dashed lines; their names stand in the first chart.
  const annotations = named => ({
    hooks: {
      drawClear: u => {
        const ctx = u.ctx, { left, top, width, height } = u.bbox;
        ctx.save();
        ctx.beginPath(); ctx.rect(left, top, width, height); ctx.clip();
        if (data.lead) {
          const [from, to] = data.lead.map(at => u.valToPos(at, "x", true));
          ctx.fillStyle = faded(css("band"), 0.06);
          ctx.fillRect(from, top, to - from, height);
        }
        for (const fault of data.faults) {
          const from = u.valToPos(fault.from, "x", true), to = u.valToPos(fault.to, "x", true);
          ctx.fillStyle = faded(css("band"), 0.13);
          ctx.fillRect(from, top, Math.max(to - from, 2), height);
          ctx.fillStyle = css("band");
          ctx.fillRect(from, top, Math.max(1, uPlot.pxRatio), height);
        }
        ctx.restore();
      },
      draw: u => {
        const ctx = u.ctx, { left, top, width, height } = u.bbox, px = uPlot.pxRatio;
        ctx.save();
        ctx.beginPath(); ctx.rect(left, 0, width, top + height); ctx.clip();
        ctx.font = "600 " + 12 * px + NAME_FONT;
        ctx.textAlign = "left"; ctx.textBaseline = "alphabetic";
        ctx.lineWidth = 2 * px;
        data.marks.forEach((mark, index) => {
          const x = u.valToPos(mark.at, "x", true);
          ctx.strokeStyle = css("heal");
          ctx.setLineDash(index ? [2 * px, 3 * px] : [6 * px, 4 * px]);
          ctx.beginPath(); ctx.moveTo(x, top); ctx.lineTo(x, top + height); ctx.stroke();
        });
        if (named) names(u, ctx, left, top, width, px);
        ctx.restore();
      },
    },
  });

  // Names in rows above the plot, each in the first row where it does not touch another. Positions
  // are in CSS pixels from the left of the plot; the room above the plot follows from the rows.
  const NAME_FONT = "px system-ui, sans-serif", ROW = 15, MAX_ROWS = 6;
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = "600 12" + NAME_FONT;
  const placed = (low, high, width) => {
    const names = [];
    const put = (text, at, color) => {
      const size = Math.ceil(ruler.measureText(text).width);
      const from = clamp((at - low) / (high - low) * width, 0, Math.max(0, width - size)), to = from + size;
      let row = 0;
      while (names.some(one => one.row === row && from < one.to + 10 && one.from < to + 10)) row++;
      if (row < MAX_ROWS) names.push({ text, color, row, from, to });
    };
    for (const mark of data.marks)
      if (mark.at >= low && mark.at <= high) put(mark.label, mark.at, css("heal"));
    for (const fault of data.faults)
      if (fault.to >= low && fault.from <= high) put(fault.label, Math.max(fault.from, low), css("band"));
    return names;
  };
  const names = (u, ctx, left, top, width, px) => {
    for (const { text, color, row, from } of placed(u.scales.x.min, u.scales.x.max, width / px)) {
      ctx.fillStyle = color;
      ctx.fillText(text, left + from * px, top - (6 + row * ROW) * px);
    }
  };
  const roomForNames = element => u => {
    const [low, high] = [u.scales?.x?.min ?? whole[0], u.scales?.x?.max ?? whole[1]];
    const names = placed(low, high, Math.max(element.clientWidth, 200) - AXIS - RIGHT);
    return 12 + ROW * (1 + Math.max(0, ...names.map(name => name.row)));
  };

  const axes = (values, options) => [
    { stroke: css("muted"), grid: { show: false }, ticks: { stroke: css("line"), size: 5 }, size: 30, space: 60,
      values: (_u, ticks) => ticks.map(tick => +tick.toFixed(3) + " s"), font: "12px system-ui, sans-serif" },
    { stroke: css("muted"), grid: { stroke: css("grid"), width: 1 }, ticks: { show: false }, size: AXIS, gap: 6,
      values, font: "12px system-ui, sans-serif", ...options },
  ];

  const base = (element, named) => ({
    width: Math.max(element.clientWidth, 200), height: +element.dataset.height,
    padding: [named ? roomForNames(element) : 8, RIGHT, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: "time", setSeries: false }, y: false, points: { show: false }, drag: { x: true, y: false } },
    plugins: [annotations(named)],
    hooks: {
      setScale: [(u, key) => {
        if (key !== "x" || zooming) return;
        zooming = true;
        const { min, max } = u.scales.x;
        for (const other of plots) if (other.u !== u) other.u.setScale("x", { min, max });
        zooming = false;
      }],
    },
  });

  const pointsChart = element => {
    const { at, ms, kind: kindOf } = data.points;
    const columns = kinds.map((_, kind) => ms.map((value, i) => kindOf[i] === kind ? value : null));
    const deadline = { hooks: { draw: u => {
      const y = u.valToPos(data.deadline_ms, "y", true), { left, top, width, height } = u.bbox, px = uPlot.pxRatio;
      if (y < top || y > top + height) return;
      const ctx = u.ctx;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = css("muted");
      ctx.setLineDash([2 * px, 4 * px]); ctx.lineWidth = px;
      ctx.beginPath(); ctx.moveTo(left, y); ctx.lineTo(left + width, y); ctx.stroke();
      ctx.font = `${11 * px}px system-ui, sans-serif`;
      ctx.textAlign = "left"; ctx.textBaseline = "alphabetic";
      ctx.fillText("deadline", left + 6 * px, y - 5 * px);
      ctx.restore();
    } } };
    const options = base(element, true);
    options.plugins.push(deadline);
    const top = ms.reduce((most, value) => Math.max(most, value), data.deadline_ms) * 1.7;
    const low = ms.reduce((least, value) => Math.min(least, value), 1000);
    options.scales = { x: { time: false, range: (_u, min, max) => [min, max] },
      y: { distr: 3, range: [Math.max(0.1, Math.pow(10, Math.floor(Math.log10(low)))), top] } };
    options.series = [{}, ...colors().map((color, kind) => ({
      stroke: color, paths: () => null,
      points: { show: true, size: kind ? 7 : 5, fill: faded(color, kind ? 0.85 : 0.45), stroke: kind ? color : faded(color, 0.6), width: 1 },
    }))];
    options.axes = axes((_u, ticks) => ticks.map(tick => isPower(tick)
      ? (tick >= 1000 ? tick / 1000 + " s" : tick + " ms") : ""), {});
    return [options, [at, ...columns]];
  };
  const isPower = value => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;

  const rateChart = element => {
    const { at, counts, bin } = data.rate;
    const per = counts.map(row => row.map(count => count / bin));
    // Stacked: each column is the sum of the kinds up to its own, and the highest is drawn first.
    const stacked = per.map((_, kind) => at.map((_, i) => per.slice(0, kind + 1).reduce((sum, row) => sum + row[i], 0)));
    const bars = uPlot.paths.bars({ size: [0.86, 40] });
    const filled = color => ({ stroke: color, fill: color, width: 0, paths: bars, points: { show: false } });
    const options = base(element, false);
    options.scales = { x: { time: false, range: (_u, min, max) => [min, max] }, y: { range: (_u, _min, max) => [0, Math.max(max, 1) * 1.1] } };
    options.series = [{}, ...colors().map(filled).reverse()];
    options.axes = axes((_u, ticks) => ticks.map(tick => tick + "/s"), {});
    return [options, [at, ...stacked.reverse()]];
  };

  // Lines in steps: each sample holds until the next one, or, of a rate, since the one before.
  const linesChart = (element, columns, colors, { align, label }) => {
    const stepped = uPlot.paths.stepped({ align });
    const options = base(element, false);
    options.scales = { x: { time: false, range: (_u, min, max) => [min, max] }, y: { range: (_u, _min, max) => [0, Math.max(max, 4) * 1.15] } };
    options.series = [{}, ...colors.map((color, i) => ({
      stroke: color, width: 2, paths: stepped, fill: i ? undefined : faded(color, 0.15), points: { show: false }, spanGaps: false,
    }))];
    options.axes = axes((_u, ticks) => ticks.map(label), {});
    return [options, columns];
  };
  const integer = tick => Number.isInteger(tick) ? tick : "";

  const sessionsChart = element => {
    const { at, total, active, in_transaction } = data.sessions;
    return linesChart(element, [at, total, active, in_transaction], ["applied", "active", "held"].map(css), { align: 1, label: integer });
  };

  const loadChart = element => {
    const { at, statements, connections } = data.load;
    return linesChart(element, [at, statements, connections], ["applied", "refused"].map(css), { align: -1, label: tick => tick + "/s" });
  };

  const gaugesChart = element => {
    const { at, rows } = data.gauges;
    return linesChart(element, [at, ...rows], rows.map((_, i) => css("line" + i)), { align: 1, label: integer });
  };

  // A lane for each name, with pieces that have a colour.
  const lanesChart = (element, names, pieces) => {
    const lanes = { hooks: { draw: u => {
      const ctx = u.ctx, { left, top, width, height } = u.bbox, px = uPlot.pxRatio;
      ctx.save();
      ctx.beginPath(); ctx.rect(left, top, width, height); ctx.clip();
      for (const { at, until, lane, color } of pieces) {
        const from = u.valToPos(at, "x", true), to = u.valToPos(until, "x", true);
        ctx.fillStyle = css(color);
        ctx.fillRect(from, u.valToPos(lane, "y", true) - 7 * px, Math.max(to - from - px, px), 14 * px);
      }
      ctx.restore();
    } } };
    const options = base(element, false);
    options.plugins.push(lanes);
    options.scales = { x: { time: false, range: (_u, min, max) => [min, max] }, y: { range: [-0.6, names.length - 0.4] } };
    options.series = [{}, { paths: () => null, points: { show: false } }];
    const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
    options.axes = axes((_u, ticks) => ticks.map(tick => names[tick] ?? ""), {
      grid: { show: false }, splits: names.map((_, own) => own), size: clamp(12 + 7 * longest, AXIS, 140) });
    return [options, [pieces.map(piece => piece.at), pieces.map(piece => piece.lane)]];
  };

  // An answer holds until the next one of its lane.
  const probesChart = element => {
    const { names, at, lane, status } = data.probes;
    const next = at.map((now, i) => { const j = lane.indexOf(lane[i], i + 1); return j < 0 ? now + 0.1 : at[j]; });
    return lanesChart(element, names, at.map((now, i) => ({ at: now, until: next[i], lane: lane[i],
      color: status[i] === null ? "unknown" : status[i] < 300 ? "applied" : "refused" })));
  };

  const statesChart = element => {
    const { names, at, until, lane, level } = data.states;
    return lanesChart(element, names, at.map((now, i) => ({ at: now, until: until[i], lane: lane[i], color: "level" + level[i] })));
  };

  const tell = {
    points: i => {
      const { at, ms, kind, what, words } = data.points;
      return `${at[i].toFixed(3)} s · ${words[what[i]]} · ${kinds[kind[i]]} after ${waited(ms[i])}`;
    },
    rate: i => {
      const { at, counts, bin } = data.rate;
      const said = kinds.map((name, kind) => counts[kind][i] ? `${counts[kind][i]} ${name}` : "").filter(Boolean).join(", ");
      return `${(at[i] - bin / 2).toFixed(2)} to ${(at[i] + bin / 2).toFixed(2)} s · ${said || "no request"}`;
    },
    sessions: i => {
      const { at, total, active, in_transaction } = data.sessions;
      return total[i] === null ? `${at[i].toFixed(2)} s · the database did not answer`
        : `${at[i].toFixed(2)} s · ${total[i]} connections, ${active[i]} active, ${in_transaction[i]} idle in transaction`;
    },
    load: i => {
      const { at, statements, connections } = data.load;
      return `${at[i].toFixed(2)} s · ${statements[i] ?? "?"} statements/s, ${connections[i]} new connections/s`;
    },
    states: i => {
      const { names, at, lane, word } = data.states;
      return `${at[i].toFixed(2)} s · ${names[lane[i]]}: ${word[i]}`;
    },
    gauges: i => {
      const { at, names, rows } = data.gauges;
      const said = names.map((name, row) => rows[row][i] === null ? "" : `${name} ${+rows[row][i].toFixed(2)}`).filter(Boolean).join(", ");
      return `${at[i].toFixed(2)} s · ${said || "the app did not answer"}`;
    },
    probes: i => {
      const { names, at, lane, status } = data.probes;
      return `${at[i].toFixed(2)} s · ${names[lane[i]]}: ${status[i] === null ? "no answer" : "HTTP " + status[i]}`;
    },
  };
  const makers = { points: pointsChart, rate: rateChart, sessions: sessionsChart, load: loadChart, states: statesChart, gauges: gaugesChart, probes: probesChart };

  const showZoom = (u, factor, around) => {
    const { min, max } = u.scales.x, center = around ?? (min + max) / 2;
    const low = clamp(center - (center - min) * factor, ...whole), high = clamp(center + (max - center) * factor, ...whole);
    if (high - low > 0.005) u.setScale("x", { min: low, max: high });
  };
  const all = () => plots[0]?.u.setScale("x", { min: whole[0], max: whole[1] });

  const step = (plot, by) => {
    const { u } = plot, xs = u.data[0];
    plot.at = clamp(by === -Infinity ? 0 : by === Infinity ? xs.length - 1 : (plot.at ?? -1) + by, 0, xs.length - 1);
    const { min, max } = u.scales.x;
    if (xs[plot.at] < min || xs[plot.at] > max) {
      const half = (max - min) / 2, center = clamp(xs[plot.at], whole[0] + half, whole[1] - half);
      u.setScale("x", { min: center - half, max: center + half });
    }
    u.setCursor({ left: u.valToPos(xs[plot.at], "x"), top: 10 });
    say(plot.name, plot.at);
  };

  // From a point to its row in the table, and back.
  const toRow = document.getElementById("to-row");
  const say = (name, i) => {
    readout.textContent = tell[name](i);
    const number = name === "points" ? data.points.id[i] : undefined;
    toRow.hidden = !document.getElementById(`request-${number}`);
    toRow.href = `#request-${number}`;
    toRow.textContent = `request ${number} in the table`;
  };
  const showRow = () => {
    const filter = document.querySelector("[data-filter=request-rows] input");
    if (filter?.value && document.getElementById(toRow.hash.slice(1)).hidden) {
      filter.value = "";
      filter.dispatchEvent(new Event("input"));
    }
  };
  const showPoint = number => {
    const plot = plots.find(({ name }) => name === "points"), place = data.points.id.indexOf(number);
    if (!plot || place < 0) return;
    plot.at = place;
    step(plot, 0);
    plot.element.scrollIntoView({ block: "center" });
    plot.element.focus({ preventScroll: true });
  };
  const links = () => {
    toRow.addEventListener("click", showRow);
    for (const link of document.querySelectorAll(".to-chart"))
      link.addEventListener("click", event => { event.preventDefault(); showPoint(+link.dataset.request); });
  };

  const keys = plot => event => {
    const x = plot.at === undefined ? undefined : plot.u.data[0][plot.at];
    const act = {
      ArrowRight: () => step(plot, 1), ArrowLeft: () => step(plot, -1),
      Home: () => step(plot, -Infinity), End: () => step(plot, Infinity),
      "+": () => showZoom(plot.u, 0.5, x), "=": () => showZoom(plot.u, 0.5, x),
      "-": () => showZoom(plot.u, 2, x), 0: all, Escape: all,
      Enter: () => { if (!toRow.hidden) toRow.click(); },
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  const draw = () => {
    const view = plots[0] ? { min: plots[0].u.scales.x.min, max: plots[0].u.scales.x.max } : { min: whole[0], max: whole[1] };
    for (const plot of plots) { sync.unsub(plot.u); plot.u.destroy(); plot.element.removeEventListener("keydown", plot.keys); }
    plots = [];
    for (const [name, make] of Object.entries(makers)) {
      const element = document.getElementById(name);
      if (!element) continue;
      const [options, columns] = make(element);
      if (!columns[0].length) { element.textContent = "Nothing was recorded."; element.dataset.drawn = "empty"; continue; }
      const plot = { name, element };
      options.hooks.setCursor = [u => {
        if (u.cursor.event && u.cursor.idx != null) { plot.at = u.cursor.idx; say(name, u.cursor.idx); }
      }];
      plot.u = new uPlot(options, columns, element);
      plot.u.over.addEventListener("dblclick", all);
      plot.keys = keys(plot);
      element.addEventListener("keydown", plot.keys);
      element.dataset.drawn = "yes";
      plots.push(plot);
    }
    plots[0]?.u.setScale("x", view);
  };

  const copyButtons = () => {
    for (const box of document.querySelectorAll(".command")) {
      const button = document.createElement("button");
      button.type = "button"; button.textContent = "Copy";
      button.addEventListener("click", async () => {
        const pre = box.querySelector("pre");
        try { await navigator.clipboard.writeText(pre.textContent); button.textContent = "Copied"; }
        catch { getSelection().selectAllChildren(pre); button.textContent = "Selected"; }
      });
      box.append(button);
    }
  };

  document.getElementById("bin").textContent = `in steps of ${data.rate.bin * 1000} ms`;
  if (data.points.left_out) document.querySelector("#c-points small").textContent += `; ${data.points.left_out} are left out`;
  draw();
  copyButtons();
  links();
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
})();
