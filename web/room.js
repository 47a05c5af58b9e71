// One room: who is on the stage, what happens, and its sound.
import { byId, crowd, fetched, made, nameOf, notice, since } from "/web/page_parts.js";

const SEATS = { host: "host", cohost: "co-host", speaker: "speaker" };
const KEPT = 30; // lines of what happened
const RETRY_MS = [1000, 2000, 5000, 10_000];
const names = new Map();
const speaking = new Set();
let id, card, wanted = false, failed = 0, looking = null;

export async function showRoom(room) {
  id = room;
  document.addEventListener("keydown", keys);
  byId("play").addEventListener("click", () => (wanted ? pause() : play()));
  byId("volume").addEventListener("input", (event) => { byId("sound").volume = event.target.value / 100; });
  watchSound(byId("sound"));
  if (await look()) follow(card.position);
}

async function look() {
  try {
    card = await fetched(`/api/rooms/${id}`);
    draw();
    return true;
  } catch (fault) {
    byId("title").textContent = "No such room";
    notice(fault.status === 404 ? "There is no such room." : "The room cannot be reached at the moment; please reload.");
    byId("rooms").hidden = false;
    byId("rooms").replaceChildren(made("li", {}, made("a", { href: "/" }, made("strong", { text: "All rooms on air" }))));
    return false;
  }
}

function draw() {
  document.title = `${card.title} · Parlor`;
  byId("title").textContent = card.title;
  const states = { open: "Not on air yet", live: `Live since ${since(card.live ?? card.opened)}`, ended: "This room has ended" };
  const facts = [states[card.status], `with ${nameOf(card.host)}`];
  if (card.status === "live") facts.push(crowd(card.listeners));
  byId("facts").textContent = facts.join(" · ");
  byId("facts").classList.toggle("live", card.status === "live");
  byId("room").hidden = false;
  byId("play").disabled = card.status !== "live";
  if (card.status === "ended") pause();
  drawStage();
}

function drawStage() {
  for (const seat of card.stage) names.set(seat.person, nameOf(seat));
  byId("stage").replaceChildren(...card.stage.map((seat) => made("li",
    speaking.has(seat.person) && !seat.muted ? { class: "speaking" } : {},
    made("b", { text: nameOf(seat) }),
    made("small", { text: [SEATS[seat.seat], seat.muted ? "muted" : speaking.has(seat.person) ? "speaking" : "", `since ${since(seat.since)}`].filter(Boolean).join(" · ") }))));
}

// Facts as they happen. The browser goes on after the last one that it saw.
const SAID = {
  "rooms.went-live.v1": () => "The room is on air",
  "rooms.speaker-admitted.v1": (data) => `${who(data)} came onto the stage`,
  "rooms.speaker-left-stage.v1": (data) => `${who(data)} left the stage`,
  "rooms.speaker-muted.v1": (data) => `${who(data)} is muted`,
  "rooms.speaker-unmuted.v1": (data) => `${who(data)} is heard again`,
  "rooms.room-ended.v1": () => "The room has ended",
  "presence.speaker-joined.v1": (data) => `${who(data)} is connected`,
  "presence.speaker-left.v1": (data) => `${who(data)} has gone`,
  "media.speaking-started.v1": (data) => `${who(data)} speaks`,
  "media.speaking-stopped.v1": () => "",
  "media.track-started.v1": (data) => `Now playing: ${data.title}${data.artist ? `, ${data.artist}` : ""}`,
  "media.mix-started.v1": () => "",
};
const who = ({ person }) => names.get(person) ?? "Somebody";

function follow(position) {
  const stream = new EventSource(`/api/rooms/${id}/events?after=${position}`);
  for (const type of Object.keys(SAID)) stream.addEventListener(type, (event) => happened(stream, type, JSON.parse(event.data)));
}

async function happened(stream, type, { data, time }) {
  if (type === "media.speaking-started.v1") speaking.add(data.person);
  if (type === "media.speaking-stopped.v1") speaking.delete(data.person);
  if (type === "media.mix-started.v1" && wanted) restart();
  if (type === "rooms.room-ended.v1") stream.close();
  if (type.startsWith("rooms.")) await lookSoon();
  else drawStage();
  const text = SAID[type](data);
  if (text) say(text, time);
}

// Several facts at once are one look, a moment after the first, when the listing has them too.
function lookSoon() {
  looking ??= new Promise((done) => setTimeout(async () => { looking = null; await look(); done(); }, 200));
  return looking;
}

function say(text, time) {
  const log = byId("said");
  log.append(made("li", {}, made("time", { datetime: time, text: since(time) }), made("span", { text })));
  while (log.children.length > KEPT) log.firstElementChild.remove();
}

// Sound: live, so stopping lets go of the stream and playing joins at the live edge.
function play() {
  wanted = true;
  const sound = byId("sound");
  sound.src = `${card.listen.mp3}?from-page=${Date.now()}`;
  sound.play().catch((fault) => {
    if (fault.name !== "NotAllowedError") return; // an `error` event tells the rest
    pause();
    notice("The browser does not let this page play; press Play once more.");
  });
  button("Stop");
}

function pause() {
  wanted = false;
  const sound = byId("sound");
  sound.pause();
  sound.removeAttribute("src");
  sound.load();
  button("Play");
}

function restart() {
  if (wanted) play();
}

function watchSound(sound) {
  sound.addEventListener("playing", () => { failed = 0; notice("Playing."); });
  const again = () => {
    if (!wanted) return;
    const wait = RETRY_MS[Math.min(failed++, RETRY_MS.length - 1)];
    notice("The sound was interrupted; trying again.");
    setTimeout(restart, wait);
  };
  sound.addEventListener("error", again);
  sound.addEventListener("ended", again);
}

function button(name) {
  byId("play-name").textContent = name;
  byId("play").classList.toggle("playing", name === "Stop");
}

// `k`, as in other players, plays and stops from anywhere but a field.
function keys(event) {
  if (event.key !== "k" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea")) return;
  event.preventDefault();
  byId("play").click();
}
