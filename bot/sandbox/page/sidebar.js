// The places, the people one can be, and what can be done to the surroundings.

import { avatar, byId, h } from "./dom.js";
import { nameOf } from "./names.js";

export function drawSidebar(world) {
  const all = [...world.channels.values()];
  const focused = document.activeElement?.dataset?.place;
  byId("places").replaceChildren(
    group(world, "Channels", all.filter((each) => each.name)),
    group(world, "Direct messages", all.filter((each) => !each.name && each.members.includes(world.me) && !world.isApp(each.id))),
    group(world, "Apps", all.filter((each) => world.isApp(each.id))),
  );
  if (focused) document.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  byId("people").replaceChildren(...world.people().map((user) => person(world, user)));
}

function group(world, title, channels) {
  if (!channels.length) return "";
  return h("section", {}, h("h2", {}, title), h("ul", {}, channels.map((each) => h("li", {}, place(world, each)))));
}

function place(world, channel) {
  const news = world.unread.get(channel.id) || { count: 0, calls: 0 };
  const current = channel.id === world.place;
  const name = nameOf(world, channel);
  const node = h(
    "button",
    {
      type: "button", class: `place${news.count ? " unread" : ""}`, "aria-current": current ? "page" : null,
      "aria-label": news.count ? `${name}, unread` : name, onclick: () => world.open(channel.id),
    },
    sign(world, channel),
    h("span", { class: "place-name" }, name),
    news.calls ? h("span", { class: "calls" }, String(news.calls)) : null,
  );
  node.dataset.place = channel.id;
  return node;
}

function sign(world, channel) {
  if (channel.kind === "public") return h("span", { class: "sign", "aria-hidden": "true" }, "#");
  if (channel.kind === "private") return h("span", { class: "sign lock", "aria-label": "private" });
  const other = channel.members.find((each) => each !== world.me);
  return avatar(world.users.get(other) || { id: "?", real_name: "?" }, "tiny");
}

function person(world, user) {
  const mine = user.id === world.me;
  return h(
    "button",
    { type: "button", class: "person", "aria-pressed": String(mine), onclick: () => world.be(user.id) },
    avatar(user, "small"),
    user.real_name,
  );
}

// The corner that leads to what can be done to the surroundings, and to the gallery.
export function drawWorld(world, { deeds, gallery, isOpen }) {
  const section = byId("world");
  section.hidden = !deeds.length && !gallery;
  const attributes = { type: "button", id: "change-world", class: "world-button", "aria-expanded": String(isOpen), "aria-controls": "beside" };
  section.replaceChildren(
    h("h2", {}, "World"),
    deeds.length ? h("button", { ...attributes, onclick: () => world.openDeeds() }, "Let things happen") : "",
    gallery ? h("a", { class: "world-button", href: "/gallery" }, "Gallery") : "",
  );
}

// Arrow keys walk through the places.
export function walkPlaces(list) {
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll(".place")];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    all[Math.min(Math.max(next, 0), all.length - 1)].focus();
  });
}

export function drawHead(world) {
  const channel = world.channels.get(world.place);
  const name = nameOf(world, channel);
  const sign = { public: "#", private: "🔒" }[channel.kind] || "";
  byId("room-name").textContent = sign === "#" ? `# ${name}` : `${sign} ${name}`.trim();
  byId("room-topic").textContent = channel.topic;
  const members = channel.members.map((each) => world.users.get(each)).filter(Boolean);
  const names = members.map((each) => each.real_name).join(", ");
  byId("room-members").replaceChildren(
    h("span", { class: "faces", title: names, role: "img", "aria-label": `Members: ${names}` }, members.map((each) => avatar(each, "small")), h("span", {}, String(members.length))),
  );
  byId("log").setAttribute("aria-label", `Messages in ${name}`);
  byId("input").placeholder = `Message ${sign === "#" ? "#" : ""}${name}`;
  byId("input").setAttribute("aria-label", `Message ${name}`);
  document.title = `${sign === "#" ? "#" : ""}${name} · Sandbox`;
}
