import { type Worked, standing } from './steps';
import { flow } from '@/api/flows';
import type { RunDetail } from '@/api/runs';
import { CallList } from '@/components/CallList';
import { CompareCalls } from '@/components/CompareCalls';
import { Code } from '@/components/Code';
import { Facts } from '@/components/Facts';
import { Id } from '@/components/Id';
import { JsonTree } from '@/components/JsonTree';
import { Message } from '@/components/Message';
import { Panel } from '@/components/Panel';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { stepText } from '@/lib/flowText';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

interface Props {
  run: RunDetail;
  row: Worked;
}

/** All that is known of one step of a run. */
export function StepPanel({ run, row }: Props) {
  const { data: deployed } = useQuery(flow(run.environment, run.flow));
  const plan = deployed?.plan.find((step) => step.id === row.id);
  const text = deployed && stepText(deployed.document, row.id);
  const isOlder = deployed !== undefined && run.version !== deployed.version;
  const here = row.id === run.step;
  return (
    <Panel
      title={<span className="mono">{row.id}</span>}
      aside={<State state={standing(row, run)} />}
    >
      {plan?.title && <p style={{ margin: '0 0 0.5rem' }}>{plan.title}</p>}
      {row.id !== 'output' && (
        <p style={{ margin: '0 0 0.5rem' }}>
          <Link to="/flows/$flow" params={{ flow: run.flow }} search={{ step: row.id }}>
            Show this step in the designer
          </Link>
        </p>
      )}
      {here && run.fault && (
        <p style={{ color: 'var(--bad)', margin: '0 0 0.625rem', overflowWrap: 'anywhere' }}>
          <strong>{run.fault.class.replace('_', ' ')}</strong> <Message text={run.fault.message} />
        </p>
      )}
      <Facts
        facts={[
          ['Began', row.step && <Time at={row.step.started_at} />],
          ['Ended', row.step?.ended_at && <Time at={row.step.ended_at} />],
          ['Operation', plan?.operations?.map((o) => o.id).join(', ')],
          [
            'Repeat is prevented by',
            row.step?.effect && (
              <>
                effect <Id id={row.step.effect} chars={12} />
                {row.step.reused && ' (met, not made again)'}
              </>
            ),
          ],
        ]}
      />
      {row.calls.length > 0 && (
        <>
          <h3>Calls and attempts</h3>
          <CallList run={run.id} calls={row.calls} />
          <CompareCalls run={run.id} calls={row.calls} step={row.id} before={run.replay_of} />
        </>
      )}
      {row.step?.output !== undefined && (
        <>
          <h3>Result</h3>
          <JsonTree value={row.step.output} open={2} />
        </>
      )}
      {text && (
        <>
          <h3>Formulas</h3>
          {isOlder && (
            <p style={{ color: 'var(--warn)', margin: '0 0 0.25rem' }}>
              This run was worked by version {run.version}; shown is version {deployed.version}.
            </p>
          )}
          <Code text={text} />
        </>
      )}
    </Panel>
  );
}
