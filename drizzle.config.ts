import { defineConfig } from "drizzle-kit";

// `npm run db:generate -- --name=verb_noun` writes migrations/NNNN_verb_noun.sql and its snapshot. Then edit the file by
// hand for what drizzle cannot say (STRICT, CHECK, triggers) before it is applied anywhere; `npm run check` compares the
// tables it makes with the schema.
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/db/schema/*.ts",
  out: "./migrations",
});
