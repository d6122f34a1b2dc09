"use strict";
// Scans as pictures that one can look into: zoom, move, window and level, boxes.
//
// An X-ray view comes at the depth that the scanner recorded, packed into the red (high byte) and
// green (low byte) of a PNG; what is shown is windowed here, from all of its bits.

const COLOURS = { container: "#2ea0ff", good: "#3ebd74", doubt: "#f0aa28", bad: "#eb5046" };
const INK = "#0d1116";
const FULL = 65535;
const MAX_ZOOM = 40;
const TALLEST = { xray: 0.66, photo: 0.45 }; // of the window's height

class Viewer {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.output = root.querySelector("output");
    this.boxes = JSON.parse(root.dataset.boxes || "[]");
    this.isXray = root.dataset.kind === "xray";
    this.boxesOn = true;
    this.inverted = false;
    this.marked = new Set();
    this.pointers = new Map();
    this.listen();
    this.load();
  }

  async load() {
    try {
      const answer = await fetch(this.root.dataset.src, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.statusText);
      const [width, height] = (answer.headers.get("X-Scan-Size") || "").split("x").map(Number);
      const bitmap = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none" });
      this.shown = document.createElement("canvas");
      this.shown.width = bitmap.width;
      this.shown.height = bitmap.height;
      this.boxScale = [bitmap.width / (width || bitmap.width), bitmap.height / (height || bitmap.height)];
      this.context = this.shown.getContext("2d", { willReadFrequently: this.isXray });
      this.context.drawImage(bitmap, 0, 0);
      if (this.isXray) this.unpack();
      this.fit();
      new ResizeObserver(() => this.fit()).observe(this.root);
      this.root.dataset.ready = "yes";
    } catch (problem) {
      const words = document.createElement("p");
      words.className = "broken";
      words.textContent = `This picture could not be loaded: ${problem.message}`;
      this.root.append(words);
    }
  }

  // Counts, their range, and the window that leaves out one in a thousand at each end.
  unpack() {
    this.pixels = this.context.getImageData(0, 0, this.shown.width, this.shown.height);
    const data = this.pixels.data;
    const size = data.length / 4;
    this.counts = new Uint16Array(size);
    const histogram = new Uint32Array(FULL + 1);
    for (let i = 0; i < size; i++) {
      const count = data[4 * i] * 256 + data[4 * i + 1];
      this.counts[i] = count;
      histogram[count]++;
    }
    const at = (share) => {
      let left = share * size;
      for (let count = 0; count <= FULL; count++) {
        left -= histogram[count];
        if (left < 0) return count;
      }
      return FULL;
    };
    this.range = [at(0), at(1 - 1e-9)];
    this.automatic = [at(0.001), at(0.999)];
    const most = Math.max(64, this.range[1] - this.range[0]);
    this.tool("level")?.setAttribute("min", this.range[0]);
    this.tool("level")?.setAttribute("max", this.range[0] + most);
    this.tool("window")?.setAttribute("min", Math.max(1, Math.round(most / 512)));
    this.tool("window")?.setAttribute("max", most);
    this.setWindow(...this.automatic);
  }

  tool(name) {
    return this.root.querySelector(`[data-do="${name}"]`);
  }

  setWindow(low, high) {
    this.low = low;
    this.high = Math.max(high, low + 1);
    const level = Math.round((this.low + this.high) / 2);
    const width = Math.round(this.high - this.low);
    if (this.tool("level")) this.tool("level").value = level;
    if (this.tool("window")) this.tool("window").value = width;
    if (this.output) this.output.textContent = `L ${level}  W ${width}`;
    this.repaintSoon();
  }

  repaintSoon() {
    if (this.due) return;
    this.due = requestAnimationFrame(() => { this.due = 0; this.repaint(); });
  }

  repaint() {
    const grey = new Uint8ClampedArray(FULL + 1);
    const gain = 255 / (this.high - this.low);
    for (let count = 0; count <= FULL; count++) {
      const value = (count - this.low) * gain;
      grey[count] = this.inverted ? 255 - value : value;
    }
    const data = this.pixels.data;
    for (let i = 0, j = 0; i < this.counts.length; i++, j += 4)
      data[j] = data[j + 1] = data[j + 2] = grey[this.counts[i]];
    this.context.putImageData(this.pixels, 0, 0);
    this.draw();
  }

  fit() {
    if (!this.shown) return;
    const dots = window.devicePixelRatio || 1;
    const width = this.root.clientWidth;
    const height = Math.min((width * this.shown.height) / this.shown.width, window.innerHeight * TALLEST[this.root.dataset.kind]);
    if (!width) return;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * dots);
    this.canvas.height = Math.round(height * dots);
    this.fitted = Math.min(this.canvas.width / this.shown.width, this.canvas.height / this.shown.height);
    this.scale = this.fitted;
    this.x = (this.canvas.width - this.shown.width * this.scale) / 2;
    this.y = (this.canvas.height - this.shown.height * this.scale) / 2;
    this.draw();
  }

  draw() {
    if (!this.shown || !this.scale) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = this.scale < 2;
    context.drawImage(this.shown, this.x, this.y, this.shown.width * this.scale, this.shown.height * this.scale);
    if (this.boxesOn) this.drawBoxes(context);
  }

  onCanvas(box) {
    const [x1, y1, x2, y2] = box.at;
    const [across, down] = this.boxScale.map((factor) => factor * this.scale);
    return [this.x + x1 * across, this.y + y1 * down, this.x + x2 * across, this.y + y2 * down];
  }

  drawBoxes(context) {
    const dots = window.devicePixelRatio || 1;
    const places = this.boxes.map((box) => this.onCanvas(box));
    const taken = [...places];
    this.boxes.forEach((box, i) => {
      const [x1, y1, x2, y2] = places[i];
      const on = box.findings.some((number) => this.marked.has(number));
      context.strokeStyle = COLOURS[box.colour] || "#fff";
      context.lineWidth = (on ? 5 : 2) * dots;
      context.strokeRect(x1, y1, x2 - x1, y2 - y1);
      if (on) {
        context.fillStyle = `${COLOURS[box.colour] || "#ffffff"}33`;
        context.fillRect(x1, y1, x2 - x1, y2 - y1);
      }
    });
    context.font = `600 ${13 * dots}px system-ui, sans-serif`;
    this.boxes.forEach((box, i) => {
      const size = [context.measureText(box.text).width + 10 * dots, 19 * dots];
      const others = taken.filter((_, j) => j !== i);
      const at = place(size, places[i], others, [this.canvas.width, this.canvas.height]);
      taken.push(at);
      context.fillStyle = COLOURS[box.colour] || "#fff";
      context.fillRect(at[0], at[1], size[0], size[1]);
      context.fillStyle = INK;
      context.fillText(box.text, at[0] + 5 * dots, at[1] + 14 * dots);
    });
  }

  zoom(factor, x = this.canvas.width / 2, y = this.canvas.height / 2) {
    const scale = Math.min(MAX_ZOOM, Math.max(this.fitted, this.scale * factor));
    if (scale === this.scale) return false;
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.keepInside();
    this.draw();
    return true;
  }

  pan(across, down) {
    this.x += across;
    this.y += down;
    this.keepInside();
    this.draw();
  }

  // The picture fills the canvas where it is larger, and is centred where it is smaller.
  keepInside() {
    const keep = (at, picture, room) =>
      picture <= room ? (room - picture) / 2 : Math.min(0, Math.max(room - picture, at));
    this.x = keep(this.x, this.shown.width * this.scale, this.canvas.width);
    this.y = keep(this.y, this.shown.height * this.scale, this.canvas.height);
  }

  // Bring a small box close enough to be read.
  lookAt(box) {
    this.fit();
    const [x1, y1, x2, y2] = this.onCanvas(box);
    const factor = Math.min((0.45 * this.canvas.width) / (x2 - x1), (0.45 * this.canvas.height) / (y2 - y1));
    if (factor <= 1) return;
    this.zoom(factor, 0, 0);
    const [nx1, ny1, nx2, ny2] = this.onCanvas(box);
    this.pan(this.canvas.width / 2 - (nx1 + nx2) / 2, this.canvas.height / 2 - (ny1 + ny2) / 2);
  }

  mark(numbers) {
    this.marked = new Set(numbers);
    this.draw();
  }

  holds(number) {
    return this.boxes.find((box) => box.findings.includes(number));
  }

  listen() {
    const canvas = this.canvas;
    const dots = () => window.devicePixelRatio || 1;
    canvas.addEventListener("wheel", (event) => {
      if (!this.shown) return;
      // Scrolling down over a picture that fits scrolls the page, as everywhere else.
      const moved = this.zoom(event.deltaY < 0 ? 1.18 : 1 / 1.18, event.offsetX * dots(), event.offsetY * dots());
      if (moved || event.deltaY < 0) event.preventDefault();
    }, { passive: false });
    canvas.addEventListener("contextmenu", (event) => { if (this.isXray) event.preventDefault(); });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, [event.clientX, event.clientY, event.button]);
      this.root.classList.add("moving");
    });
    canvas.addEventListener("pointermove", (event) => {
      const from = this.pointers.get(event.pointerId);
      if (!from || !this.shown) return;
      const across = event.clientX - from[0];
      const down = event.clientY - from[1];
      this.pointers.set(event.pointerId, [event.clientX, event.clientY, from[2]]);
      if (this.pointers.size === 2) this.pinch(event.pointerId, from);
      else if (from[2] === 2 && this.isXray) this.dragWindow(across, down);
      else this.pan(across * dots(), down * dots());
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, (event) => {
        this.pointers.delete(event.pointerId);
        if (!this.pointers.size) this.root.classList.remove("moving");
      });
    canvas.addEventListener("dblclick", () => this.fit());
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      if (step && this.shown && this.scale > this.fitted) { event.preventDefault(); this.pan(...step); }
    });
    this.root.querySelectorAll("[data-do]").forEach((tool) => {
      tool.addEventListener(tool.tagName === "INPUT" ? "input" : "click", () => this.act(tool.dataset.do));
    });
  }

  pinch(id, from) {
    const dots = window.devicePixelRatio || 1;
    const [moved, other] = [this.pointers.get(id), [...this.pointers].find(([key]) => key !== id)[1]];
    const before = Math.hypot(from[0] - other[0], from[1] - other[1]);
    const after = Math.hypot(moved[0] - other[0], moved[1] - other[1]);
    const place = this.canvas.getBoundingClientRect();
    const middle = [(moved[0] + other[0]) / 2 - place.left, (moved[1] + other[1]) / 2 - place.top];
    this.zoom(after / Math.max(1, before), middle[0] * dots, middle[1] * dots);
  }

  // To the right is a wider window, down is a darker picture.
  dragWindow(across, down) {
    const step = (this.automatic[1] - this.automatic[0]) / 400;
    const level = (this.low + this.high) / 2 + down * step;
    const width = Math.max(2, this.high - this.low + 2 * across * step);
    this.setWindow(level - width / 2, level + width / 2);
  }

  act(what) {
    if (!this.shown) return;
    const [low, high] = this.automatic || [0, FULL];
    if (what === "boxes") { this.boxesOn = !this.boxesOn; this.draw(); }
    else if (what === "fit") this.fit();
    else if (!this.isXray) return;
    else if (what === "invert") { this.inverted = !this.inverted; this.repaint(); }
    else if (what === "auto") this.setWindow(low, high);
    else if (what === "dense") this.setWindow(this.range[0], this.range[0] + (high - this.range[0]) * 0.25);
    else if (what === "thin") this.setWindow(low + (high - low) * 0.6, this.range[1]);
    else {
      const level = Number(this.tool("level").value);
      const width = Number(this.tool("window").value);
      this.setWindow(level - width / 2, level + width / 2);
    }
    this.tool("boxes")?.setAttribute("aria-pressed", this.boxesOn);
    this.tool("invert")?.setAttribute("aria-pressed", this.inverted);
  }
}

