// A question before a button does its work.

import { byId, h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

export function confirmed(world, question) {
  const dialog = byId("confirm");
  const style = question.style === "danger" ? "danger" : "primary";
  const text = question.text.type === "mrkdwn" ? mrkdwn(world, question.text.text) : question.text.text;
  dialog.replaceChildren(
    h(
      "form", { method: "dialog" },
      h("h2", { id: "confirm-title" }, question.title.text),
      h("div", { class: "text" }, text),
      h(
        "div", { class: "actions" },
        h("button", { class: "button", value: "no" }, question.deny.text),
        h("button", { class: `button ${style}`, value: "yes" }, question.confirm.text),
      ),
    ),
  );
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
