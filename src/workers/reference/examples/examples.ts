import answers from "./answers.json" with { type: "json" };
import * as story from "./story.ts";

/** Bodies by name; the name is what a reader chooses from. */
type Named = Readonly<Record<string, unknown>>;

export interface OperationExamples {
  readonly request?: Named;
  /** By status. */
  readonly answers: Readonly<Record<string, Named>>;
}

const answer = (status: number, value: unknown): OperationExamples["answers"] => ({ [status]: { Answer: value } });

/** One request and its answer, and more of either, of every operation. A test sees that none is missing and that all are true. */
export const EXAMPLES: Readonly<Record<string, OperationExamples>> = {
  createMember: {
    request: { "With a phone number": story.newMember, "An anonymous plastic card": story.anonymousMember },
    answers: answer(201, answers.newMember),
  },
  listMembers: { answers: answer(200, answers.members) },
  identifyMember: {
    request: {
      "By phone number": story.identifyByPhone,
      "By card": { member: { card: answers.newMember.card_token } },
    },
    answers: answer(200, answers.identified),
  },
  getMember: { answers: answer(200, answers.member) },
  updateMember: { request: { "A new name": story.changedMember }, answers: answer(200, answers.changedMember) },
  eraseMember: { answers: {} },
  listEntries: { answers: answer(200, answers.entries) },
  createCard: {
    request: {
      "A plastic card": story.plasticCard,
      "A new QR code for a lost phone": { kind: "digital", replaces: answers.newMember.cards[0]?.id },
    },
    answers: answer(201, answers.linkedCard),
  },
  previewMerge: { request: { "Another card": story.otherCard }, answers: answer(200, answers.shownMerge) },
  transferPoints: { request: { "Ten points": story.giveTen }, answers: answer(201, answers.transferred) },
  exportMember: { answers: answer(200, answers.exported) },
  mergeMember: {
    request: { "As it was shown": story.mergeOther(answers.shownMerge.token) },
    answers: answer(200, answers.merged),
  },
  blockCard: { request: { "A lost card": story.lostCard }, answers: answer(200, answers.blockedCard) },
  createSale: {
    request: {
      "With lines": story.firstSale,
      "By amount alone": story.saleByAmount,
      "With a reward": story.saleWithReward(answers.held.redemption.id),
      "Without a member": story.saleWithoutMember,
      "A top-up": story.topUp,
    },
    answers: {
      201: {
        "With lines": answers.firstSale,
        "With a reward": answers.saleWithReward,
        "Without a member": answers.saleWithoutMember,
        "A top-up": answers.toppedUp,
      },
      200: { "Without a member, claims off": answers.saleNotBooked },
    },
  },
  previewSale: { request: { "With lines": story.firstSale }, answers: answer(200, answers.previewed) },
  getSale: { answers: answer(200, answers.sale) },
  createReturn: {
    request: {
      "One line, by receipt": story.croissantBack,
      "The whole sale, by id": story.wholeSaleBack(answers.firstSale.sale.id),
    },
    answers: answer(201, answers.returned),
  },
  createClaim: {
    request: { "By the claim link": story.collectSale(answers.saleWithoutMember.claim.token) },
    answers: answer(200, answers.claimed),
  },
  sync: { request: { "Three calls": story.queuedOffline }, answers: answer(200, answers.synced) },
  createPairing: { request: { "Six digits": story.pairingCode }, answers: answer(201, story.paired) },
  createRedemption: {
    request: {
      "A reward": story.twoEuroOff,
      "Points as payment": story.payWithPoints,
      "Credit as payment": story.payWithCredit,
      "A gift card": story.payWithGiftCard(answers.giftCard.giftcard.code),
      "A reward that was issued": story.redeemIssued(answers.given.gift.issued_reward.id),
    },
    answers: {
      201: {
        "A reward": answers.held,
        "Points as payment": answers.heldPoints,
        "Credit as payment": answers.heldCredit,
        "A reward that was issued": answers.heldIssued,
      },
    },
  },
  listRedemptions: { answers: answer(200, answers.redemptions) },
  getRedemption: { answers: answer(200, answers.redemption) },
  captureRedemption: { answers: answer(200, answers.captured) },
  cancelRedemption: { answers: answer(200, answers.cancelled) },
  renewRedemption: { answers: answer(200, answers.renewed) },
  createGiftcard: {
    request: { "A gift card": story.giftCard },
    answers: answer(201, answers.giftCard),
  },
  getGiftcard: { answers: answer(200, answers.giftCardStory) },
  createAdjustment: {
    request: { "A gift": story.welcomeGift, "A balance from before": story.openingBalance },
    answers: answer(201, answers.adjusted),
  },
  takePaperCard: { request: { "Six stamps": story.paperCard }, answers: answer(201, answers.paperCard) },
  createAction: {
    request: { "A friend brought along": story.friendBrought },
    answers: answer(201, answers.action),
  },
  createIssuedReward: {
    request: { "Pay now, collect later": story.payNowCollectLater },
    answers: answer(201, answers.issued),
  },
  cancelIssuedReward: { answers: answer(200, answers.takenBack) },
  getRewardStock: { answers: answer(200, story.seatsLeft) },
  listHandOuts: { answers: answer(200, story.handOuts) },
  exportHandOuts: { answers: answer(200, story.fulfilment) },
  readStoredValue: { answers: answer(200, story.storedValue) },
  createGift: {
    request: { "A reward": story.giftOfReward, Points: story.giftOfPoints },
    answers: answer(201, answers.given),
  },
  listSnapshotKeys: { answers: answer(200, answers.snapshotKeys) },
  getProgram: { answers: answer(200, answers.program) },
  setTestClock: {
    request: { "Years ahead": { now: "2030-01-01T00:00:00Z" } },
    answers: answer(200, answers.testClock),
  },
};
