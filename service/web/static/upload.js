"use strict";
// The upload page: files with their kinds, papers among them, progress, and errors that keep
// everything as it was.

const form = document.getElementById("upload");
const drop = document.getElementById("drop");
const input = drop.querySelector("input");
const table = document.getElementById("chosen");
const answer = document.getElementById("answer");
const bar = document.getElementById("progress");
const KINDS = { files: "automatic", xray: "X-ray", photo: "photograph", radiation: "radiation" };
let chosen = [];
let request = null;

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function show() {
  table.hidden = !chosen.length;
  table.querySelector("tbody").replaceChildren(...chosen.map((entry) => {
    const row = document.createElement("tr");
    const kind = document.createElement("select");
    kind.setAttribute("aria-label", `Kind of ${entry.file.name}`);
    kind.append(...Object.entries(KINDS).map(([value, words]) => new Option(words, value, false, value === entry.kind)));
    kind.addEventListener("change", () => { entry.kind = kind.value; });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", `Remove ${entry.file.name}`);
    remove.addEventListener("click", () => { chosen = chosen.filter((each) => each !== entry); show(); });
    row.append(cell(entry.file.name), cell(size(entry.file.size)), cell(kind), cell(remove));
    row.classList.toggle("refused", entry.refused === true);
    return row;
  }));
}

function say(words) {
  answer.textContent = words;
  answer.hidden = !words;
}

// A JSON file may be papers or a spectrum; its keys tell.
async function paperField(file) {
  if (!file.name.toLowerCase().endsWith(".json") || file.size > 1e6) return null;
  try {
    const content = JSON.parse(await file.text());
    if (Array.isArray(content)) return content.some((entry) => entry && entry.plate) ? "registrations" : null;
    if (content && content.containers) return "declaration";
    return content && content.plate ? "registrations" : null;
  } catch { return null; }
}

async function add(files) {
  say("");
  for (const file of files) {
    const field = await paperField(file);
    if (field) {
      let text = await file.text();
      if (field === "registrations" && !text.trim().startsWith("[")) text = `[${text}]`;
      form.elements[field].value = text;
      document.getElementById("papers").open = true;
      form.elements[field].dispatchEvent(new Event("input", { bubbles: true }));
      continue;
    }
    const same = (entry) => entry.file.name === file.name && entry.file.size === file.size && entry.file.lastModified === file.lastModified;
    if (!chosen.some(same)) chosen.push({ file, kind: "files" });
  }
  const total = chosen.reduce((sum, entry) => sum + entry.file.size, 0);
  if (chosen.length > Number(form.dataset.maxFiles)) say(`At most ${form.dataset.maxFiles} files in one upload.`);
  else if (total > Number(form.dataset.limitMb) * 1048576) say(`Together ${size(total)}; at most ${form.dataset.limitMb} MiB are taken.`);
  show();
}

input.addEventListener("change", async () => {
  const files = [...input.files];
  input.value = "";
  await add(files);
});
for (const name of ["dragenter", "dragover"])
  document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add([...event.dataTransfer.files]);
});

function busy(on) {
  document.getElementById("send").disabled = on;
  document.getElementById("cancel").hidden = !on;
  bar.hidden = !on;
  bar.value = 0;
}

function refuse(request) {
  let words = request.status ? `${request.status} ${request.statusText}` : "The server does not answer; nothing was sent.";
  let errors = [];
  try {
    const problem = JSON.parse(request.responseText);
    words = `${problem.title}: ${problem.detail}`;
    errors = problem.errors || [];
  } catch { /* no problem document */ }
  const names = new Set(errors.map((error) => error.field));
  chosen.forEach((entry) => { entry.refused = names.has(entry.file.name); });
  if ([...names].some((name) => /^(declaration|registrations|containers)/.test(name))) document.getElementById("papers").open = true;
  show();
  say(words);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!chosen.length) { say("Choose at least one file."); return; }
  const body = new FormData();
  for (const name of ["csrf", "site", "lane", "declaration_ref", "declaration", "registrations"])
    if (form.elements[name].value.trim()) body.append(name, form.elements[name].value);
  chosen.forEach((entry) => body.append(entry.kind, entry.file, entry.file.name));
  say("");
  busy(true);
  request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (progress) => {
    if (progress.lengthComputable) bar.value = (100 * progress.loaded) / progress.total;
    if (progress.loaded === progress.total) bar.removeAttribute("value");
  });
  request.addEventListener("load", () => {
    if (request.status === 201) { location.href = JSON.parse(request.responseText).page; return; }
    busy(false);
    refuse(request);
  });
  request.addEventListener("error", () => { busy(false); refuse(request); });
  request.addEventListener("abort", () => { busy(false); say("Cancelled; nothing was stored."); });
  request.send(body);
});
document.getElementById("cancel").addEventListener("click", () => request?.abort());
