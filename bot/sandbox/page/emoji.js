// The shortcodes that turn up in messages; others stay as they were typed.

export const EMOJI = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", tada: "🎉", eyes: "👀", fire: "🔥", rocket: "🚀",
  warning: "⚠️", rotating_light: "🚨", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", no_entry: "⛔",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", clock1: "🕐", bell: "🔔", no_bell: "🔕",
  mute: "🔇", clapper: "🎬", film_frames: "🎞️", movie_camera: "🎥", microphone: "🎤", speech_balloon: "💬",
  lips: "👄", wave: "👋", pray: "🙏", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔",
  sweat_smile: "😅", cry: "😢", sob: "😭", joy: "😂", bulb: "💡", memo: "📝", link: "🔗", mag: "🔍", bug: "🐛",
  red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡", white_circle: "⚪", large_blue_circle: "🔵",
  arrow_right: "➡️", arrow_up: "⬆️", arrow_down: "⬇️", repeat: "🔁", information_source: "ℹ️", question: "❓",
  exclamation: "❗", chart_with_upwards_trend: "📈", bar_chart: "📊", inbox_tray: "📥", package: "📦",
  raised_hands: "🙌", clap: "👏", sparkles: "✨", robot_face: "🤖", calendar: "📅", hand: "✋", point_right: "👉",
};

export const emoji = (name) => EMOJI[name] || `:${name}:`;

// What a plain text object says.
export const plain = (text) => (text ? text.text.replace(/:([a-z0-9_+-]+):/g, (_all, name) => emoji(name)) : "");
