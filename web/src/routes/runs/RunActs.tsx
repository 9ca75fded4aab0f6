import { cancelRun, replayRun, type RunDetail } from '@/api/runs';
import { Confirm } from '@/components/Confirm';
import { ReplayDialog } from '@/components/letters/ReplayDialog';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

/** Working a finished run again, and ending one that waits. A dead letter has its own acts. */
export function RunActs({ run }: { run: RunDetail }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const isOpenLetter = run.dead_letter != null && !run.dead_letter.resolution;
  if (isOpenLetter) return null;
  const isLive = !run.ended_at;
  if (isLive) {
    return (
      <>
        <Button variant="default" onClick={() => setOpen(true)}>
          Cancel run
        </Button>
        {open && (
          <Confirm
            title="Cancel this run"
            act="Cancel run"
            danger
            reason="Why it is ended"
            onAct={async (reason) => {
              await cancelRun(run.id, reason);
              await client.invalidateQueries();
            }}
            onClose={() => setOpen(false)}
          >
            What it has done so far stays as it is; nothing further is done.
          </Confirm>
        )}
      </>
    );
  }
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Work again
      </Button>
      {open && (
        <ReplayDialog
          title="Work this run again"
          act="Work again"
          run={run.id}
          onReplay={async (how) => {
            const { runs } = await replayRun(run.id, how);
            await client.invalidateQueries();
            const again = runs[0];
            if (!again) return;
            notifications.show({ message: `${again} works it again` });
            await navigate({ to: '/runs/$run', params: { run: again } });
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
