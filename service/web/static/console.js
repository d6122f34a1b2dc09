"use strict";
// Viewer (zoom, pan, window and level, boxes), keyboard, upload.

const COLOURS = { container: "#2ea0ff", good: "#3ebd74", doubt: "#f0aa28" };

class Viewer {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.boxes = JSON.parse(root.dataset.boxes || "[]");
    this.show = true;
    this.inverted = false;
    this.level = 128;
    this.window = 255;
    this.marked = new Set();
    this.image = new Image();
    this.image.onload = () => this.ready();
    this.image.src = root.dataset.src;
    this.listen();
  }

  ready() {
    this.shown = document.createElement("canvas");
    this.shown.width = this.image.naturalWidth;
    this.shown.height = this.image.naturalHeight;
    this.adjust();
    this.fit();
    new ResizeObserver(() => this.fit()).observe(this.root);
  }

  adjust() {
    const context = this.shown.getContext("2d");
    context.drawImage(this.image, 0, 0);
    if (this.window < 255 || this.level !== 128 || this.inverted) {
      const low = this.level - this.window / 2;
      const table = new Uint8ClampedArray(256);
      for (let value = 0; value < 256; value++) {
        const out = ((value - low) / this.window) * 255;
        table[value] = this.inverted ? 255 - out : out;
      }
      const pixels = context.getImageData(0, 0, this.shown.width, this.shown.height);
      for (let i = 0; i < pixels.data.length; i += 4)
        for (let c = 0; c < 3; c++) pixels.data[i + c] = table[pixels.data[i + c]];
      context.putImageData(pixels, 0, 0);
    }
    this.draw();
  }

  fit() {
    const width = this.root.clientWidth;
    const ratio = this.image.naturalHeight / this.image.naturalWidth;
    const dots = window.devicePixelRatio || 1;
    const height = Math.min(width * ratio, window.innerHeight * 0.72);
    this.canvas.style.height = `${height}px`;
    this.canvas.width = width * dots;
    this.canvas.height = height * dots;
    this.scale = Math.min(this.canvas.width / this.image.naturalWidth, this.canvas.height / this.image.naturalHeight);
    this.x = (this.canvas.width - this.image.naturalWidth * this.scale) / 2;
    this.y = 0;
    this.draw();
  }

  draw() {
    if (!this.shown || !this.scale) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(this.scale, 0, 0, this.scale, this.x, this.y);
    context.imageSmoothingEnabled = this.scale < 2;
    context.drawImage(this.shown, 0, 0);
    if (!this.show) return;
    const line = 1 / this.scale;
    for (const box of this.boxes) {
      const [x1, y1, x2, y2] = box.xy;
      context.strokeStyle = context.fillStyle = COLOURS[box.c] || "#fff";
      context.lineWidth = (this.marked.has(box.f) ? 5 : 2) * line;
      context.strokeRect(x1, y1, x2 - x1, y2 - y1);
      context.font = `${14 * line}px system-ui`;
      const wide = context.measureText(box.t).width + 8 * line;
      const top = Math.max(0, y1 - 19 * line);
      context.fillRect(x1, top, wide, 19 * line);
      context.fillStyle = "#0d1116";
      context.fillText(box.t, x1 + 4 * line, top + 14 * line);
    }
  }

  zoom(factor, x, y) {
    const scale = Math.min(40, Math.max(0.02, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.draw();
  }

  listen() {
    const dots = () => window.devicePixelRatio || 1;
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.18 : 1 / 1.18, event.offsetX * dots(), event.offsetY * dots());
    }, { passive: false });
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.from = [event.clientX, event.clientY];
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.from) return;
      this.x += (event.clientX - this.from[0]) * dots();
      this.y += (event.clientY - this.from[1]) * dots();
      this.from = [event.clientX, event.clientY];
      this.draw();
    });
    this.canvas.addEventListener("pointerup", () => { this.from = null; });
    this.canvas.addEventListener("dblclick", () => this.fit());
    this.root.querySelectorAll("[data-do]").forEach((tool) => {
      tool.addEventListener(tool.tagName === "INPUT" ? "input" : "click", () => this.act(tool.dataset.do, tool));
    });
  }

  act(what, tool) {
    if (what === "boxes") { this.show = !this.show; this.draw(); }
    if (what === "fit") this.fit();
    if (what === "invert") { this.inverted = !this.inverted; this.adjust(); }
    if (what === "level" || what === "window") { this[what] = Number(tool.value); this.adjust(); }
  }
}

let viewers = [];

function start() {
  document.querySelectorAll(".viewer").forEach((root) => {
    if (!root.started) { root.started = true; viewers.push(new Viewer(root)); }
  });
  document.querySelectorAll("tr[data-findings], [data-finding]").forEach((row) => {
    const own = (row.dataset.findings ?? row.dataset.finding).split(",").filter(Boolean).map(Number);
    const mark = (on) => viewers.forEach((v) => { v.marked = new Set(on ? own : []); v.draw(); });
    row.onmouseenter = () => mark(true);
    row.onmouseleave = () => mark(false);
  });
  const drop = document.getElementById("drop");
  if (drop && !drop.started) { drop.started = true; upload(drop); }
}

function upload(drop) {
  const input = drop.querySelector("input");
  const list = document.getElementById("chosen");
  const bar = document.getElementById("progress");
  const tell = () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name} · ${(file.size / 1e6).toFixed(2)} MB`;
      return item;
    }));
  };
  input.addEventListener("change", tell);
  ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); }));
  ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, () => drop.classList.remove("over")));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    const all = new DataTransfer();
    [...input.files, ...event.dataTransfer.files].forEach((file) => all.items.add(file));
    input.files = all.files;
    tell();
  });
  document.body.addEventListener("htmx:xhr:progress", (event) => {
    if (event.detail.total) { bar.hidden = false; bar.value = (100 * event.detail.loaded) / event.detail.total; }
  });
  document.body.addEventListener("htmx:afterRequest", () => { bar.hidden = true; });
  document.body.addEventListener("htmx:responseError", (event) => {
    let detail = event.detail.xhr.statusText;
    try { detail = JSON.parse(event.detail.xhr.responseText).detail; } catch { /* not a problem document */ }
    const message = document.createElement("p");
    message.className = "message";
    message.textContent = detail;
    document.getElementById("answer").replaceChildren(message);
  });
}

function move(step) {
  const rows = [...document.querySelectorAll(".queue tr[data-href]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  rows.forEach((row) => row.classList.remove("at"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a")) location.href = row.dataset.href;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) { document.getElementById("decide")?.requestSubmit(); return; }
  if (event.target.matches("input:not([type=radio]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "enter" && document.querySelector("tr.at")) location.href = document.querySelector("tr.at").dataset.href;
  else if (key === "b") viewers.forEach((v) => v.act("boxes"));
  else if (key === "0") viewers.forEach((v) => v.fit());
  else if (key === "i") viewers.forEach((v) => v.root.dataset.kind === "xray" && v.act("invert"));
  else {
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.type === "radio") { target.checked = true; target.focus(); }
    else if (target.tagName === "A") target.click();
    else target.focus();
  }
});

document.addEventListener("DOMContentLoaded", start);
document.addEventListener("htmx:afterSettle", () => { viewers = viewers.filter((v) => v.root.isConnected); start(); });
