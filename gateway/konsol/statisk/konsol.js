// What htmx leaves to the page: a refusal's words come into view, and a button that was pressed can't be pressed twice.
document.addEventListener("htmx:beforeRequest", function (e) {
  const form = e.target.closest && e.target.closest("form");
  if (form) form.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", function (e) {
  const form = e.target.closest && e.target.closest("form");
  if (form) form.removeAttribute("aria-busy");
});
document.addEventListener("htmx:responseError", function (e) {
  const svar = document.querySelector("#" + (e.detail.target && e.detail.target.id ? e.detail.target.id : "indhold"));
  const besked = document.createElement("div");
  besked.className = "besked fejl";
  besked.setAttribute("role", "alert");
  besked.textContent = e.detail.xhr.status === 503 ? "PostgreSQL svarer ikke. Prøv igen om lidt." : "Det lykkedes ikke. Hent siden igen.";
  if (svar) svar.prepend(besked);
});
// One box that ticks every box of a name on the page.
document.addEventListener("change", function (e) {
  const navn = e.target.dataset && e.target.dataset.vaelg;
  if (!navn) return;
  for (const boks of document.getElementsByName(navn)) boks.checked = e.target.checked;
});
