// Draws the charts from the tables beneath them: what is drawn and what is read aloud are the same numbers.
const SERIES = ["--accent", "--held", "--sent", "--unknown", "--series-5", "--series-6", "--off"];
const HEIGHT = 260;
const figures = [...document.querySelectorAll("figure[data-chart]")];
const drawn = new Map();

// light-dark() is resolved by the browser only where a colour is used, so an element is asked.
function resolved(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function read(table) {
  const names = [...table.tHead.rows[0].cells].slice(1).filter((cell) => cell.dataset.series).map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].filter((row) => row.dataset.day);
  const labels = rows.map((row) => row.dataset.day);
  const values = names.map((_, n) => rows.map((row) => {
    const told = row.cells[n + 1].dataset.value;
    return told === undefined || told === "" ? null : Number(told);
  }));
  return { names, labels, values };
}

function axes(labels, unit) {
  const stroke = resolved("--muted"), line = resolved("--line");
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const common = { stroke, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return [
    { ...common, size: 32, grid: { show: false }, space: 64, incrs: [1, 2, 7, 14, 28, 56, 112], values: (_, ticks) => ticks.map((n) => labels[n] ?? "") },
    { ...common, size: 56, label: unit, labelFont: font, labelSize: 18, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
  ];
}

const upward = (_, low, high) => [0, Math.max(1, Math.ceil((high || 1) * 1.08))];

function stacked(data) {
  const sums = data.labels.map(() => 0);
  const layers = data.values.map((values) => values.map((value, n) => (sums[n] += value || 0)));
  const bars = uPlot.paths.bars({ size: [0.72, 48] });
  const series = layers.map((_, n) => ({ label: data.names[n], fill: resolved(SERIES[n % SERIES.length]), width: 0, paths: bars, points: { show: false } }));
  // The tallest is painted first and the others over it.
  return { data: [data.labels.map((_, n) => n), ...layers.reverse()], series: [{}, ...series.reverse()] };
}

// Each line carries its name at its end: no colour has to be looked up.
function named(names) {
  return (plot) => {
    const { ctx } = plot;
    const step = 15 * devicePixelRatio, top = plot.bbox.top + step;
    const ends = names.map((name, n) => {
      const last = plot.data[n + 1].findLastIndex((value) => value !== null);
      return last < 0 ? null : { name, y: plot.valToPos(plot.data[n + 1][last], "y", true) - step / 2, fill: plot.series[n + 1].stroke() };
    }).filter(Boolean).sort((one, other) => other.y - one.y);
    ctx.save();
    ctx.font = `600 ${12 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textAlign = "right";
    let above = Infinity;
    for (const end of ends) {
      above = Math.max(Math.min(end.y, above - step), top - step * (ends.length - 1));
      ctx.fillStyle = end.fill;
      ctx.fillText(end.name, plot.bbox.left + plot.bbox.width - 2, above);
    }
    ctx.restore();
  };
}

function lines(data) {
  const series = data.values.map((_, n) => {
    const stroke = resolved(SERIES[n]);
    return { label: data.names[n], stroke, width: 2, dash: n ? [6, 4] : [], spanGaps: false, points: { show: data.labels.length < 40, size: 6, fill: stroke } };
  });
  return { data: [data.labels.map((_, n) => n), ...data.values], series: [{}, ...series], hooks: { draw: [named(data.names)] } };
}

const KINDS = { stack: stacked, lines };

function draw(figure) {
  const table = figure.querySelector("table"), place = figure.querySelector(".plot");
  const data = read(table);
  if (!data.labels.length) return;
  drawn.get(figure)?.destroy();
  const made = KINDS[figure.dataset.chart](data);
  place.hidden = false;
  const plot = new uPlot({
    width: Math.max(place.clientWidth, 240), height: HEIGHT, legend: { show: false }, cursor: { show: false }, pxAlign: 1,
    scales: { x: { time: false, range: (_, low, high) => [low - 0.6, high + 0.6] }, y: { range: upward } },
    axes: axes(data.labels, figure.dataset.unit), series: made.series, hooks: made.hooks || {},
  }, made.data, place);
  const canvas = place.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", figure.querySelector(".finding").textContent);
  drawn.set(figure, plot);
}

const again = () => figures.forEach(draw);
let waiting = 0;
const soon = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(again); };

again();
document.querySelectorAll(".chart details").forEach((details) => { details.open = false; });
let width = window.innerWidth;
addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; soon(); } });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
