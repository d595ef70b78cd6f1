// Shows the operations below the page's own text. Served as it is; `SwaggerUIBundle` comes with the script before it.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

/** Its own layout brings a second title and a second `main`; ours is the introduction, the key and the operations. */
const pageLayout = ({ React: { createElement: create } }) => ({
  components: {
    PageLayout: ({ getComponent, specSelectors }) => {
      if (specSelectors.info().size === 0) return create("p", { role: "status" }, "Loading …");
      // The page's own heading stands above it.
      const guide = specSelectors.info().get("description").replaceAll(/^## /gm, "### ");
      return create(
        "div",
        { className: "swagger-ui" },
        create(getComponent("SvgAssets")),
        create(getComponent("errors", true)),
        create("div", { className: "guide" }, create(getComponent("Markdown", true), { source: guide })),
        create("div", { className: "key" }, create(getComponent("AuthorizeBtnContainer", true))),
        create(getComponent("operations", true)),
      );
    },
  },
});

globalThis.SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.querySelector("#swagger-ui"),
  plugins: [pageLayout],
  layout: "PageLayout",
  // It would take the page's own anchors, which problems lead to, for places of its own.
  deepLinking: false,
  displayRequestDuration: true,
  defaultModelExpandDepth: 3,
  // Otherwise the document's address is sent to a validator on the internet.
  validatorUrl: null,
});