// Above the box, below, beside or inside, whichever covers nothing; else what covers least.
function place([width, height], [x1, y1, x2, y2], taken, [mostX, mostY]) {
  const corners = [[x1, y1 - height], [x1, y2], [x2 - width, y1 - height], [x2 - width, y2], [x2, y1], [x1 - width, y1], [x1, y1]];
  let best = null;
  corners.forEach(([x, y], i) => {
    const left = Math.min(Math.max(0, x), Math.max(0, mostX - width));
    const top = Math.min(Math.max(0, y), Math.max(0, mostY - height));
    const at = [left, top, left + width, top + height];
    const others = i === corners.length - 1 ? taken : [...taken, [x1, y1, x2, y2]];
    const covered = others.reduce((sum, other) => sum + common(at, other), 0);
    if (!best || covered < best.covered) best = { at, covered };
  });
  return best.at;
}

function common(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return Math.max(0, width) * Math.max(0, height);
}

// Evidence: what a rule or a chip rests on is marked in the pictures, and brought into sight.

let viewers = [];
let kept = [];

function numbersOf(element) {
  return (element.dataset.findings ?? element.dataset.finding ?? "").split(",").filter(Boolean).map(Number);
}

function showMarks(numbers) {
  viewers.forEach((viewer) => viewer.mark(numbers));
  document.querySelectorAll(".chip[data-finding]").forEach((chip) => chip.classList.toggle("marked", numbers.includes(Number(chip.dataset.finding))));
}

