// Puts the page together: reads the workspace as one person, follows what happens, does what is typed and pressed.

import { Beside, Deeds } from "./beside.js";
import { Composer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { tick } from "./dates.js";
import { byId, h } from "./dom.js";
import { MessageList } from "./messages.js";
import { act, follow, read, surroundings } from "./server.js";
import { drawHead, drawSidebar, drawWorld, walkPlaces } from "./sidebar.js";
import { World } from "./world.js";

const FIRST_PERSON = "U0ANA";
const FIRST_PLACE = "C0DUBBINGDE";
const TOAST_MS = 6000;
const world = new World();
const list = new MessageList(world, byId("log"));
const composer = new Composer(send);
const beside = new Beside(draw);
const deeds = new Deeds(change);
let offered = { world: [], gallery: false };
let stopFollowing = () => {};

world.open = (place) => {
  world.place = place;
  world.unread.delete(place);
  if (beside.what && beside.what !== "deeds") beside.close();
  remember();
  draw();
  byId("input").focus();
};
world.be = async (user) => {
  if (user !== world.me) await begin(user);
};
world.suggest = (text) => composer.put(text);
world.press = press;
world.openDeeds = () => {
  if (beside.what === "deeds") return beside.close();
  beside.open("deeds", "Let things happen");
  draw();
};
world.openThread = (ts) => {
  beside.open(ts, "Thread");
  draw();
};

async function change(deed, chosen) {
  const working = toast(`${deed.label} …`);
  const answer = await act("world", { what: deed.name, ...chosen });
  working.remove();
  toast(answer.ok ? `${deed.label}: ${done(deed)}.` : `That did not work: ${answer.error}`, !answer.ok);
  takeOffers((await surroundings()) || offered);
  if (beside.what === "deeds") deeds.draw(offered.world);
}

const done = (deed) => (deed.on === null ? "done" : deed.on ? "no longer" : "from now on");

function takeOffers(now) {
  offered = now;
  composer.offer(now.offers || { commands: [], references: [] });
}

async function begin(user) {
  stopFollowing();
  const state = await read(user);
  world.begin(user);
  world.take(state, false);
  if (!world.channels.has(world.place)) world.place = FIRST_PLACE;
  takeOffers(state);
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
  drawWorld(world, { deeds: offered.world, gallery: offered.gallery, isOpen: beside.what === "deeds" });
  if (beside.what === "deeds" && !byId("beside-body").firstChild) deeds.draw(offered.world);
  else if (beside.what && beside.what !== "deeds") drawThread();
}

function drawThread() {
  if (!list.showThread(beside.what, byId("beside-body"))) beside.close();
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
  return node;
}

function connected(isThere) {
  document.body.classList.toggle("away", !isThere);
}

walkPlaces(byId("places"));
setInterval(() => tick(document.body), 1000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !world.place) return;
  world.unread.delete(world.place);
  draw();
});

const [user, place] = location.hash.slice(1).split("/");
world.place = place || FIRST_PLACE;
begin(user || FIRST_PERSON)
  .catch(() => begin(FIRST_PERSON))
  .then(() => {
    byId("input").disabled = false; // not before it is known who writes, and where
    byId("input").focus();
  });
