// Puts one element on the page, as the query says: ?workflow=order&theme=dark&locale=de and so on. Events are kept in
// `events` for the tests to read.
const query = new URLSearchParams(location.search);
const element = document.createElement("dap-workflow");
window.events = [];
for (const name of ["ready", "change", "submit", "progress", "result", "error", "auth-expired"]) {
  document.addEventListener(`dap-${name}`, (event) => window.events.push({ name, detail: event.detail }));
}
element.setAttribute("team", "team-1");
for (const [name, value] of query) element.setAttribute(name, value);
document.documentElement.dataset.theme = query.get("theme") ?? "";
if (!query.has("no-token")) element.token = query.get("token") ?? "demo";
document.querySelector("main").append(element);