function keepMarks(element) {
  const own = numbersOf(element);
  const again = element.classList.contains("marked") && kept.length;
  kept = again ? [] : own;
  document.querySelectorAll(".outcomes tr.marked").forEach((row) => row.classList.remove("marked"));
  document.querySelectorAll("figure.marked").forEach((figure) => figure.classList.remove("marked"));
  showMarks(kept);
  if (again) return;
  if (element.matches("tr")) element.classList.add("marked");
  const figures = [...document.querySelectorAll("figure[data-findings]")].filter((figure) => numbersOf(figure).some((n) => own.includes(n)));
  figures.forEach((figure) => figure.classList.add("marked"));
  figures[0]?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function start() {
  viewers = [...document.querySelectorAll(".viewer")].map((root) => new Viewer(root));
  document.querySelectorAll(".outcomes tr[data-findings], .chip[data-finding]").forEach((element) => {
    element.addEventListener("mouseenter", () => showMarks(numbersOf(element)));
    element.addEventListener("mouseleave", () => showMarks(kept));
    element.addEventListener("click", () => {
      keepMarks(element);
      if (!element.matches("button.chip")) return;
      const viewer = viewers.find((each) => each.root.parentElement === element.closest("figure"));
      const box = viewer?.holds(Number(element.dataset.finding));
      if (box && kept.length) viewer.lookAt(box); else viewer?.fit();
    });
  });
}

// Keys that mean the pictures: true if `key` was one. Zoom goes to the picture that is looked at.
window.pictureKey = (key) => {
  const active = viewers.find((viewer) => viewer.root.matches(":hover, :focus-within")) || viewers[0];
  if (!active || !active.shown) return false;
  if (key === "b") viewers.forEach((viewer) => viewer.act("boxes"));
  else if (key === "0") viewers.forEach((viewer) => viewer.fit());
  else if (key === "i") viewers.forEach((viewer) => viewer.act("invert"));
  else if (key === "a") viewers.forEach((viewer) => viewer.act("auto"));
  else if (key === "+" || key === "=") active.zoom(1.4);
  else if (key === "-") active.zoom(1 / 1.4);
  else return false;
  return true;
};

document.addEventListener("DOMContentLoaded", start);
