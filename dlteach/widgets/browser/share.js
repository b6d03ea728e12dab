// Sharing: the call that makes this widget, a picture of it, and a page that needs no Python.

/** Hand a file to the browser. @param {Blob} blob @param {string} title @param {string} ending */
function download(blob, title, ending) {
  const href = URL.createObjectURL(blob);
  const name = title.toLowerCase().match(/[\p{L}\p{N}]+/gu)?.join("-") ?? "widget";
  make("a", { href, download: name + ending }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Title, panels and sentence as one picture. @param {any} widget @returns {HTMLCanvasElement} */
function pictureOf(widget) {
  const canvas = make("canvas"), scale = devicePixelRatio, font = "14px";
  const around = widget.ui.stage.getBoundingClientRect(), end = around.height + 72;
  [ctx, theme] = [canvas.getContext("2d"), widget.theme];
  const lines = wrap(widget.ui.sentence.textContent, around.width, font);
  canvas.width = (around.width + 32) * scale;
  canvas.height = (end + 16 * lines.length) * scale;
  ctx.scale(scale, scale);
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  write([widget.view.title], 16, 24, "left", "bold " + font);
  for (const { canvas: part } of widget.panels) {
    const { left, top, width, height } = part.getBoundingClientRect();
    ctx.drawImage(part, left - around.left + 16, top - around.top + 44, width, height);
  }
  write(lines, 16, end, "left", font);
  return canvas;
}

const RECORDED = "params t answer _view _page _trace _question _code _problem _request _seq".split(" ");

/** A page of its own, with all that was recorded. @param {any} widget */
function pageOf({ model, view, recording }) {
  const escaped = (words) => words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt()};`);
  const state = Object.fromEntries(RECORDED.map((key) => [key, model.get(key)]));
  const { buffer, byteOffset, byteLength } = model.get("_data");
  state._data = btoa(Array.from(new Uint8Array(buffer, byteOffset, byteLength), (byte) => String.fromCharCode(byte)).join(""));
  const parts = {
    TITLE: escaped(view.title),
    STYLE: model.get("_css"),
    CAPTION: escaped(recording.caption),
    STATE: JSON.stringify(state).replaceAll("<", "\\u003c"),
    MODULE: model.get("_esm"),
  };
  return model.get("_page").replace(/%(TITLE|STYLE|CAPTION|STATE|MODULE)%/g, (_, name) => parts[name]);
}

/** What the row of buttons does. @param {any} widget */
function share(widget) {
  const { ui, model, view } = widget;
  ui.python.onclick = async () => {
    put(ui.code, model.get("_code"));
    try {
      await navigator.clipboard.writeText(ui.code.textContent);
      put(ui.copied, "Copied.");
    } catch {
      // Without a secure connection there is no clipboard.
      getSelection().selectAllChildren(ui.code);
      put(ui.copied, document.execCommand("copy") ? "Copied." : "Please copy it from here:");
    }
  };
  ui.png.onclick = () => pictureOf(widget).toBlob((blob) => download(blob, view.title, ".png"));
  ui.html.onclick = () => download(new Blob([pageOf(widget)], { type: "text/html" }), view.title, ".html");
  ui.html.hidden = !model.get("_esm");
}
