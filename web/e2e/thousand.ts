type Step = Record<string, unknown>;

/** A flow of 1,000 steps that name one another: operations, values, choices, loops, checks. */
export function thousand(flow: string): Record<string, unknown> {
  const steps: Step[] = [];
  let count = 0;
  const id = (): string => `s${count++}`;
  while (count < 1000) {
    const [read, values, choice] = [id(), id(), id()];
    const amount = `=steps.${values}.amount`;
    steps.push(
      {
        id: read,
        title: `Read number ${count}`,
        use: 'stripe.charge.balance_transaction',
        with: { charge: '=charge.id' },
      },
      {
        id: values,
        set: { amount: `=steps.${read}.amount + 1`, text: `=text(steps.${read}.amount)` },
      },
      {
        id: choice,
        choose: [
          { when: `${amount} > 10`, set: { x: amount } },
          {
            steps: [
              { id: id(), set: { x: 1 } },
              { id: id(), note: 'Why it is so', set: { x: 2 } },
            ],
          },
        ],
      },
      {
        id: id(),
        each: '=[1, 2]',
        as: 'item',
        steps: [{ id: id(), set: { y: `=item + steps.${choice}.x` } }],
      },
      { id: id(), check: `=steps.${choice}.x > 0`, else: 'skip' },
    );
  }
  const head = { schema: 1, flow, title: 'A thousand steps', trigger: 'stripe.charge.succeeded' };
  return { ...head, key: '=charge.id', steps };
}
