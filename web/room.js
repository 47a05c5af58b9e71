// One room to listen to: its sound, beside who is on the stage and what happens.
import { byId, crowd, made, notice } from "/web/page_parts.js";
import { Room, titled } from "/web/stage.js";

const RETRY_MS = [1000, 2000, 5000, 10_000];
let room, wanted = false, failed = 0;

export async function showRoom(id) {
  room = new Room(id, { drawn: draw, happened });
  document.addEventListener("keydown", keys);
  byId("play").addEventListener("click", () => (wanted ? pause() : play()));
  byId("volume").addEventListener("input", (event) => { byId("sound").volume = event.target.value / 100; });
  byId("speak").setAttribute("href", `/studio/${id}`);
  watchSound(byId("sound"));
  try {
    await room.open();
  } catch (fault) {
    byId("title").textContent = "No such room";
    notice(fault.status === 404 ? "There is no such room." : "The room cannot be reached at the moment; please reload.");
    byId("rooms").hidden = false;
    byId("rooms").replaceChildren(made("li", {}, made("a", { href: "/" }, made("strong", { text: "All rooms on air" }))));
  }
}

function draw(card) {
  titled(card, card.status === "live" ? [crowd(card.listeners)] : []);
  byId("room").hidden = false;
  byId("play").disabled = card.status !== "live";
  byId("speak").hidden = card.status === "ended";
  if (card.status === "ended") pause();
}

function happened(type) {
  if (type === "media.mix-started.v1") restart();
}

// Sound: live, so stopping lets go of the stream and playing joins at the live edge.
function play() {
  wanted = true;
  const sound = byId("sound");
  sound.src = `${room.card.listen.mp3}?from-page=${Date.now()}`;
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
