// Rich text: sections, lists, code and quotes; all text in it is literal.

import { h } from "./dom.js";
import { dateNode } from "./dates.js";
import { emoji } from "./emoji.js";
import { broadcastNode, channelNode, codeNode, linkNode, styled, userNode } from "./inline.js";

const INLINE = {
  text: (world, e) => (e.style && e.style.code ? codeNode(world, e.text) : document.createTextNode(e.text)),
  link: (_world, e) => linkNode(e.url, e.text || e.url),
  emoji: (_world, e) => document.createTextNode(emoji(e.name)),
  user: (world, e) => userNode(world, e.user_id),
  usergroup: (_world, e) => h("span", { class: "mention" }, `@${e.usergroup_id}`),
  channel: (world, e) => channelNode(world, e.channel_id),
  broadcast: (_world, e) => broadcastNode(e.range),
  color: (_world, e) => swatch(e.value),
  date: (_world, e) => (e.url ? linkNode(e.url, dated(e)) : dated(e)),
};

const dated = (e) => dateNode(e.timestamp, e.format, e.fallback);

function swatch(value) {
  const dot = h("span", { class: "swatch" });
  dot.style.backgroundColor = value;
  return h("span", {}, value, " ", dot);
}

function line(world, elements) {
  return elements.map((each) => (INLINE[each.type] ? styled(INLINE[each.type](world, each), each.style) : each.text || ""));
}

const PARTS = {
  rich_text_section: (world, part) => h("div", { class: "rich-section" }, line(world, part.elements)),
  rich_text_preformatted: (world, part) => h("pre", {}, line(world, part.elements)),
  rich_text_quote: (world, part) => h("blockquote", {}, line(world, part.elements)),
  rich_text_list: (world, part) => {
    const items = part.elements.map((each) => h("li", {}, line(world, each.elements)));
    const list = h(part.style === "ordered" ? "ol" : "ul", { start: part.offset ? part.offset + 1 : null }, items);
    if (part.indent) list.style.marginInlineStart = `${part.indent * 24}px`;
    return list;
  },
};

export function richText(world, block) {
  return h("div", { class: "rich" }, block.elements.map((part) => (PARTS[part.type] ? PARTS[part.type](world, part) : null)));
}
