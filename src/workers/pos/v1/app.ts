import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../hono-env.ts";
import { LiteralRouter } from "../../http/literal-router.ts";
import { onError, onNotFound } from "../../http/on-error.ts";
import { validationProblem } from "../../http/problem.ts";
import { authenticatePosKey } from "../../middleware/authenticate-pos-key.ts";
import { BODY_BYTES_MAX, limitBody, requireJson, SYNC_BODY_BYTES_MAX } from "../../middleware/json-body.ts";
import { requestId } from "../../middleware/request-id.ts";
import { limitKeyRate } from "../../middleware/limit-key-rate.ts";
import { matchOperation, type Operation } from "../../middleware/match-operation.ts";
import { createAction } from "./actions/create.ts";
import { takePaperCard } from "./adjustments/take-paper-card.ts";
import { createAdjustment } from "./adjustments/create.ts";
import { createClaim } from "./claims/create.ts";
import { blockCard } from "./cards/block.ts";
import { createMember } from "./members/create.ts";
import { eraseMember } from "./members/erase.ts";
import { identifyMember } from "./members/identify.ts";
import { createCard } from "./members/create-card.ts";
import { listEntries } from "./members/list-entries.ts";
import { listMembers } from "./members/list.ts";
import { mergeMember } from "./members/merge.ts";
import { previewMerge } from "./members/preview-merge.ts";
import { transferPoints } from "./members/transfer.ts";
import { exportMember } from "./members/export.ts";
import { getMember } from "./members/retrieve.ts";
import { updateMember } from "./members/update.ts";
import { createGiftcard } from "./giftcards/create.ts";
import { getGiftcard } from "./giftcards/retrieve.ts";
import { createGift } from "./gifts/create.ts";
import { cancelIssuedReward } from "./issued-rewards/cancel.ts";
import { createIssuedReward } from "./issued-rewards/create.ts";
import { exportHandOuts } from "./hand-outs/export.ts";
import { listHandOuts } from "./hand-outs/list.ts";
import { getRewardStock } from "./rewards/stock.ts";
import { createPairing } from "./pairings/create.ts";
import { listSnapshotKeys } from "./program/list-snapshot-keys.ts";
import { getProgram } from "./program/retrieve.ts";
import { cancelRedemption, captureRedemption, renewRedemption } from "./redemptions/act.ts";
import { createRedemption } from "./redemptions/create.ts";
import { listRedemptions } from "./redemptions/list.ts";
import { getRedemption } from "./redemptions/retrieve.ts";
import { createReturn } from "./returns/create.ts";
import { createSale } from "./sales/create.ts";
import { previewSale } from "./sales/preview.ts";
import { getSale } from "./sales/retrieve.ts";
import { readStoredValue } from "./stored-value/read.ts";
import { sync } from "./sync/create.ts";
import { setTestClock } from "./test-clock/set.ts";

/** The POS API's router. Each operation registers its route and handler on it. */
export type PosApp = OpenAPIHono<AppEnv>;

/** Every operation of version 1, in the order of the reference. */
const operations: readonly ((app: PosApp) => void)[] = [
  createMember,
  listMembers,
  identifyMember,
  getMember,
  updateMember,
  eraseMember,
  listEntries,
  createCard,
  previewMerge,
  mergeMember,
  transferPoints,
  exportMember,
  blockCard,
  createSale,
  previewSale,
  getSale,
  createReturn,
  createClaim,
  createRedemption,
  listRedemptions,
  getRedemption,
  captureRedemption,
  cancelRedemption,
  renewRedemption,
  createIssuedReward,
  cancelIssuedReward,
  getRewardStock,
  listHandOuts,
  exportHandOuts,
  createGiftcard,
  getGiftcard,
  readStoredValue,
  createAdjustment,
  takePaperCard,
  createAction,
  createGift,
  sync,
  getProgram,
  listSnapshotKeys,
  setTestClock,
];

/** Builds the POS API. Default deny: every path below /v1 but pairing needs a key, those that do not exist too. */
export function createPosApp(): PosApp {
  const app: PosApp = new OpenAPIHono<AppEnv>({
    router: new LiteralRouter(),
    defaultHook: (result) => {
      if (result.success) return;
      const errors = result.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
      throw validationProblem(errors);
    },
  });
  // Batches come back through this app item by item, without the outer one around it.
  app.onError(onError);
  app.notFound(onNotFound);
  app.use(requestId);
  const [small, large] = [limitBody(BODY_BYTES_MAX), limitBody(SYNC_BODY_BYTES_MAX)];
  app.use("/v1/*", (c, next) => (c.req.path === "/v1/sync" ? large(c, next) : small(c, next)));
  // Before the key is asked for: a till that pairs has none yet.
  app.use("/v1/pairings", requireJson);
  createPairing(app);
  app.use("/v1/*", requireJson, authenticatePosKey, limitKeyRate);
  app.use(
    "/v1/*",
    matchOperation(() => operationsOf(app)),
  );
  for (const register of operations) register(app);
  return app;
}

/** What has been registered, as the reference lists it. */
function operationsOf(app: PosApp): Operation[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, request } = definition.route;
    return [{ method: method.toUpperCase(), path, takesBody: request?.body !== undefined }];
  });
}
