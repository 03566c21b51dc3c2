// On the sound's own thread: what the house says, through a small buffer against an uneven network.
// In: {mark, pcm}, {end: mark} when all of a piece was sent, {clear: true}. Out: {mark, ms, done, level}.
const RATE = 16000;
const STEP = RATE / sampleRate;
const WAIT_MS = 80;
const LONGER_MS = 200;
const TELL_MS = 100;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.pieces = [];
    this.waitMs = WAIT_MS;
    this.port.onmessage = ({ data }) => this.#take(data);
  }

  #take({ mark, pcm, end, clear }) {
    if (clear) {
      const [piece] = this.pieces;
      if (piece) this.#tell(piece, false);
      this.pieces = [];
    } else if (end) {
      const piece = this.pieces.find((one) => one.mark === end);
      if (piece) piece.whole = true;
      else this.port.postMessage({ mark: end, ms: 0, done: true, level: 0 });
    } else {
      let piece = this.pieces.find((one) => one.mark === mark);
      if (!piece) this.pieces.push((piece = { mark, frames: [], length: 0, at: 0, told: 0, plays: false, whole: false }));
      const frame = new Int16Array(pcm);
      piece.frames.push({ start: piece.length, frame });
      piece.length += frame.length;
    }
  }

  process(_, [[channel]]) {
    let peak = 0;
    for (let index = 0; index < channel.length; index++) {
      const value = this.#next();
      channel[index] = value;
      peak = Math.max(peak, Math.abs(value));
    }
    const [piece] = this.pieces;
    if (piece && (piece.at - piece.told) / RATE >= TELL_MS / 1000) this.#tell(piece, false, peak);
    return true;
  }

  #next() {
    const [piece] = this.pieces;
    if (!piece) return 0;
    if (!piece.plays) {
      piece.plays = piece.whole || piece.length - piece.at >= (RATE * this.waitMs) / 1000;
      if (!piece.plays) return 0;
    }
    if (piece.at >= piece.length) {
      if (piece.whole) {
        this.#tell(piece, true);
        this.pieces.shift();
      } else {
        // It ran dry in the middle of a piece: wait for more from now on.
        piece.plays = false;
        this.waitMs = LONGER_MS;
      }
      return 0;
    }
    while (piece.frames[0].start + piece.frames[0].frame.length <= piece.at) piece.frames.shift();
    const [{ start, frame }] = piece.frames;
    const value = frame[Math.floor(piece.at) - start] / 32768;
    piece.at += STEP;
    return value;
  }

  #tell(piece, done, level = 0) {
    piece.told = piece.at;
    this.port.postMessage({ mark: piece.mark, ms: Math.round((Math.min(piece.at, piece.length) / RATE) * 1000), done, level });
  }
}

registerProcessor("kefu-playback", Playback);
