// A chart as Slack draws it: lines, areas or bars over named moments, or slices; below it what each colour is.

import { h } from "./dom.js";

const WIDTH = 640, HEIGHT = 300;
const LEFT = 52, RIGHT = 32, TOP = 12, BOTTOM = 46;
const ROOM = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
const SPACE = "http://www.w3.org/2000/svg";

function s(tag, attributes, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat(Infinity));
  return element;
}

// Round numbers from the lowest to the highest value, zero among them.
function ticks(values) {
  const low = Math.min(0, ...values), high = Math.max(0, ...values);
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const first = Math.floor(low / step), last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const shown = (value) => value.toLocaleString("en-US");
const tone = (index) => `tone${index % 4}`;

// Of many names along the axis only as many as have room.
function names(categories, x) {
  const longest = Math.max(...categories.map((each) => each.length)) * 6.5 + 12;
  const every = Math.ceil((longest * categories.length) / ROOM.width);
  const kept = categories.map((name, index) => [name, index]).filter(([, index]) => (categories.length - 1 - index) % every === 0);
  return kept.map(([name, index]) => s("text", { x: x(index), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, name));
}

function plot(chart) {
  const { categories, x_label: below, y_label: beside } = chart.axis_config;
  const series = chart.series.map((each) => categories.map((name) => each.data.find((point) => point.label === name)?.value ?? 0));
  const marks = ticks(series.flat());
  const [low, high] = [marks[0], marks.at(-1)];
  const y = (value) => TOP + ROOM.height * (1 - (value - low) / (high - low));
  const band = ROOM.width / categories.length;
  const isBars = chart.type === "bar";
  const step = categories.length > 1 ? ROOM.width / (categories.length - 1) : 0;
  const x = (index) => LEFT + (isBars ? (index + 0.5) * band : categories.length > 1 ? index * step : ROOM.width / 2);
  const grid = marks.map((mark) => [
    s("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(mark), y2: y(mark) }),
    s("text", { x: LEFT - 8, y: y(mark) + 4, "text-anchor": "end" }, shown(mark)),
  ]);
  const drawn = series.map((values, index) => (isBars ? bars(values, index, series.length, band, x, y) : line(values, index, chart.type, x, y)));
  const titles = [
    below ? s("text", { x: LEFT + ROOM.width / 2, y: HEIGHT - 6, "text-anchor": "middle" }, below) : [],
    beside ? s("text", { transform: `translate(12 ${TOP + ROOM.height / 2}) rotate(-90)`, "text-anchor": "middle" }, beside) : [],
  ];
  return [...grid, ...drawn, ...names(categories, x), ...titles];
}

function bars(values, index, of, band, x, y) {
  const width = (band * 0.7) / of;
  const left = (place) => x(place) - band * 0.35 + index * width;
  return values.map((value, place) =>
    s("rect", { class: tone(index), x: left(place), width: Math.max(width - 1, 1), y: Math.min(y(value), y(0)), height: Math.abs(y(value) - y(0)) }));
}

function line(values, index, type, x, y) {
  const path = values.map((value, place) => `${place ? "L" : "M"}${x(place).toFixed(1)} ${y(value).toFixed(1)}`).join(" ");
  const stroke = s("path", { class: `stroke ${tone(index)}`, d: path });
  if (type !== "area") return stroke;
  return [s("path", { class: `area ${tone(index)}`, d: `${path} L${x(values.length - 1)} ${y(0)} L${x(0)} ${y(0)} Z` }), stroke];
}

function pie(segments) {
  const total = segments.reduce((sum, each) => sum + each.value, 0);
  let angle = -Math.PI / 2;
  const at = (turn) => `${(WIDTH / 2 + 120 * Math.cos(turn)).toFixed(1)} ${(HEIGHT / 2 + 120 * Math.sin(turn)).toFixed(1)}`;
  return segments.map((each, index) => {
    const start = angle;
    angle += (2 * Math.PI * each.value) / total;
    if (segments.length === 1) return s("circle", { class: tone(0), cx: WIDTH / 2, cy: HEIGHT / 2, r: 120 });
    const large = angle - start > Math.PI ? 1 : 0;
    return s("path", { class: tone(index), d: `M${WIDTH / 2} ${HEIGHT / 2} L${at(start)} A120 120 0 ${large} 1 ${at(angle)} Z` });
  });
}

export function chart(_world, block) {
  const segments = block.chart.segments;
  const legend = (segments || block.chart.series).map((each, index) =>
    h("li", {}, h("span", { class: `dot ${tone(index)}` }), segments ? `${each.label} ${shown(each.value)}` : each.name));
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, segments ? pie(segments) : plot(block.chart));
  drawing.setAttribute("aria-label", `${block.chart.type} chart: ${block.title}`);
  return h("figure", { class: "chart" }, h("figcaption", {}, block.title), drawing, h("ul", {}, legend));
}
