// Puts the page together: reads the workspace as one person, follows what happens, does what is typed and pressed.

import { Composer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { tick } from "./dates.js";
import { byId, h } from "./dom.js";
import { MessageList } from "./messages.js";
import { act, follow, read } from "./server.js";
import { drawHead, drawSidebar, drawWorld } from "./sidebar.js";
import { World } from "./world.js";

const FIRST_PERSON = "U0ANA";
const FIRST_PLACE = "C0DUBBINGDE";
const TOAST_MS = 6000;
const world = new World();
const list = new MessageList(world, byId("log"));
const composer = new Composer(send);
let stopFollowing = () => {};

world.open = (place) => {
  world.place = place;
  world.unread.delete(place);
  remember();
  draw();
  byId("input").focus();
};
world.be = async (user) => {
  if (user !== world.me) await begin(user);
};
world.suggest = (text) => composer.put(text);
world.press = press;
world.change = async (what, label) => {
  toast(`${label} …`);
  const answer = await act("world", { what });
  toast(answer.ok ? "The bot is running." : `That did not work: ${answer.error}`, !answer.ok);
};

async function begin(user) {
  stopFollowing();
  const state = await read(user);
  world.begin(user);
  world.take(state, false);
  if (!world.channels.has(world.place)) world.place = FIRST_PLACE;
  composer.offer(state.offers);
  drawWorld(world, state.world);
  remember();
  draw();
  stopFollowing = follow(user, world.n, take, connected);
}

function take(change) {
  world.take(change, true);
  draw();
}

function draw() {
  drawSidebar(world);
  drawHead(world);
  list.show(world.place);
}

function remember() {
  history.replaceState(null, "", `#${world.me}/${world.place}`);
}

async function send(text) {
  const here = { user: world.me, channel: world.place };
  const moved = /^\/(invite|kick|remove)\s+<?@?([\w.-]+)>?$/.exec(text);
  if (moved) return move(moved[1] === "invite" ? "invite" : "kick", moved[2], here);
  const what = text.startsWith("/") ? "command" : "say";
  const answer = await act(what, { ...here, text });
  // A command that the bot did not take is told in the channel itself.
  if (!answer.ok && (what === "say" || !isFromBot(answer.error))) toast(`Not sent: ${answer.error}`, true);
}

const isFromBot = (error) => ["operation_timeout", "dispatch_failed"].includes(error);

async function move(what, name, here) {
  const who = world.named(name);
  if (!who) return toast(`There is nobody called @${name} here.`, true);
  const answer = await act(what, { ...here, who: who.id });
  if (!answer.ok) toast(`Not done: ${answer.error}`, true);
}

async function press(message, block, element, value) {
  if (element.confirm && !(await confirmed(world, element.confirm))) return;
  const about = { user: world.me, channel: message.channel, ts: message.ts };
  const choice = value ? { value } : {};
  const answer = await act("click", { ...about, action_id: element.action_id, block_id: block.block_id, ...choice });
  if (!answer.ok) toast(`Lip Sync did not answer (${answer.error}).`, true);
}

function toast(text, isTrouble = false) {
  const node = h("div", { class: isTrouble ? "toast trouble" : "toast" }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}

function connected(isThere) {
  document.body.classList.toggle("away", !isThere);
}

setInterval(() => tick(byId("log")), 1000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !world.place) return;
  world.unread.delete(world.place);
  draw();
});

const [user, place] = location.hash.slice(1).split("/");
world.place = place || FIRST_PLACE;
begin(user || FIRST_PERSON)
  .catch(() => begin(FIRST_PERSON))
  .then(() => byId("input").focus());
