// On the sound's own thread: the microphone in frames of 20 ms at 16 kHz, as 16-bit samples.
const FRAME = 320;
const STEP = sampleRate / 16000;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.sum = 0;
    this.count = 0;
    this.place = 0;
  }

  // Where the device has another rate, each sample is the mean of those that it stands for.
  process([[channel]]) {
    if (!channel) return true;
    for (const value of channel) {
      this.sum += value;
      this.count += 1;
      this.place += 1;
      if (this.place < STEP) continue;
      this.place -= STEP;
      this.#put(this.sum / this.count);
      this.sum = this.count = 0;
    }
    return true;
  }

  #put(value) {
    this.frame[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
    if (this.filled < FRAME) return;
    this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }
}

registerProcessor("kefu-capture", Capture);
