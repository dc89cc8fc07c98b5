// The thread under a message: the message, how many replies, and each reply.

import { h } from "./dom.js";
import { article, repliesLabel } from "./message.js";
import { isAtEnd, walkMessages } from "./messages.js";
import { Rows } from "./rows.js";

export class Thread {
  #world;
  #into;
  #rows;
  #ts = null;

  constructor(world, into) {
    this.#world = world;
    this.#into = into;
    this.#rows = new Rows(into);
    walkMessages(into);
  }

  // False when the message is not there.
  show(place, ts) {
    const all = this.#world.messagesOf(place);
    const first = all.find((each) => each.ts === ts);
    if (!first) return false;
    const another = ts !== this.#ts;
    const atEnd = another || isAtEnd(this.#into);
    if (another) this.#rows.clear();
    this.#ts = ts;
    const replies = all.filter((each) => each.thread_ts === ts);
    this.#rows.show([this.#row(first), divider(replies), ...replies.map((each) => this.#row(each))]);
    if (atEnd) this.#into.scrollTop = this.#into.scrollHeight;
    return true;
  }

  #row(message) {
    const draw = () => article(this.#world, message, { inThread: true });
    return { key: message.ts, depends: JSON.stringify(message), draw };
  }
}

function divider(replies) {
  const label = repliesLabel(replies, "No replies yet");
  return { key: "replies", depends: label, draw: () => h("div", { class: "day thread-day", role: "separator" }, h("span", {}, label)) };
}
