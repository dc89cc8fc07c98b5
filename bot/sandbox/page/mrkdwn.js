// Slack's mrkdwn as elements: styles, code, quotes, `<…>` tokens and emoji; everything else is text.

import { h } from "./dom.js";
import { dateNode } from "./dates.js";
import { EMOJI } from "./emoji.js";
import { broadcastNode, channelNode, codeNode, linkNode, userNode } from "./inline.js";

export function unescaped(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const around = (sign) => new RegExp(`(?<![\\w${sign}])${sign}(?=\\S)([^${sign}\\n]*[^${sign}\\s])${sign}(?![\\w${sign}])`);

const RULES = [
  [/<([^<>\s][^<>]*)>/, (world, found) => token(world, found[1])],
  [/`([^`\n]+)`/, (world, found) => codeNode(world, unescaped(found[1]))],
  [around("\\*"), (world, found) => h("strong", {}, inline(world, found[1]))],
  [around("_"), (world, found) => h("em", {}, inline(world, found[1]))],
  [around("~"), (world, found) => h("s", {}, inline(world, found[1]))],
  [/:([a-z0-9_+-]+):/, (_world, found) => EMOJI[found[1]] || found[0]],
];

export function inline(world, text) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const first = earliest(rest);
    if (!first) break;
    if (first.found.index) nodes.push(unescaped(rest.slice(0, first.found.index)));
    nodes.push(first.make(world, first.found));
    rest = rest.slice(first.found.index + first.found[0].length);
  }
  if (rest) nodes.push(unescaped(rest));
  return nodes;
}

function earliest(text) {
  let best = null;
  for (const [pattern, make] of RULES) {
    const found = pattern.exec(text);
    if (found && (!best || found.index < best.found.index)) best = { found, make };
  }
  return best;
}

function token(world, inside) {
  const bar = inside.indexOf("|");
  const [target, label] = bar < 0 ? [inside, ""] : [inside.slice(0, bar), inside.slice(bar + 1)];
  if (target.startsWith("@")) return userNode(world, target.slice(1));
  if (target.startsWith("#")) return channelNode(world, target.slice(1));
  if (target.startsWith("!date^")) return dateToken(target, label);
  if (target.startsWith("!")) return broadcastNode(target.slice(1).split("^")[0]);
  return linkNode(unescaped(target), label ? unescaped(label) : unescaped(target));
}

function dateToken(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  const node = dateNode(Number(seconds), unescaped(format || ""), unescaped(fallback));
  return url ? linkNode(unescaped(url), node) : node;
}

// Blocks of code first, then quotes by line, then what stands in a line.
export function mrkdwn(world, text) {
  return text.split(/```\n?([\s\S]+?)\n?```/).map((part, index) => {
    if (index % 2) return h("pre", {}, unescaped(part));
    return quotes(world, index ? part.replace(/^\n/, "") : part);
  });
}

function quotes(world, text) {
  const parts = [];
  for (const line of text.split("\n")) {
    const found = /^&gt; ?(.*)$/.exec(line);
    const last = parts[parts.length - 1];
    if (last && last.quoted === Boolean(found)) last.lines.push(found ? found[1] : line);
    else parts.push({ quoted: Boolean(found), lines: [found ? found[1] : line] });
  }
  return parts.map(({ quoted, lines }) => {
    const content = inline(world, lines.join("\n"));
    return quoted ? h("blockquote", {}, content) : content;
  });
}
