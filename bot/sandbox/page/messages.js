// The messages of the open place, from top to bottom, and what one reads stays where it is.

import { dayName } from "./dates.js";
import { h } from "./dom.js";
import { article, moment } from "./message.js";
import { nameOf } from "./names.js";
import { Rows } from "./rows.js";

const TOGETHER_SECONDS = 300;
const MANY = 150;

export class MessageList {
  #world;
  #log;
  #rows;
  #place = null;
  #hidden = null;

  constructor(world, log) {
    this.#world = world;
    this.#log = log;
    this.#rows = new Rows(log);
    walkMessages(log);
  }

  show(place) {
    const another = place !== this.#place;
    const atEnd = another || isAtEnd(this.#log);
    if (another) {
      this.#rows.clear();
      this.#place = place;
      this.#hidden = null;
    }
    const kept = atEnd ? null : this.#rows.firstBelow(this.#log.getBoundingClientRect().top);
    this.#rows.show(this.#all(this.#world.messagesOf(place)));
    if (atEnd) this.toEnd();
    else if (kept) this.#keepInPlace(kept);
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #keepInPlace({ key, offset }) {
    const node = this.#rows.node(key);
    if (node) this.#log.scrollTop += node.getBoundingClientRect().top - offset;
  }

  // What is to be seen, from top to bottom: key, what it depends on, how to draw it.
  #all(messages) {
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
    const depends = JSON.stringify([message, compact, replies.map((each) => [each.user, each.ephemeral])]);
    return { key: message.ts, depends, draw: () => article(this.#world, message, { compact, replies }) };
  }

  #earlier(hidden) {
    const more = () => {
      this.#hidden = Math.max(0, hidden - MANY);
      this.show(this.#place);
    };
    return h("button", { type: "button", class: "earlier", onclick: more }, `Show earlier messages (${hidden})`);
  }
}

export const isAtEnd = (node) => node.scrollHeight - node.scrollTop - node.clientHeight < 80;

// From the list, ArrowUp goes into the messages; there arrows walk, and the menu key opens what a message offers.
export function walkMessages(log) {
  log.addEventListener("keydown", (event) => {
    const all = [...log.querySelectorAll("article")];
    const at = all.indexOf(event.target);
    if (!all.length || (at < 0 && event.target !== log)) return;
    if (at >= 0 && (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))) return openTools(event, all[at]);
    const next = at < 0 ? { ArrowUp: all.length - 1 }[event.key] : { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[Math.min(Math.max(next, 0), all.length - 1)].focus();
  });
}

function openTools(event, message) {
  const more = message.querySelector(".tool-more");
  if (!more) return;
  event.preventDefault();
  more.click();
}

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

function intro(world) {
  const channel = world.channels.get(world.place);
  const name = channel.name ? `#${channel.name}` : nameOf(world, channel);
  const what = channel.name ? "the channel" : "your conversation with";
  return h("div", { class: "intro" }, h("h3", {}, name), h("p", {}, `This is the very beginning of ${what} ${name}.`));
}

const separator = (day) => h("div", { class: "day", role: "separator", "aria-label": day }, h("span", {}, day));
