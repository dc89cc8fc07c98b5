// The messages of the open place: each is drawn anew only when something about it changed.

import { avatar, h } from "./dom.js";
import { blocks } from "./blocks.js";
import { clockTime, dayName, fullTime } from "./dates.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { nameOf } from "./sidebar.js";

const TOGETHER_SECONDS = 300;
const MANY = 150;
const moment = (message) => new Date(Number(message.ts) * 1000);

export class MessageList {
  #world;
  #log;
  #drawn = new Map();
  #thread = { depends: null };
  #place = null;
  #hidden = null;

  constructor(world, log) {
    this.#world = world;
    this.#log = log;
  }

  show(place) {
    const another = place !== this.#place;
    const atEnd = another || this.#isAtEnd();
    if (another) {
      this.#drawn.clear();
      this.#log.replaceChildren();
      this.#place = place;
      this.#hidden = null;
    }
    const kept = atEnd ? null : this.#firstInView();
    this.#reconcile(this.#rows(this.#world.messagesOf(place)));
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
    else if (kept) this.#keepInPlace(kept);
  }

  // Draw the thread under a message; false when the message is not there.
  showThread(ts, into) {
    const all = this.#world.messagesOf(this.#place);
    const first = all.find((each) => each.ts === ts);
    if (!first) return false;
    const replies = all.filter((each) => each.thread_ts === ts);
    const depends = JSON.stringify([first, replies]);
    if (this.#thread.depends === depends && into.firstChild) return true;
    this.#thread = { depends };
    const drawn = [first, ...replies].map((each) => this.#article(each, false, [], true));
    const label = h("div", { class: "day", role: "separator" }, h("span", {}, repliesLabel(replies)));
    into.replaceChildren(drawn[0], label, ...drawn.slice(1));
    return true;
  }

  // What the reader looks at stays where it is when something above it grows.
  #firstInView() {
    const top = this.#log.getBoundingClientRect().top;
    for (const [key, { node }] of this.#drawn) {
      const place = node.getBoundingClientRect();
      if (place.bottom > top) return { key, offset: place.top };
    }
    return null;
  }

  #keepInPlace({ key, offset }) {
    const node = this.#drawn.get(key)?.node;
    if (node) this.#log.scrollTop += node.getBoundingClientRect().top - offset;
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 80;
  }

  // What is to be seen, from top to bottom: key, what it depends on, how to draw it.
  #rows(messages) {
    const replies = Map.groupBy ? Map.groupBy(messages, (each) => each.thread_ts) : grouped(messages);
    const every = messages.filter((each) => !each.thread_ts || each.broadcast);
    this.#hidden = Math.min(this.#hidden ?? Math.max(0, every.length - MANY), every.length);
    const hidden = this.#hidden;
    const rows = hidden
      ? [{ key: "earlier", depends: String(hidden), draw: () => this.#earlier(hidden) }]
      : [{ key: "intro", depends: "", draw: () => intro(this.#world) }];
    let last = null;
    for (const message of every.slice(hidden)) {
      const day = dayName(moment(message));
      if (!last || dayName(moment(last)) !== day) {
        rows.push({ key: `day ${day}`, depends: day, draw: () => separator(day) });
        last = null;
      }
      rows.push(this.#row(message, last, replies.get(message.ts) || []));
      last = message;
    }
    return rows;
  }

  #row(message, last, replies) {
    const compact = follows(message, last);
    const depends = JSON.stringify([message, compact, replies.length]);
    return { key: message.ts, depends, draw: () => this.#article(message, compact, replies) };
  }

  #earlier(hidden) {
    const more = () => {
      this.#hidden = Math.max(0, hidden - MANY);
      this.show(this.#place);
    };
    return h("button", { type: "button", class: "earlier", onclick: more }, `Show earlier messages (${hidden})`);
  }

  #reconcile(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.#drawn) {
      if (keys.has(key)) continue;
      node.remove();
      this.#drawn.delete(key);
    }
    const nodes = rows.map((row) => this.#node(row));
    let before = this.#log.firstChild;
    for (const node of nodes) {
      if (node === before) before = before.nextSibling;
      else this.#log.insertBefore(node, before);
    }
  }

  #node(row) {
    const known = this.#drawn.get(row.key);
    if (known && known.depends === row.depends) return known.node;
    const node = row.draw();
    this.#drawn.set(row.key, { depends: row.depends, node });
    if (known) {
      node.setAttribute("aria-live", "off"); // an edit is not read out: the card changes every few seconds
      replaceKeepingFocus(known.node, node);
    }
    return node;
  }

  #article(message, compact, replies, isReply = false) {
    const user = this.#world.userOf(message);
    const time = h("time", { datetime: moment(message).toISOString(), title: fullTime(moment(message)) }, clockTime(moment(message)));
    const gutter = compact ? h("span", { class: "gutter-time", "aria-hidden": "true" }, time) : avatar(user);
    const title = compact ? null : h("div", { class: "title" }, h("strong", { class: "name" }, user.real_name), badge(user), time);
    const kind = `message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`;
    return h(
      "article", { class: kind, "aria-label": `${user.real_name}, ${clockTime(moment(message))}` },
      message.ephemeral ? h("div", { class: "only-you" }, eye(), "Only visible to you") : null,
      message.thread_ts && !isReply ? h("div", { class: "only-you" }, "Replied to a thread") : null,
      h("div", { class: "gutter" }, gutter),
      h("div", { class: "body" }, title, this.#content(message), this.#threadButton(message, replies)),
    );
  }

  #content(message) {
    const press = (block, element, value) => this.#world.press(message, block, element, value);
    const said = message.blocks.length
      ? blocks(this.#world, message.blocks, press)
      : h("div", { class: "block text" }, mrkdwn(this.#world, message.text));
    return [said, message.files.map(file), reactions(message)];
  }

  #threadButton(message, replies) {
    if (!replies.length) return null;
    const open = () => this.#world.openThread(message.ts);
    const node = h("button", { type: "button", class: "replies", onclick: open }, repliesLabel(replies));
    node.dataset.action = "thread";
    return node;
  }
}

const repliesLabel = (replies) => (replies.length === 1 ? "1 reply" : `${replies.length} replies`);

function grouped(messages) {
  const found = new Map();
  for (const each of messages) found.set(each.thread_ts, [...(found.get(each.thread_ts) || []), each]);
  return found;
}

function follows(message, last) {
  if (!last || last.user !== message.user || message.ephemeral || last.ephemeral) return false;
  if (message.blocks.length || last.blocks.length) return false;
  return Number(message.ts) - Number(last.ts) < TOGETHER_SECONDS;
}

function replaceKeepingFocus(old, fresh) {
  const action = old.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  old.replaceWith(fresh);
  if (action) fresh.querySelector(`[data-action="${CSS.escape(action)}"]`)?.focus();
}

function intro(world) {
  const channel = world.channels.get(world.place);
  const name = channel.name ? `#${channel.name}` : nameOf(world, channel);
  const what = channel.name ? "the channel" : "your conversation with";
  return h("div", { class: "intro" }, h("h3", {}, name), h("p", {}, `This is the very beginning of ${what} ${name}.`));
}

const separator = (day) => h("div", { class: "day", role: "separator", "aria-label": day }, h("span", {}, day));
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
