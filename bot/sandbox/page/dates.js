// Moments in the zone of this device, and date tokens as Slack shows them; "ago" ticks by itself.

import { h } from "./dom.js";

const DAY = 86_400_000;
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

const show = (date, options) => new Intl.DateTimeFormat("en", options).format(date);
export const clockTime = (date) => show(date, { hour: "numeric", minute: "2-digit" });
export const fullTime = (date) => show(date, { dateStyle: "full", timeStyle: "medium" });

export function ago(seconds) {
  const past = Math.max(0, Math.floor(Date.now() / 1000 - seconds));
  const [unit, length] = UNITS.find(([, size]) => past >= size) || ["second", 1];
  const many = Math.floor(past / length);
  if (unit === "second" && many < 2) return "just now";
  return `${many} ${unit}${many === 1 ? "" : "s"} ago`;
}

export function dayName(date) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / DAY);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return show(date, { weekday: "long", month: "long", day: "numeric" });
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function yearIfFar(date) {
  return Math.abs(Date.now() - date.getTime()) > 182 * DAY ? { year: "numeric" } : {};
}

function pretty(date, options) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / DAY);
  const near = { 0: "today", 1: "yesterday", "-1": "tomorrow" }[days];
  return near || show(date, { ...options, ...yearIfFar(date) });
}

const TOKENS = {
  date_num: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-"),
  date: (date) => show(date, { month: "long", day: "numeric", ...yearIfFar(date) }),
  date_slash: (date) => show(date, { month: "2-digit", day: "2-digit", year: "numeric" }),
  date_short: (date) => show(date, { month: "short", day: "numeric", ...yearIfFar(date) }),
  date_long: (date) => show(date, { weekday: "long", month: "long", day: "numeric", ...yearIfFar(date) }),
  date_pretty: (date) => pretty(date, { month: "long", day: "numeric" }),
  date_short_pretty: (date) => pretty(date, { month: "short", day: "numeric" }),
  date_long_pretty: (date) => pretty(date, { weekday: "long", month: "long", day: "numeric" }),
  time: clockTime,
  time_secs: (date) => show(date, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (date) => ago(date.getTime() / 1000),
};

function filled(date, format) {
  return format.replace(/\{(\w+)\}/g, (token, name) => (TOKENS[name] ? TOKENS[name](date) : token));
}

export function dateNode(seconds, format, fallback) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return document.createTextNode(fallback || "");
  const node = h("time", { datetime: date.toISOString(), title: fullTime(date) }, filled(date, format));
  if (format.includes("{ago}")) {
    node.dataset.seconds = seconds;
    node.dataset.format = format;
  }
  return node;
}

export function tick(root) {
  for (const node of root.querySelectorAll("time[data-format]")) {
    const text = filled(new Date(node.dataset.seconds * 1000), node.dataset.format);
    if (node.textContent !== text) node.textContent = text;
  }
}
