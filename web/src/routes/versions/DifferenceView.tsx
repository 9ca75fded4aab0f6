import type { Difference } from '@/api/whatIfs';
import { cellText } from '@/lib/lookupSheet';
import { Message } from '@/components/Message';
import { State } from '@/components/State';
import { Anchor, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import classes from './DifferenceView.module.css';

/** One run that would go otherwise, and every field of what it does that would be another. */
export function DifferenceView({ difference }: { difference: Difference }) {
  const { run, key, was, would_be, sentences, effects } = difference;
  return (
    <div className={classes.view}>
      <Group gap="sm">
        <Anchor
          className="mono"
          renderRoot={(props) => <Link to="/runs/$run" params={{ run }} {...props} />}
        >
          {key}
        </Anchor>
        {was === would_be ? (
          <State state={was} />
        ) : (
          <>
            <State state={was} /> would be <State state={would_be} />
          </>
        )}
      </Group>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <Message text={sentence} />
        </p>
      ))}
      {effects.some(({ fields }) => fields.length > 0) && (
        <details>
          <summary>Fields</summary>
          <table>
            <tbody>
              {effects.flatMap((effect, at) =>
                effect.fields.map((field) => (
                  <tr key={`${at} ${field.path}`}>
                    <td className="mono">
                      {effect.step}: {field.path}
                    </td>
                    <td>
                      <del>{cellText(field.was)}</del>
                    </td>
                    <td>
                      <ins>{cellText(field.would_be)}</ins>
                    </td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}
