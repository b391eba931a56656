import { defineConfig } from "vite";

/** `npm run dev` talks to a server started beside it. */
const server = "http://127.0.0.1:8080";

export default defineConfig({
  base: "/shop/",
  build: {
    outDir: "../dist/shop",
    // The server holds it beside the playground's own pages.
    emptyOutDir: true,
    target: "es2022",
    // Files of their own, so that the page's policy needs no more than 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" in a dependency speaks to React servers; there is none here.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  // The client beside it has modules of its own; there must be one of each.
  resolve: { dedupe: ["graphql", "react", "react-dom"] },
  server: {
    proxy: {
      "/graphql": { target: server, ws: true },
      "/auth": server,
    },
  },
});
