// The line of a call: protocol kefu.voice.v1 over one socket, JSON beside frames of 20 ms of sound.
const BEHIND_BYTES = 32000;
const PATIENCE_MS = 12000;

export class Line {
  // `hear` is told every frame by its type, `sound(buffer, mark)`, and once `over(because)`.
  constructor(base, hear) {
    this.address = `${base.replace(/^http/, "ws")}api/v1/voice/live`;
    this.hear = hear;
    this.mark = "";
    this.over = false;
  }

  open(start) {
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.worry = setTimeout(() => this.#end("lost"), PATIENCE_MS);
    socket.onopen = () => this.send({ type: "start", ...start });
    socket.onclose = () => this.#end("lost");
    socket.onmessage = ({ data }) => this.#take(data);
  }

  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  // Sound that a slow network can't carry now is worth nothing a second later.
  sendSound(buffer) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < BEHIND_BYTES) this.socket.send(buffer);
  }

  hangUp() {
    this.send({ type: "bye" });
    this.#end("caller");
  }

  #take(data) {
    if (this.over) return;
    // After `clear`, what still arrives of the old piece is not played.
    if (typeof data !== "string") return this.mark && this.hear.sound(data, this.mark);
    const frame = JSON.parse(data);
    if (frame.type === "ready") {
      clearTimeout(this.worry);
      this.ready = true;
    } else if (frame.type === "speak") this.mark = frame.mark;
    else if (frame.type === "clear") this.mark = "";
    if (frame.type === "bye") this.#end(frame.because || "house");
    else if (frame.type === "error" && !this.ready) this.#end("error", frame);
    else this.hear[frame.type]?.(frame);
  }

  #end(because, frame) {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.worry);
    this.socket.close();
    this.hear.over(because, frame);
  }
}
