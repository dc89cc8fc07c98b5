// One message: who, when, what, what it links to, its thread, and what can be done with it.

import { avatar, h } from "./dom.js";
import { blocks } from "./blocks.js";
import { clockTime, fullTime } from "./dates.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";

export const moment = (message) => new Date(Number(message.ts) * 1000);

// `compact` leaves out who said it; `replies` are those in its thread; in the thread itself there are no tools for it.
export function article(world, message, { compact = false, replies = [], inThread = false } = {}) {
  const user = world.userOf(message);
  const time = h("time", { datetime: moment(message).toISOString(), title: fullTime(moment(message)) }, clockTime(moment(message)));
  const gutter = compact ? h("span", { class: "gutter-time", "aria-hidden": "true" }, time) : avatar(user);
  const title = compact ? null : h("div", { class: "title" }, h("strong", { class: "name" }, user.real_name), badge(user), time);
  const kind = `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`;
  const node = h(
    "article", { class: kind, tabindex: "-1", "aria-label": `${user.real_name}, ${clockTime(moment(message))}` },
    message.ephemeral ? h("div", { class: "only-you" }, eye(), "Only visible to you") : null,
    message.thread_ts && !inThread ? h("div", { class: "only-you" }, "Replied to a thread") : null,
    h("div", { class: "gutter" }, gutter),
    h("div", { class: "body" }, title, content(world, message), threadButton(world, message, replies)),
    tools(world, message, inThread),
  );
  node.dataset.ts = message.ts;
  return node;
}

function content(world, message) {
  const does = { press: (block, element, value) => world.press(message, block, element, value) };
  const said = message.blocks.length
    ? blocks(world, message.blocks, does)
    : h("div", { class: "block text" }, mrkdwn(world, message.text));
  const unfurls = message.unfurls.map((each) => h("div", { class: "unfurl" }, blocks(world, each.blocks, does)));
  return [said, unfurls, message.files.map(file), reactions(message)];
}

function threadButton(world, message, replies) {
  if (!replies.length) return null;
  const faces = [...new Set(replies.map((each) => each.user))].slice(0, 4).map((id) => avatar(world.userOf({ user: id }), "tiny"));
  const open = () => world.openThread(message.ts);
  const node = h("button", { type: "button", class: "replies", onclick: open }, h("span", { class: "reply-faces" }, faces), h("span", { class: "reply-count" }, repliesLabel(replies)));
  node.dataset.action = "thread";
  return node;
}

// What only one person sees is not counted, as nobody else finds it there; `otherwise` is said when there is nothing else.
export function repliesLabel(replies, otherwise = "View thread") {
  const many = replies.filter((each) => !each.ephemeral).length;
  if (!many) return otherwise;
  return many === 1 ? "1 reply" : `${many} replies`;
}

// Shown while one points at the message or is in it: reply, and what the app offers for a message.
function tools(world, message, inThread) {
  if (message.ephemeral) return null;
  const shortcuts = world.shortcuts.filter((each) => each.type === "message");
  const reply = inThread ? null : tool("reply", "Reply in thread", () => world.openThread(message.thread_ts || message.ts));
  const more = shortcuts.length ? tool("more", "More actions", () => openMenu(more, "More actions", items(world, message, shortcuts))) : null;
  more?.setAttribute("aria-haspopup", "menu");
  more?.setAttribute("aria-expanded", "false");
  return reply || more ? h("div", { class: "tools", role: "group", "aria-label": "Message" }, reply, more) : null;
}

function items(world, message, shortcuts) {
  const app = world.users.get(world.bot)?.real_name;
  return shortcuts.map((each) => ({ label: each.name, note: app, act: () => world.summon(each.callback_id, message) }));
}

function tool(name, label, act) {
  const node = h("button", { type: "button", class: `tool tool-${name}`, "aria-label": label, title: label, onclick: act }, icon(name));
  node.dataset.action = `tool-${name}`;
  return node;
}

const badge = (user) => (user.is_bot ? h("span", { class: "badge" }, "APP") : null);
const eye = () => h("span", { class: "eye", "aria-hidden": "true" });

function file(each) {
  const text = typeof each.content === "string" ? each.content : "";
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = h("a", { href, download: each.name || "file.txt" }, "Download");
  const title = h("summary", {}, `📄 ${each.title || each.name} `, h("span", { class: "note" }, size(each.size ?? text.length)));
  return h("details", { class: "panel file" }, title, h("pre", { tabindex: "0", role: "region", "aria-label": each.title || each.name }, text), link);
}

const size = (bytes) => (bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

function reactions(message) {
  const shown = Object.entries(message.reactions).map(([name, users]) => h("span", { class: "reaction" }, `${emoji(name)} ${users.length}`));
  return shown.length ? h("div", { class: "reactions" }, shown) : null;
}
