// What the page knows: people, places, messages and what was not read yet, as one person sees it.

const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", is_bot: false };

export class World {
  me = null;
  place = null;
  n = 0;
  tab = "messages";
  home = null;
  modals = [];
  hasHome = false;
  shortcuts = [];
  users = new Map();
  channels = new Map();
  unread = new Map();
  #messages = new Map();

  begin(me) {
    this.me = me;
    this.n = 0;
    this.#messages.clear();
    this.unread.clear();
  }

  // Take in a whole state or a change; `fresh` says whether its messages are news to the person.
  take(state, fresh) {
    this.n = state.n;
    this.bot = state.team.bot;
    this.users = new Map(state.users.map((each) => [each.id, each]));
    this.channels = new Map(state.channels.map((each) => [each.id, each]));
    this.home = state.home;
    this.modals = state.modals;
    for (const [channel, ts] of state.gone) this.#messages.get(channel)?.delete(ts);
    for (const message of state.messages) this.#put(message, fresh);
  }

  #put(message, fresh) {
    if (!this.#messages.has(message.channel)) this.#messages.set(message.channel, new Map());
    const known = this.#messages.get(message.channel);
    if (fresh && !known.has(message.ts)) this.#count(message);
    known.set(message.ts, message);
  }

  #count(message) {
    if (message.user === this.me || (message.channel === this.place && !document.hidden)) return;
    const news = this.unread.get(message.channel) || { count: 0, calls: 0 };
    const calls = message.text.includes(`<@${this.me}>`) || !this.channels.get(message.channel)?.name;
    this.unread.set(message.channel, { count: news.count + 1, calls: news.calls + (calls ? 1 : 0) });
  }

  messagesOf(place) {
    const all = [...(this.#messages.get(place)?.values() || [])];
    return all.sort((one, other) => (one.ts < other.ts ? -1 : 1));
  }

  userOf(message) {
    return this.users.get(message.user) || { ...SLACKBOT, id: message.user };
  }

  // Whether this is the place of the app itself: the conversation between it and me.
  isApp(place) {
    const channel = this.channels.get(place);
    return channel?.kind === "im" && channel.members.includes(this.bot) && channel.members.includes(this.me);
  }

  isAtHome() {
    return this.hasHome && this.tab === "home" && this.isApp(this.place);
  }

  people() {
    return [...this.users.values()].filter((each) => !each.is_bot && each.id !== SLACKBOT.id);
  }

  named(name) {
    return [...this.users.values()].find((each) => each.name === name);
  }
}
