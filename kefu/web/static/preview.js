// The chat window's colour, as a page's own style would set it.
document.documentElement.style.setProperty("--kefu-brand", document.documentElement.dataset.colour);
