import type { Counts, ObjectCount } from "./counts.ts";

// Counts inside the Worker's isolate, which all of its objects share in the local runtime.

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

const objects = new Map<string, Writable<ObjectCount>>();
let d1_queries = 0;
let queue_messages = 0;

export function takeCounts(): Counts {
  const counts = { objects: Object.fromEntries(objects), d1_queries, queue_messages };
  objects.clear();
  d1_queries = 0;
  queue_messages = 0;
  return counts;
}

function countOf(name: string): Writable<ObjectCount> {
  const known = objects.get(name);
  if (known !== undefined) return known;
  const count = { calls: 0, alarms_rung: 0, alarms_set: 0, rows_written: 0, rows_read: 0 };
  objects.set(name, count);
  return count;
}

interface ObjectClass {
  readonly prototype: object;
}

/** Puts a counter in front of every method that `base` offers; overridden methods of `metered` are counted too. */
export function countCalls(metered: ObjectClass, base: ObjectClass, name: string): void {
  for (const method of Object.getOwnPropertyNames(base.prototype)) {
    const body: unknown = Reflect.get(metered.prototype, method);
    if (method === "constructor" || typeof body !== "function") continue;
    const counted = function (this: unknown, ...args: unknown[]): unknown {
      countOf(name)[method === "alarm" ? "alarms_rung" : "calls"] += 1;
      return Reflect.apply(body, this, args);
    };
    Object.defineProperty(metered.prototype, method, { value: counted, configurable: true, writable: true });
  }
}

/**
 * Counts the rows of an object's SQL by the runtime's own numbers. `rowsRead` grows while a cursor is read, and the stores
 * read every cursor with `toArray` or `one`; hence the second wrapper.
 */
export function meteredState(ctx: DurableObjectState, name: string): DurableObjectState {
  const { storage } = ctx;
  const exec = storage.sql.exec.bind(storage.sql);
  const setAlarm = storage.setAlarm.bind(storage);
  storage.sql.exec = (query, ...bindings) => {
    const cursor = exec<never>(query, ...bindings);
    const count = countOf(name);
    count.rows_written += cursor.rowsWritten;
    count.rows_read += cursor.rowsRead;
    const countRead = <Value>(read: () => Value): Value => {
      const before = cursor.rowsRead;
      const value = read();
      count.rows_read += cursor.rowsRead - before;
      return value;
    };
    const toArray = cursor.toArray.bind(cursor);
    const one = cursor.one.bind(cursor);
    cursor.toArray = () => countRead(toArray);
    cursor.one = () => countRead(one);
    return cursor;
  };
  storage.setAlarm = (at, options) => {
    countOf(name).alarms_set += 1;
    countOf(name).rows_written += 1;
    return setAlarm(at, options);
  };
  return ctx;
}

/** The database with a count of the statements that are made, each of which is one query. */
export function meteredDatabase(db: D1Database): D1Database {
  return new Proxy(db, {
    get(target, property) {
      if (property === "prepare" || property === "exec") d1_queries += 1;
      return bound(target, property);
    },
  });
}

export function meteredQueue<Message>(queue: Queue<Message>): Queue<Message> {
  return new Proxy(queue, {
    get(target, property) {
      if (property === "send" || property === "sendBatch") queue_messages += 1;
      return bound(target, property);
    },
  });
}

/** The runtime's own objects refuse to be called on a proxy. */
function bound(target: object, property: string | symbol): unknown {
  const value: unknown = Reflect.get(target, property);
  return typeof value === "function" ? (...args: unknown[]) => Reflect.apply(value, target, args) : value;
}
