// One's own microphone: which one, how it is treated, how loud it is.
import { byId, made } from "/web/page_parts.js";

const EVERY_MS = 100;
const QUIETEST = -60;
const FALL = 3; // dB in each look: a needle that a person can read
const WORDS = [[-50, "no sound"], [-35, "very quiet"], [-9, "good"], [Infinity, "too loud"]];

export class Microphone {
  // `changed` is called with another track to send, `lost` when the device is gone.
  constructor({ changed, lost }) {
    Object.assign(this, { changed, lost, stream: null, context: null, level: QUIETEST });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
  }

  get track() {
    return this.stream?.getAudioTracks()[0] ?? null;
  }

  // Ask for it, or for the one that is chosen now. Throws what getUserMedia throws.
  async open() {
    if (!navigator.mediaDevices) throw new DOMException("no secure context", "SecurityError");
    const device = byId("microphone").value;
    const treated = !byId("headphones").checked;
    const wish = { echoCancellation: treated, noiseSuppression: treated, autoGainControl: treated };
    if (device) wish.deviceId = { exact: device };
    this.stop();
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: wish });
    const track = this.track;
    track.addEventListener("ended", () => track === this.track && this.lost());
    this.watch();
    await this.list();
    this.changed(track);
  }

  // Names of devices are told only to whom the microphone is open.
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const mine = this.track?.getSettings().deviceId;
    fill(byId("microphone"), devices.filter(({ kind }) => kind === "audioinput"), mine, "Microphone");
    fill(byId("loudspeaker"), devices.filter(({ kind }) => kind === "audiooutput"), "", "Loudspeaker");
    byId("hear-by").hidden = !("setSinkId" in HTMLMediaElement.prototype) || byId("loudspeaker").options.length < 2;
  }

  // The meter looks at a copy, so that it also moves while one is muted.
  watch() {
    this.context ??= new AudioContext();
    this.context.resume();
    this.copy = this.stream.clone();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 4096;
    this.context.createMediaStreamSource(this.copy).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    clearInterval(this.looking);
    this.looking = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      this.level = Math.max(QUIETEST, 10 * Math.log10(power + 1e-9), this.level - FALL);
      byId("level").value = this.level;
      const word = WORDS.find(([below]) => this.level < below)[1];
      if (byId("level-word").textContent !== word) byId("level-word").textContent = word;
    }, EVERY_MS);
  }

  stop() {
    clearInterval(this.looking);
    for (const stream of [this.stream, this.copy]) stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.copy = null;
    this.level = byId("level").value = QUIETEST;
  }
}

function fill(select, devices, chosen, kind) {
  const before = chosen || select.value;
  const named = devices.filter(({ deviceId }) => deviceId);
  select.replaceChildren(...(named.length ? named : [{ deviceId: "", label: "The usual one" }]).map(
    ({ deviceId, label }, number) => made("option", { value: deviceId, text: label || `${kind} ${number + 1}` })));
  if (named.some(({ deviceId }) => deviceId === before)) select.value = before;
}
