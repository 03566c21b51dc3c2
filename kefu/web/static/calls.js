// A call's page: a line of the transcript, or a place on the wave, plays from there; the line being said is marked.
const audio = document.querySelector(".sound audio");
const wave = document.querySelector(".wave");

if (audio && wave) {
  const length = Number(wave.dataset.length) / 1000;
  const lines = [...document.querySelectorAll(".spoken li")].map((line) => ({ line, at: Number(line.dataset.at) / 1000 }));
  const now = wave.querySelector(".now");
  const width = wave.querySelector("svg").viewBox.baseVal.width;
  const playFrom = (at) => {
    audio.currentTime = at;
    audio.play();
  };
  for (const { line, at } of lines) line.querySelector("button")?.addEventListener("click", () => playFrom(at));
  wave.querySelector("svg").addEventListener("click", (event) => {
    const { left, width: wide } = event.currentTarget.getBoundingClientRect();
    playFrom(((event.clientX - left) / wide) * length);
  });
  audio.addEventListener("timeupdate", () => {
    const x = (audio.currentTime / length) * width;
    now.setAttribute("x1", x);
    now.setAttribute("x2", x);
    const current = lines.findLast(({ at }) => at <= audio.currentTime + 0.05);
    for (const { line } of lines) line.classList.toggle("now", line === current?.line);
  });
}
