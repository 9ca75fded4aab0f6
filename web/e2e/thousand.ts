type Step = Record<string, unknown>;

/** What the flow is made of, as the server's catalog names it. */
export interface Offers {
  trigger: { id: string; subject: string };
  operation: { id: string };
}

/** A flow of 1,000 steps that name one another: operations, values, choices, loops, checks. */
export function thousand(flow: string, offers: Offers): Record<string, unknown> {
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
        use: offers.operation.id,
        with: { id: `=${offers.trigger.subject}.id` },
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
  const head = { schema: 1, flow, title: 'A thousand steps', trigger: offers.trigger.id };
  return { ...head, key: `=${offers.trigger.subject}.id`, steps };
}
