// *Paste* beside a field: takes what the clipboard holds, where the browser lets a page read it. Elsewhere no button.
(() => {
  "use strict";
  const button = document.querySelector("[data-paste]"), field = button && document.querySelector(button.dataset.paste);
  if (!field || !navigator.clipboard?.readText) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      const text = (await navigator.clipboard.readText()).trim();
      field.value = [field.value.trim(), text].filter(Boolean).join("\n").slice(0, field.maxLength);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } catch {
      button.hidden = true; // not allowed: the field has the focus, and can be pasted into by hand
    }
    field.focus();
  });
})();
