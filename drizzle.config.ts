import { defineConfig } from "drizzle-kit";

// Migrations are written and reviewed by hand, for what drizzle cannot say: STRICT, CHECK, triggers. `npm run db:generate`
// prints the SQL of the schema as a starting point, and `npm run check` compares the two.
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/db/schema/*.ts",
});
