/** What kind of business a journal entry is of, by the rule that made it. */
const KINDS: Readonly<Record<string, string>> = {
  J4: 'Payment',
  J5: 'Invoice paid',
  J6: 'Fee',
  J7: 'Refund',
  J8: 'Refund that failed',
  J9: 'Payment that failed',
  J10: 'Part not captured',
  J11: 'Dispute',
  J13: 'Dispute won',
  J14: 'Dispute lost',
  J15: 'Dispute fee',
  J16: 'Payout',
  J17: 'Payout at the bank',
  J18: 'Payout below zero',
  J19: 'Payout that failed',
  J20: 'Top-up',
  J21: 'Reserve',
  J31: 'Platform earnings',
  J32: 'Transfer',
  J34: 'Not classified',
};

/** The kind in words; a rule that is not known yet by its code. */
export const entryKind = (rule: string): string => KINDS[rule] ?? rule;
