// A file that is dropped anywhere on the field is taken as if it had been chosen.
for (const field of document.querySelectorAll(".drop")) {
  const input = field.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    field.addEventListener(name, (event) => { event.preventDefault(); field.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    field.addEventListener(name, () => field.classList.remove("over"));
  }
  field.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; }
  });
}

// The job of a plan: the part that changes is fetched anew until there is a plan, which is then opened.
const watched = document.getElementById("watched");
const part = () => document.getElementById("job-part");
const isRunning = () => ["queued", "running"].includes(part().dataset.state);
const look = async () => {
  try {
    const response = await fetch(location.href, { headers: { "X-Part": "1", Accept: "text/html" }, credentials: "same-origin" });
    if (response.status === 401 || new URL(response.url).pathname === "/login") { location.reload(); return; }
    if (response.ok) { watched.innerHTML = await response.text(); }
  } catch { /* The service is away for a moment; the page stays as it is. */ }
  if (isRunning()) { setTimeout(look, 1200); return; }
  document.querySelector("[data-while-running]")?.remove();
  if (part().dataset.result) { location.assign(part().dataset.result); }
};
if (watched && isRunning()) { setTimeout(look, 800); }
