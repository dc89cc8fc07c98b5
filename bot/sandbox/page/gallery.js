// The gallery: every message and view, light and dark, each with when it is seen and what a notification says.

import { avatar, byId, h } from "./dom.js";
import { blocks } from "./blocks.js";
import { tick } from "./dates.js";
import { ViewForm } from "./form.js";
import { Frame } from "./frame.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";

const BOT = { id: "U0LIPSYNC", real_name: "Lip Sync", is_bot: true };
const MODES = [["only-light", "Light"], ["only-dark", "Dark"], ["both", "Both"]];
const TOAST_MS = 4000;
const given = JSON.parse(byId("given").textContent);
const world = {
  me: null,
  bot: BOT.id,
  users: new Map(given.users.map((each) => [each.id, each])),
  channels: new Map(given.channels.map((each) => [each.id, each])),
  open: () => say("Channels open in the demo."),
  suggest: () => say("Commands can be typed in the demo."),
  isApp: () => false,
  people: () => given.users.filter((each) => !each.is_bot && each.id !== "USLACKBOT"),
};

function say(text) {
  const node = h("div", { class: "toast" }, text);
  byId("toasts").replaceChildren(node);
  setTimeout(() => node.remove(), TOAST_MS);
}

const press = () => say("Buttons work in the demo.");

function pane(mode, each) {
  const copy = mode === "dark" ? { "aria-hidden": "true", inert: true } : {};
  const draw = { home, modal }[each.view?.type] || message;
  return h("div", { class: `pane ${mode} pane-${each.view?.type || "message"}`, ...copy }, draw(each));
}

function message(each) {
  return h(
    "article", { class: "message", "aria-label": each.name },
    h("div", { class: "gutter" }, avatar(BOT)),
    h(
      "div", { class: "body" },
      h("div", { class: "title" }, h("strong", { class: "name" }, BOT.real_name), h("span", { class: "badge" }, "APP")),
      blocks(world, each.blocks, { press }),
    ),
  );
}

function home(each) {
  const inside = h("div", { class: "home-blocks body" });
  new ViewForm(world, inside, press).show(each.view);
  return inside;
}

function modal(each) {
  const frame = new Frame(world, { press, submit: press, close: press });
  frame.show(each.view);
  return h("div", { class: "modal shown-modal body" }, frame.node);
}

// A message is told by its notification, a view by nothing.
function notice(each) {
  if (each.view) return null;
  return h("div", { class: "notice", title: "What a notification says" }, icon("bell"), h("p", {}, mrkdwn(world, each.text)));
}

function shown(each) {
  return h(
    "section", { class: "shown", id: each.name, "aria-label": `${each.title}: ${each.name}` },
    h("div", { class: "shown-head" }, h("h3", {}, each.when), h("a", { href: `#${each.name}` }, each.name)),
    notice(each),
    h("div", { class: "panes" }, pane("light", each), pane("dark", each)),
    h(
      "details", { class: "json" },
      h("summary", {}, "JSON, as Block Kit Builder takes it"),
      h("pre", { tabindex: "0", role: "region", "aria-label": `JSON of ${each.name}` }, JSON.stringify(each.view || { blocks: each.blocks }, null, 2)),
    ),
  );
}

function byTitle() {
  const groups = new Map();
  for (const each of given.shown) groups.set(each.title, [...(groups.get(each.title) || []), each]);
  return [...groups];
}

function entry(each) {
  const node = h("a", { href: `#${each.name}` }, each.name.replaceAll("_", " "));
  node.dataset.name = each.name;
  return h("li", {}, node);
}

function choose(mode) {
  document.body.className = `gallery ${mode}`;
  // With one mode alone, the page around the messages has its colours too.
  document.documentElement.style.colorScheme = { "only-light": "light", "only-dark": "dark", both: "" }[mode];
  for (const pane of document.querySelectorAll(".pane.dark")) {
    pane.inert = mode !== "only-dark";
    pane.setAttribute("aria-hidden", String(mode !== "only-dark"));
  }
  byId("modes").replaceChildren(...MODES.map(([name, label]) => {
    const attributes = { type: "button", class: "mode", "aria-pressed": String(name === mode) };
    const node = h("button", { ...attributes, onclick: () => pick(name) }, label);
    node.dataset.mode = name;
    return node;
  }));
}

function pick(mode) {
  choose(mode);
  byId("modes").querySelector(`[data-mode="${mode}"]`).focus({ preventScroll: true });
}

function markCurrent() {
  const current = location.hash.slice(1);
  for (const node of byId("contents").querySelectorAll("a")) {
    if (node.dataset.name === current) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  }
}

byId("contents").append(
  ...byTitle().map(([title, all]) => h("section", {}, h("h2", {}, title), h("ul", {}, all.map(entry)))),
);
byId("room").append(
  ...byTitle().map(([title, all]) => h("div", { class: "group" }, h("h2", { class: "kind" }, title), all.map(shown))),
);
byId("back").hidden = location.protocol === "file:";
choose("both");
markCurrent();
addEventListener("hashchange", markCurrent);
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
setInterval(() => tick(byId("room")), 1000);
