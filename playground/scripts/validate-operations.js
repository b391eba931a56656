// Holds every example operation to the committed schema, as graphql-js reads it.
import { readFileSync, readdirSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";

const at = (path) => new URL(path, import.meta.url);
const schema = buildSchema(readFileSync(at("../../schema/schema.graphql"), "utf8"));
const files = readdirSync(at("../operations/")).filter((name) => name.endsWith(".graphql"));

let problems = 0;
for (const file of files) {
  const document = parse(readFileSync(at(`../operations/${file}`), "utf8"));
  for (const error of validate(schema, document)) {
    problems += 1;
    const line = error.locations?.[0]?.line ?? "?";
    console.error(`operations/${file}:${line} ${error.message}`);
  }
}
if (files.length === 0 || problems > 0) {
  process.exit(1);
}
console.log(`${files.length} files of operations fit the schema`);
