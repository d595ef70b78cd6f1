// One file for the runner: to load the Worker three times would take longer than these tests do. The order matters to the
// stand-in's clock, which the last of them moves on by years.
import "./webhooks.ts";
import "./gates.ts";
import "./life.ts";
