import "graphiql/setup-workers/vite";
// By its parts and not "graphiql/style.css", which also holds half a megabyte of fonts.
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";
import "./graphiql.css";
import { createRoot } from "react-dom/client";
import { Playground } from "./playground";

const place = document.getElementById("playground");
if (place) {
  createRoot(place).render(<Playground />);
}
