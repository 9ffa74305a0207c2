// *Listen*: a part of a course is read aloud by the phone's own voice, where it has one for the language of the text;
// elsewhere no button. Paragraph by paragraph and sentence by sentence, because engines fall silent in a long one; few
// of them can pause, so going on begins the paragraph again.
(() => {
  "use strict";
  const button = document.querySelector("[data-listen]"), text = document.querySelector(".lesson"), speech = window.speechSynthesis;
  if (!button || !text || !speech) return;
  const CODES = { en: ["en", "eng"], ms: ["ms", "msa", "zsm"], id: ["id", "ind", "in"] }; // as engines write them
  const PACE = 15, BREATH = 180; // letters a second, letters in one breath
  const BLOCKS = "h2, h3, h4, p, li, pre, tr, img";
  const page = document.documentElement.lang, language = text.lang || page, words = JSON.parse(button.dataset.listen);

  const own = (block) => {
    if (block.alt) return block.alt;
    if (block.cells) return [...block.cells].map((cell) => cell.textContent.trim()).filter(Boolean).join(", ");
    const copy = block.cloneNode(true);
    copy.querySelectorAll(BLOCKS).forEach((inner) => inner.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  const title = document.querySelector("h1"), titled = title.querySelector("[lang]")?.lang || page;
  const blocks = [...text.querySelectorAll(BLOCKS)].filter((block) => !block.closest("details"));
  if (titled === language) blocks.unshift(title);
  const parts = blocks.map((block) => ({ block, said: own(block) })).filter(({ said }) => said);
  const breaths = (said) => said.split(/(?<=[.!?…]["”’»)]?)\s+/).flatMap((one) => one.match(new RegExp(`.{1,${BREATH}}(?:\\s|$)|\\S+`, "g")));
  const clock = (some) => {
    const seconds = Math.max(1, Math.round(some.reduce((sum, { said }) => sum + said.length, 0) / PACE / 10)) * 10;
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  let voice, at = 0, turn = 0, reads = false, utterance; // the utterance is held: a forgotten one never ends in Chrome
  const show = () => {
    const label = reads ? words.pause : (at ? words.on : words.listen).replace("{time}", clock(parts.slice(at)));
    button.querySelector("span").textContent = label;
    parts.forEach(({ block }, number) => block.classList.toggle("aloud", reads && number === at));
  };
  const stop = () => { turn += 1; reads = false; speech.cancel(); show(); };
  const read = (mine, pieces) => {
    if (mine !== turn) return;
    if (!pieces.length) {
      at += 1;
      if (at === parts.length) { at = 0; return stop(); }
      show();
      return read(mine, breaths(parts[at].said));
    }
    utterance = Object.assign(new SpeechSynthesisUtterance(pieces[0]), { voice, lang: voice.lang });
    utterance.onend = () => read(mine, pieces.slice(1));
    utterance.onerror = ({ error }) => {
      if (mine !== turn) return;
      stop();
      button.hidden = !/interrupted|canceled/.test(error); // a voice that cannot speak: the text is still there
    };
    speech.speak(utterance);
  };
  button.addEventListener("click", () => {
    if (reads) return stop();
    if (speech.speaking || speech.pending) speech.cancel(); // what another page left
    reads = true;
    show();
    read(turn, breaths(parts[at].said));
  });
  window.addEventListener("pagehide", () => reads && stop());
  // Only voices of the phone itself: others would send the text away, and need signal.
  const look = () => {
    if (reads || !parts.length) return;
    const fit = speech.getVoices().filter((one) => one.localService && CODES[language]?.includes(one.lang.toLowerCase().split(/[-_]/)[0]));
    voice = fit.find((one) => one.default) || fit[0];
    button.hidden = !voice;
  };
  speech.onvoiceschanged = look;
  show();
  look();
})();
