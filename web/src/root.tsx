import { component$ } from "@builder.io/qwik";
import { QwikCityProvider, RouterOutlet, useDocumentHead } from "@builder.io/qwik-city";
import "./style/index.css";

/** The document around every page. */
export default component$(() => (
  <QwikCityProvider>
    <head>
      <meta charset="utf-8" />
      <DocumentTitle />
      <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
      <meta name="color-scheme" content="light dark" />
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    </head>
    <body>
      <RouterOutlet />
    </body>
  </QwikCityProvider>
));

const DocumentTitle = component$(() => {
  const { title } = useDocumentHead();
  return <title>{title ? `${title} · dap` : "dap"}</title>;
});
