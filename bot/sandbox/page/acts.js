// What a person does, told to the page's server; what did not work is said.

import { confirmed } from "./confirm.js";
import { byId, h } from "./dom.js";
import { act } from "./server.js";

const TOAST_MS = 6000;

export class Acts {
  #world;

  constructor(world) {
    this.#world = world;
  }

  async send(text) {
    const here = this.#here();
    const moved = /^\/(invite|kick|remove)\s+<?@?([\w.-]+)>?$/.exec(text);
    if (moved) return this.#move(moved[1] === "invite" ? "invite" : "kick", moved[2], here);
    const what = text.startsWith("/") ? "command" : "say";
    const answer = await act(what, { ...here, text });
    // A command that the bot did not take is told in the channel itself.
    if (!answer.ok && (what === "say" || !isFromBot(answer.error))) toast(`Not sent: ${answer.error}`, true);
  }

  async reply(text, ts) {
    if (text.startsWith("/")) return toast(`Commands cannot be used in threads: mention @${this.#bot()?.name} instead.`, true);
    const answer = await act("say", { ...this.#here(), text, thread_ts: ts });
    if (!answer.ok) toast(`Not sent: ${answer.error}`, true);
  }

  async #move(what, name, here) {
    const who = this.#world.named(name);
    if (!who) return toast(`There is nobody called @${name} here.`, true);
    const answer = await act(what, { ...here, who: who.id });
    if (!answer.ok) toast(`Not done: ${answer.error}`, true);
  }

  async press(message, block, element, value) {
    if (element.confirm && !(await confirmed(this.#world, element.confirm))) return;
    const about = { user: this.#world.me, channel: message.channel, ts: message.ts };
    this.#told(await act("click", { ...about, action_id: element.action_id, block_id: block.block_id, ...chosen(value) }));
  }

  // Something in a view: it opens and changes nothing on the page itself, the app does.
  async touch(view, values, block, element, value) {
    if (element.confirm && !(await confirmed(this.#world, element.confirm))) return { ok: true };
    const about = { user: this.#world.me, view: view.id, values, block_id: block.block_id, action_id: element.action_id };
    const answer = await act("touch", { ...about, ...chosen(value) });
    if (view.type === "home") this.#told(answer);
    return answer;
  }

  submit(view, values) {
    return act("submit", { user: this.#world.me, view: view.id, values });
  }

  close(view) {
    return act("close", { user: this.#world.me, view: view.id });
  }

  async summon(callback, message = null) {
    const about = message ? { channel: message.channel, ts: message.ts } : {};
    this.#told(await act("shortcut", { user: this.#world.me, callback_id: callback, ...about }));
  }

  async openTab(tab) {
    this.#told(await act("home", { user: this.#world.me, tab }));
  }

  async change(deed, choices) {
    const working = toast(`${deed.label} …`);
    const answer = await act("world", { what: deed.name, ...choices });
    working.remove();
    toast(answer.ok ? `${deed.label}: ${done(deed)}.` : `That did not work: ${answer.error}`, !answer.ok);
  }

  #here() {
    return { user: this.#world.me, channel: this.#world.place };
  }

  #bot() {
    return this.#world.users.get(this.#world.bot);
  }

  #told(answer) {
    if (!answer.ok) toast(`Lip Sync did not answer (${answer.error}).`, true);
  }
}

const chosen = (value) => (value === undefined ? {} : { value });
const isFromBot = (error) => ["operation_timeout", "dispatch_failed"].includes(error);
const done = (deed) => (deed.on === null ? "done" : deed.on ? "no longer" : "from now on");

export function toast(text, isTrouble = false) {
  const node = h("div", { class: isTrouble ? "toast trouble" : "toast" }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
  return node;
}
