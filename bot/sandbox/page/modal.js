// The views that an app opened for this person, as a dialog over the page: what is entered stays while it is updated.

import { byId } from "./dom.js";
import { Frame } from "./frame.js";

export class Modal {
  #world;
  #acts;
  #dialog = byId("modal");
  #frames = new Map(); // view id → its frame: those below the one on top wait with what was entered
  #open = null;

  // `acts` has touch(view, values, block, element, value), submit(view, values) and close(view), with the server's answers.
  constructor(world, acts) {
    this.#world = world;
    this.#acts = acts;
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (this.#open) this.#close(this.#open);
    });
  }

  // `stack` are the views that are open for this person, the one on top last.
  show(stack) {
    const ids = stack.map((each) => each.id);
    for (const id of [...this.#frames.keys()]) if (!ids.includes(id)) this.#frames.delete(id);
    const top = stack.at(-1);
    if (!top) return this.#leave();
    const frame = this.#frames.get(top.id) || this.#made(top.id);
    if (frame.view?.hash !== top.hash) frame.show(top, stack.length > 1);
    if (this.#open !== frame) this.#put(frame);
  }

  #made(id) {
    const does = { press: (...about) => this.#press(...about), submit: (frame) => this.#submit(frame), close: (frame) => this.#close(frame) };
    const frame = new Frame(this.#world, does);
    this.#frames.set(id, frame);
    return frame;
  }

  #put(frame) {
    this.#open = frame;
    this.#dialog.replaceChildren(frame.node);
    this.#dialog.setAttribute("aria-labelledby", frame.titleId);
    if (!this.#dialog.open) this.#dialog.showModal();
    frame.focus();
  }

  #leave() {
    this.#open = null;
    if (this.#dialog.open) this.#dialog.close();
    this.#dialog.replaceChildren();
  }

  // Once it is sent or gone, what was typed last is not told as well.
  async #press(frame, block, element, value) {
    if (frame.isBusy || !frame.node.isConnected) return;
    const answer = await this.#acts.touch(frame.view, frame.form.values(), block, element, value);
    frame.say(answer.ok ? "" : unanswered(answer));
  }

  async #submit(frame) {
    const mistakes = frame.form.mistakes();
    frame.form.complain(mistakes);
    if (Object.keys(mistakes).length) return;
    const { hash } = frame.view;
    frame.busy(true);
    const answer = await this.#acts.submit(frame.view, frame.form.values());
    frame.isTaken = answer.ok && !answer.errors && frame.view.hash === hash;
    if (!frame.isTaken) frame.busy(false);
    const unplaced = answer.errors ? frame.form.complain(answer.errors) : [];
    frame.say(answer.ok ? unplaced.join(" ") : unanswered(answer));
  }

  async #close(frame) {
    const answer = await this.#acts.close(frame.view);
    if (!answer.ok) frame.say(unanswered(answer));
  }
}

const unanswered = (answer) => `Lip Sync did not answer (${answer.error}). What you entered is still here.`;
