import { defineConfig } from "drizzle-kit";

// `npm run db:generate -- --name=verb_noun` writes migrations/NNNN_verb_noun.sql; wrangler applies the files in order.
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/db/schema/*.ts",
  out: "./migrations",
});
