// Puts the page together: reads the workspace as one person, follows what happens, does what is typed and pressed.

import { Acts } from "./acts.js";
import { Beside, Deeds } from "./beside.js";
import { Composer } from "./composer.js";
import { tick } from "./dates.js";
import { byId } from "./dom.js";
import { drawTabs, Home, TABS } from "./home.js";
import { openMenu } from "./menu.js";
import { MessageList } from "./messages.js";
import { Modal } from "./modal.js";
import { follow, read, surroundings } from "./server.js";
import { drawHead, drawSidebar, drawWorld, walkPlaces } from "./sidebar.js";
import { Thread } from "./thread.js";
import { World } from "./world.js";

const FIRST_PERSON = "U0ANA";
const FIRST_PLACE = "C0DUBBINGDE";
const NOTHING = { commands: [], references: [] };
const world = new World();
const acts = new Acts(world);
const list = new MessageList(world, byId("log"));
const thread = new Thread(world, byId("beside-body"));
const beside = new Beside(draw);
const deeds = new Deeds(change);
const home = new Home(world, (...about) => acts.touch(...about));
const modal = new Modal(world, acts);
const composer = new Composer(byId("composer"), (text) => acts.send(text), () => completable(false));
const reply = new Composer(byId("reply"), (text) => acts.reply(text, beside.what), () => completable(true));
const drafts = new Map(); // of replies, by thread
let writtenIn = null;
let offered = { world: [], gallery: false, offers: NOTHING };
let stopFollowing = () => {};

world.open = (place, tab = null, byTab = false) => {
  const isOther = place !== world.place;
  world.place = place;
  world.tab = tab || (world.isApp(place) && !world.unread.has(place) ? "home" : "messages");
  world.unread.delete(place);
  if (beside.what && beside.what !== "deeds" && (isOther || world.isAtHome())) beside.close();
  remember();
  draw();
  lookedAt();
  if (!world.isAtHome()) list.toEnd();
  if (byTab) byId(`tab-${world.tab}`)?.focus();
  else if (!world.isAtHome()) composer.focus();
};
world.be = async (user) => {
  if (user !== world.me) await begin(user);
};
world.suggest = (text) => (beside.what && beside.what !== "deeds" && !text.startsWith("/") ? reply : composer).put(text);
world.press = (...about) => acts.press(...about);
world.summon = (...about) => acts.summon(...about);
world.openDeeds = () => {
  if (beside.what === "deeds") return beside.close();
  beside.open("deeds", "Let things happen");
  draw();
};
world.openThread = (ts) => {
  drafts.set(writtenIn, reply.text); // what was begun in one thread is not sent into another
  writtenIn = ts;
  beside.open(ts, "Thread");
  draw();
  reply.put(drafts.get(ts) || "");
};

async function change(deed, chosen) {
  await acts.change(deed, chosen);
  takeOffers((await surroundings()) || offered);
  if (beside.what === "deeds") deeds.draw(offered.world);
}

function takeOffers(now) {
  offered = { ...offered, ...now };
  world.shortcuts = offered.shortcuts || [];
  world.hasHome = Boolean(offered.home_tab);
}

// What can be completed in the box, or in the one of a thread.
function completable(inThread) {
  const all = [...world.users.values()].filter((each) => each.id !== "USLACKBOT");
  const people = all.sort((one, other) => Number(other.is_bot) - Number(one.is_bot)).map((each) => [`@${each.name} `, each.is_bot ? `${each.real_name}, the app` : each.real_name]);
  const shortcuts = globalShortcuts().map((each) => ({ ...each, act: () => acts.summon(each.callback_id) }));
  return { ...offered.offers, people, shortcuts, isBotsOwn: world.isApp(world.place), inThread, canLeave: inThread };
}

async function begin(user) {
  stopFollowing();
  const state = await read(user);
  const wasInApp = world.isApp(world.place);
  world.begin(user);
  world.take(state, false);
  takeOffers(state);
  if (!world.channels.has(world.place)) world.place = (wasInApp && [...world.channels.keys()].find((each) => world.isApp(each))) || FIRST_PLACE;
  remember();
  draw();
  lookedAt();
  stopFollowing = follow(user, world.n, take, connected);
}

function take(change) {
  world.take(change, true);
  draw();
}

function draw() {
  const isAtHome = world.isAtHome();
  drawSidebar(world);
  drawHead(world);
  drawTabs(world);
  byId("log").hidden = byId("composer").hidden = isAtHome;
  byId("home").hidden = !isAtHome;
  if (isAtHome) home.show(world.home);
  else list.show(world.place);
  byId("shortcuts").hidden = !globalShortcuts().length;
  drawWorld(world, { deeds: offered.world, gallery: offered.gallery, isOpen: beside.what === "deeds" });
  drawBeside();
  modal.show(world.modals);
}

function drawBeside() {
  const isThread = Boolean(beside.what) && beside.what !== "deeds";
  byId("reply").hidden = !isThread;
  if (beside.what === "deeds" && !byId("beside-body").firstChild) deeds.draw(offered.world);
  else if (isThread && !thread.show(world.place, beside.what)) beside.close();
}

// The app is told when somebody looks at one of its own tabs.
function lookedAt() {
  if (world.hasHome && world.isApp(world.place)) acts.openTab(world.tab);
}

function remember() {
  const tab = world.isAtHome() ? "/home" : "";
  history.replaceState(null, "", `#${world.me}/${world.place}${tab}`);
}

function connected(isThere) {
  document.body.classList.toggle("away", !isThere);
}

const globalShortcuts = () => world.shortcuts.filter((each) => each.type === "global");

byId("shortcuts").addEventListener("click", (event) => {
  const items = globalShortcuts().map((each) => ({ label: each.name, note: each.description, act: () => acts.summon(each.callback_id) }));
  openMenu(event.currentTarget, "Shortcuts", items);
});
walkPlaces(byId("places"));
setInterval(() => tick(document.body), 1000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !world.place) return;
  world.unread.delete(world.place);
  draw();
});

const [user, place, tab] = location.hash.slice(1).split("/");
world.place = place || FIRST_PLACE;
world.tab = TABS.includes(tab) ? tab : "messages";
begin(user || FIRST_PERSON)
  .catch(() => begin(FIRST_PERSON))
  .then(() => {
    byId("input").disabled = false; // not before it is known who writes, and where
    if (!world.isAtHome()) composer.focus();
  });
