// Microphone and loudspeaker of a call.
const RATE = 16000;
const WISH = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } };

export class Sound {
  // `heard(buffer, level)` gets every frame of the microphone, `played(mark, ms, done, level)` how far we are.
  constructor(base, heard, played) {
    this.base = base;
    this.heard = heard;
    this.played = played;
    this.muted = false;
  }

  // Throws an error whose name says why: NotAllowedError, NotFoundError, NotReadableError, SecurityError.
  async open() {
    if (!navigator.mediaDevices) throw Object.assign(new Error("insecure page"), { name: "SecurityError" });
    this.stream = await navigator.mediaDevices.getUserMedia(WISH);
    // Some browsers connect a microphone only at its own rate; then the worklets convert.
    try {
      await this.#connect(new AudioContext({ sampleRate: RATE, latencyHint: "interactive" }));
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error;
      await this.#connect(new AudioContext({ latencyHint: "interactive" }));
    }
    for (const track of this.stream.getTracks()) track.onended = () => this.lost?.();
  }

  async #connect(context) {
    await this.context?.close();
    this.context = context;
    const from = context.createMediaStreamSource(this.stream);
    await Promise.all(["capture", "playback"].map((name) => context.audioWorklet.addModule(`${this.base}widget/call/${name}.js`)));
    const capture = new AudioWorkletNode(context, "kefu-capture", { numberOfOutputs: 0 });
    this.playback = new AudioWorkletNode(context, "kefu-playback", { numberOfInputs: 0, outputChannelCount: [1] });
    capture.port.onmessage = ({ data }) => this.#frame(data);
    this.playback.port.onmessage = ({ data }) => this.#progress(data);
    from.connect(capture);
    this.playback.connect(context.destination);
    await context.resume();
  }

  play(mark, pcm) {
    this.playback?.port.postMessage({ mark, pcm }, [pcm]);
  }

  end(mark) {
    this.playback?.port.postMessage({ end: mark });
  }

  clear() {
    this.playback?.port.postMessage({ clear: true });
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    if (this.context?.state !== "closed") this.context?.close();
  }

  // Muted means silence, not nothing: the line keeps its clock.
  #frame(buffer) {
    const samples = new Int16Array(buffer);
    if (this.muted) samples.fill(0);
    this.heard(buffer, samples.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) / 32768);
  }

  // What was rendered is heard a little later.
  #progress({ mark, ms, done, level }) {
    const later = (this.context.outputLatency || 0) * 1000;
    this.played(mark, done ? ms : Math.max(0, Math.round(ms - later)), done, level);
  }
}
