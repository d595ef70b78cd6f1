import { validationProblem } from "../http/problem.ts";

/** Where a list of insights goes on: an instant or a place, and an id where those can be equal. */
export interface Place {
  readonly place: number;
  readonly id: string;
}

export function encodePlace(place: number, id: string): string {
  return btoa(`${place}.${id}`).replaceAll("=", "");
}

/** @throws ProblemError `validation_failed` for anything that {@link encodePlace} did not make */
export function decodePlace(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null;
  const [, place = "", id = ""] = /^(\d{1,16})\.(\w{0,40})$/.exec(tryDecode(cursor)) ?? [];
  if (place !== "" && encodePlace(Number(place), id) === cursor) return { place: Number(place), id };
  throw validationProblem([{ path: "cursor", message: "is not a next_cursor of this list" }]);
}

function tryDecode(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}
