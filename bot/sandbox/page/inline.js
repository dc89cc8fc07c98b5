// What stands inside a line: mentions, channels, links, code, styles; one way for mrkdwn and rich text.

import { h } from "./dom.js";

const SAFE_LINK = /^(https?|mailto):/i;

export function userNode(world, id) {
  const user = world.users.get(id);
  const mine = id === world.me ? "mention mention-me" : "mention";
  return h("span", { class: mine }, `@${user ? user.real_name : id}`);
}

export function channelNode(world, id) {
  const channel = world.channels.get(id);
  if (!channel || !channel.name) return h("span", { class: "mention" }, channel ? "a conversation" : "🔒 private channel");
  return h("button", { type: "button", class: "mention as-link", onclick: () => world.open(id) }, `#${channel.name}`);
}

export function broadcastNode(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

export function linkNode(url, ...content) {
  if (!SAFE_LINK.test(url)) return h("span", {}, ...content);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...content);
}

// Code that can be typed as it is becomes a button that puts it into the box.
export function codeNode(world, text) {
  if (!/^\/(lipsync|invite)\b/.test(text)) return h("code", {}, text);
  const title = "Put this into the box";
  return h("button", { type: "button", class: "typed", title, onclick: () => world.suggest(text.replace(/<.*$/, "")) }, h("code", {}, text));
}

export function styled(node, style = {}) {
  let result = node;
  for (const [name, tag] of [["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"], ["highlight", "mark"]]) {
    if (style[name]) result = h(tag, {}, result);
  }
  return result;
}
