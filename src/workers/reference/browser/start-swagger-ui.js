// Shows the operations below the page's own text. Served as it is; `SwaggerUIBundle` comes with the script before it.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

globalThis.SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.querySelector("#swagger-ui"),
  deepLinking: true,
  displayRequestDuration: true,
  // The list of schemas repeats what each operation shows.
  defaultModelsExpandDepth: -1,
  defaultModelExpandDepth: 3,
  // Otherwise the document's address is sent to a validator on the internet.
  validatorUrl: null,
});
