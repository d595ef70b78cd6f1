import { vi } from "vitest";
import type { TestAccount } from "./account.ts";

/** What the platform bills: rows that SQL read and wrote, and settings of the alarm, which count as a row written each. */
export interface RowCount {
  readonly written: number;
  readonly read: number;
  readonly alarms: number;
}

/**
 * Counts the rows of one account while `run` calls it. The numbers are the runtime's own, `rowsRead` and `rowsWritten` of
 * every cursor: index entries count, as they do on the bill. The count is taken by wrapping `exec` of the live object's
 * own SqlStorage, so an object that is evicted meanwhile is not counted any further. `rowsRead` grows while a cursor is
 * read, and the store reads every cursor with `toArray` at once; hence the second wrapper.
 *
 * Of several statements in one `exec` the runtime counts the last; only migrations do that.
 */
export async function countRows(account: TestAccount, run: () => Promise<unknown>): Promise<RowCount> {
  const count = { written: 0, read: 0, alarms: 0, statements: 0 };
  const restore = await account.inside((storage) => {
    const exec = storage.sql.exec.bind(storage.sql);
    const setAlarm = storage.setAlarm.bind(storage);
    const execSpy = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...bindings) => {
      const cursor = exec<never>(query, ...bindings);
      const toArray = cursor.toArray.bind(cursor);
      count.statements += 1;
      count.written += cursor.rowsWritten;
      count.read += cursor.rowsRead;
      cursor.toArray = () => {
        const readBefore = cursor.rowsRead;
        const rows = toArray();
        count.read += cursor.rowsRead - readBefore;
        return rows;
      };
      return cursor;
    });
    const alarmSpy = vi.spyOn(storage, "setAlarm").mockImplementation((at) => {
      count.alarms += 1;
      return setAlarm(at);
    });
    return () => {
      execSpy.mockRestore();
      alarmSpy.mockRestore();
    };
  });
  try {
    await run();
  } finally {
    restore();
  }
  // Every call touches storage: no statement seen means that the wrapped storage was not the object's.
  if (count.statements === 0) throw new Error("no statement was counted");
  const { written, read, alarms } = count;
  return { written, read, alarms };
}
