import { useActs } from './canvas/acts';
import { COMMANDS, said } from './commands';
import { keepsBack } from './model/problem';
import { useEditor, useEditorState } from './store/context';
import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from '@mantine/core';
import { LinkButton } from '@/components/LinkButton';
import type { Saved, Saver } from './store/saver';
import {
  ChevronsDownUp,
  ChevronsUpDown,
  Ellipsis,
  type LucideIcon,
  PanelLeft,
  Redo2,
  Search,
  Undo2,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import classes from './Designer.module.css';

export type View = 'canvas' | 'yaml';

interface Props {
  view: View;
  onView: (view: View) => void;
  palette: boolean;
  onPalette: () => void;
  saver: Saver;
}

/** The flow's name, whether it is kept, and what can be done with the whole of it. */
export function Toolbar({ view, onView, palette, onPalette, saver }: Props) {
  const editor = useEditor();
  const acts = useActs();
  const title = useEditorState((state) => state.history.document.title);
  const saved = useEditorState((state) => state.saved);
  const server = useEditorState((state) => state.server);
  const zoom = useEditorState((state) => state.zoom);
  const undone = useEditorState((state) => state.history.entries[state.history.done - 1]?.label);
  const redone = useEditorState((state) => state.history.entries[state.history.done]?.label);
  const errors = useEditorState((state) => state.checked?.problems.filter(keepsBack).length ?? 0);
  const why =
    errors > 0
      ? `Not while ${errors === 1 ? 'a problem is' : `${errors} problems are`} open`
      : null;
  const press = (id: string, Icon: LucideIcon, tip?: string, disabled = false) => {
    const command = COMMANDS.find((one) => one.id === id);
    if (!command) return null;
    const label = [tip ?? command.label, command.keys?.[0] && said(command.keys[0])]
      .filter(Boolean)
      .join('  ');
    return (
      <Tooltip label={label}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={tip ?? command.label}
          data-disabled={disabled || undefined}
          aria-disabled={disabled || undefined}
          onClick={() => command.perform({ editor, acts })}
        >
          <Icon size={16} />
        </ActionIcon>
      </Tooltip>
    );
  };
  return (
    <header className={classes.toolbar}>
      <Tooltip label={palette ? 'Hide the palette' : 'Show the palette'}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Palette"
          aria-pressed={palette}
          onClick={onPalette}
        >
          <PanelLeft size={16} />
        </ActionIcon>
      </Tooltip>
      <div className={classes.name}>
        <h1>{typeof title === 'string' ? title : editor.flow}</h1>
        <span className="mono">{editor.flow}</span>
      </div>
      <span
        className={classes.saved}
        role="status"
        data-bad={typeof saved === 'object' || undefined}
      >
        {saved === 'saved' && standing(server)}
        {saved === 'saving' && 'Saving…'}
        {typeof saved === 'object' && `Kept in this browser only: ${saved.failed}`}
      </span>
      <SegmentedControl
        aria-label="View"
        value={view}
        onChange={(value) => onView(value === 'yaml' ? 'yaml' : 'canvas')}
        data={[
          { value: 'canvas', label: 'Canvas' },
          { value: 'yaml', label: 'YAML' },
        ]}
      />
      {server && (
        <LinkButton
          to="/flows/$flow/versions"
          params={{ flow: editor.flow }}
          variant="default"
          size="xs"
        >
          Versions
        </LinkButton>
      )}
      {server?.isDraft && (
        <Tooltip label={why ?? 'Make the draft a version'}>
          <span>
            <LinkButton
              to="/flows/$flow/versions"
              params={{ flow: editor.flow }}
              search={{ publish: 'draft' }}
              size="xs"
              disabled={why !== null}
              aria-disabled={why !== null || undefined}
              aria-description={why ?? undefined}
            >
              Publish
            </LinkButton>
          </span>
        </Tooltip>
      )}
      <div className={classes.tools}>
        {press('undo', Undo2, undone && `Undo: ${undone}`, !undone)}
        {press('redo', Redo2, redone && `Redo: ${redone}`, !redone)}
        {press('find', Search)}
        {view === 'canvas' && press('fold', ChevronsDownUp)}
        {view === 'canvas' && press('unfold', ChevronsUpDown)}
        {view === 'canvas' && press('zoom-out', ZoomOut)}
        {view === 'canvas' && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            className="number"
            aria-label="Zoom to 100 %"
            onClick={() => editor.update({ zoom: 1 })}
          >
            {Math.round(zoom * 100)} %
          </Button>
        )}
        {view === 'canvas' && press('zoom-in', ZoomIn)}
        <Menu position="bottom-end" width={230} shadow="md">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label="More">
              <Ellipsis size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {COMMANDS.filter(({ id }) => ['commands', 'help', 'svg', 'png'].includes(id)).map(
              (command) => (
                <Menu.Item
                  key={command.id}
                  rightSection={command.keys?.[0] && <small>{said(command.keys[0])}</small>}
                  onClick={() => command.perform({ editor, acts })}
                >
                  {command.label}
                </Menu.Item>
              ),
            )}
            <Menu.Divider />
            <Menu.Item
              c="var(--bad)"
              disabled={!server?.isDraft || server.version === null}
              onClick={() => void saver.discard()}
            >
              Discard the draft
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </header>
  );
}

/** What the server has, in words. */
function standing(server: Saved | null): string {
  if (!server) return 'New, nothing is saved yet';
  if (server.isDraft) return 'Draft saved';
  return server.version === null ? 'Saved' : `As version ${server.version}, no changes`;
}
