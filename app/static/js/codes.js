// *Paste* and *Scan* beside the field of a code, each only where the browser can do it. Elsewhere no button.
(() => {
  "use strict";
  const find = (selector, box = document) => box.querySelector(selector);
  const field = find("#code"), paste = find("[data-paste]"), scan = find("[data-scan]");
  if (!field) return;
  const bare = (text) => text.toUpperCase().replace(/[\s\p{Pd}_.]/gu, "");
  const add = (text) => {
    field.value = [field.value.trim(), text.trim()].filter(Boolean).join("\n").slice(0, field.maxLength);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // ---- paste: what the clipboard holds ----
  if (navigator.clipboard?.readText) {
    paste.hidden = false;
    paste.addEventListener("click", async () => {
      try { add(await navigator.clipboard.readText()); }
      catch { paste.hidden = true; } // not allowed: the field has the focus, and can be pasted into by hand
      field.focus();
    });
  }

  // ---- scan: the camera looks for a QR code, and stops with the sheet ----
  const media = navigator.mediaDevices, sheet = find("#sheet"), PAUSE = 200, PATIENCE = 15;
  const codesIn = (text) => text.split(/[\n\r,;|\t]+/).filter((line) => /^([A-Z0-9]{16})+$/.test(bare(line)));
  const look = async (eye, video, hint, isOver) => {
    for (let failures = 0; !isOver();) {
      try {
        const seen = (await eye.detect(video)).map((one) => one.rawValue), found = seen.flatMap(codesIn);
        if (isOver()) return;
        failures = 0;
        if (found.length) {
          const there = bare(field.value);
          found.filter((code) => !there.includes(bare(code))).forEach(add);
          sheet.close();
          return field.focus();
        }
        if (seen.length && hint.textContent !== hint.dataset.other) hint.textContent = hint.dataset.other; // said once
      } catch { // before its first picture, or it cannot
        if ((failures += 1) === PATIENCE) throw new Error("no picture");
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  };
  const open = async () => {
    sheet.replaceChildren(find("#scan-sheet").content.cloneNode(true));
    const video = find("video", sheet), hint = find("[role=status]", sheet), words = hint.dataset;
    let stream, over = false;
    const stop = () => { over = true; stream?.getTracks().forEach((track) => track.stop()); };
    const fail = (sentence) => { stop(); video.parentElement.hidden = true; hint.textContent = sentence; };
    sheet.addEventListener("close", stop, { once: true });
    sheet.showModal();
    find("[data-focus]", sheet).focus();
    try {
      stream = await media.getUserMedia({ video: { facingMode: "environment" } });
      if (over) return stop(); // closed while the browser asked
      stream.getTracks().forEach((track) => track.addEventListener("ended", () => over || fail(words.failed)));
      video.srcObject = stream;
      await video.play();
      await look(new BarcodeDetector({ formats: ["qr_code"] }), video, hint, () => over);
    } catch (error) {
      if (!over) fail(error.name === "NotAllowedError" ? words.refused : words.failed);
    }
  };
  const away = () => { if (sheet.open && find("video", sheet)) sheet.close(); };
  const offer = async () => {
    const formats = await BarcodeDetector.getSupportedFormats(), devices = await media.enumerateDevices();
    if (!formats.includes("qr_code") || !devices.some((device) => device.kind === "videoinput")) return;
    scan.hidden = false;
    scan.addEventListener("click", open);
    window.addEventListener("pagehide", away);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && away());
  };
  if (window.BarcodeDetector && media?.getUserMedia) offer().catch(() => {}); // it cannot say: no button
})();
