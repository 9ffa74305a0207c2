// Buttons above a Markdown field put its marks around what is selected, and its words are counted. Without scripts the
// field is plain text, and *How to write* beside it says the same.
(() => {
  "use strict";
  const put = (field, text, from, to) => {
    field.focus();
    // Typed, so that it can be undone; where the browser does not type for a page, it is set.
    if (document.execCommand?.("insertText", false, text)) return;
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const mark = (field, { mark: marks, words, alone, each }) => {
    const { selectionStart: from, selectionEnd: to, value } = field, [before, after = ""] = marks.split("…");
    const chosen = value.slice(from, to) || words, lead = value.slice(0, from), rest = value.slice(to);
    const head = alone === undefined || !lead || lead.endsWith("\n\n") ? "" : lead.endsWith("\n") ? "\n" : "\n\n";
    const tail = alone === undefined || !rest || rest.startsWith("\n\n") ? "" : rest.startsWith("\n") ? "\n" : "\n\n";
    const text = each === undefined ? chosen : chosen.replaceAll("\n", "\n" + before);
    put(field, head + before + text + after + tail, from, to);
    const at = from + head.length + before.length;
    field.setSelectionRange(at, at + text.length);
  };
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-mark]"), field = button && document.getElementById(button.parentElement.dataset.writes);
    if (field) mark(field, button.dataset);
  });
  document.addEventListener("input", ({ target }) => {
    const count = document.querySelector(`[data-count="${target.id}"]`);
    if (count) count.textContent = target.value.split(/\s+/).filter(Boolean).length;
  });
})();
