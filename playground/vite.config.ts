import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    // Files of their own, so that the page's policy needs no more than 'self' for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor is large, and wanted whole on the first screen.
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" in a dependency speaks to React servers; there is none here.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  worker: { format: "es" },
  // `npm run dev` talks to a server started beside it.
  server: {
    proxy: {
      "/graphql": { target: "http://127.0.0.1:8080", ws: true },
      "/dev": "http://127.0.0.1:8080",
    },
  },
});
