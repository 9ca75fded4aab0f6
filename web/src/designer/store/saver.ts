// Saving: every edit to the browser's database at once, and to the server as soon as it rests and is
// written in its one form. Nobody presses a button, and nothing of another person is written over.

import { type Standing, keep } from './keep';
import type { Editor } from './editor';
import type { History } from '../model/history';
import { type JsonMap, reuse } from '../model/json';
import { line } from '@/api/client';
import { edit } from '@/api/designer';
import { type Draft, beginDraft, discardDraft, draft, saveDraft } from '@/api/drafts';
import { ProblemError } from '@/api/problem';

/** What the server has of the flow. */
export interface Saved {
  revision: number;
  text: string;
  /** The document that stands for the text; none if the one in hand differs. */
  document: JsonMap | null;
  /** The number of the newest version. */
  version: number | null;
  /** Something is saved beside that version. */
  isDraft: boolean;
  changedBy: string | null;
}

export function savedOf(given: Draft, document: JsonMap | null): Saved {
  return {
    revision: given.revision,
    text: given.document,
    document,
    version: given.latest_version ?? null,
    isDraft: given.saved,
    changedBy: given.changed_by ?? null,
  };
}

export class Saver {
  private written: History | null;
  private keeping = false;
  private pushing = false;
  /** The document whose saving was refused: it is not tried again until it changes. */
  private refused: JsonMap | null = null;

  constructor(
    private readonly editor: Editor,
    written: History | null,
  ) {
    this.written = written;
  }

  start(): () => void {
    const again = (): void => {
      this.refused = null;
      this.look();
    };
    this.look();
    line.addEventListener('again', again);
    const stop = this.editor.subscribe(() => this.look());
    return () => {
      stop();
      line.removeEventListener('again', again);
    };
  }

  private look(): void {
    if (!this.keeping && this.isNew()) void this.keep();
    if (!this.pushing && this.isAhead()) void this.push();
  }

  private isNew(): boolean {
    const { history } = this.editor.get();
    const { written } = this;
    // What was opened and not touched is the server's, and need not be kept.
    if (!written) return history.entries.length > 0;
    const same = written.document === history.document && written.done === history.done;
    return !(same && written.entries === history.entries);
  }

  private standing(): Standing {
    const { server, history } = this.editor.get();
    return {
      revision: server?.revision ?? null,
      ahead: server?.document !== history.document,
    };
  }

  private async keep(): Promise<void> {
    this.keeping = true;
    const { editor } = this;
    try {
      while (this.isNew()) {
        const { history } = editor.get();
        await keep(editor.flow, this.standing(), history, this.written, Date.now());
        this.written = history;
      }
    } catch (error) {
      editor.update({ saved: { failed: wordsOf(error) } });
    } finally {
      this.keeping = false;
    }
  }

  private isAhead(): boolean {
    const { server, checked, history, conflict } = this.editor.get();
    if (conflict || !checked || checked.document !== history.document) return false;
    if (server?.document === history.document || this.refused === history.document) return false;
    return server !== null || history.entries.length > 0;
  }

  private async push(): Promise<void> {
    this.pushing = true;
    const { editor } = this;
    try {
      while (this.isAhead()) {
        const { server, checked } = editor.get();
        if (!checked) return;
        if (server?.text === checked.text) {
          editor.update({ server: { ...server, document: checked.document }, saved: 'saved' });
          break;
        }
        editor.update({ saved: 'saving' });
        try {
          const answer = server
            ? await saveDraft(editor.flow, server.revision, checked.text)
            : await beginDraft(checked.text);
          const next = { ...savedOf(answer, checked.document), text: checked.text };
          editor.update({ server: next, saved: 'saved' });
        } catch (error) {
          this.refused = checked.document;
          if (error instanceof ProblemError && error.details.status === 412) await this.meet();
          else editor.update({ saved: { failed: wordsOf(error) } });
        }
      }
    } finally {
      this.pushing = false;
    }
    // The head says whether the server has it.
    if (this.written) {
      await keep(editor.flow, this.standing(), this.written, this.written, Date.now()).catch(
        (error: unknown) => editor.update({ saved: { failed: wordsOf(error) } }),
      );
    }
  }

  /** Stores the samples beside the flow, with the document as it was last saved. */
  readonly pin = async (samples: readonly string[]): Promise<void> => {
    const { server } = this.editor.get();
    if (!server) throw new Error('the flow is not saved yet');
    const answer = await saveDraft(this.editor.flow, server.revision, server.text, samples);
    // What was typed meanwhile is saved from the new revision.
    const { document } = this.editor.get().server ?? server;
    this.editor.update({ server: savedOf(answer, document) });
  };

  /** Another person has saved meanwhile: a person decides, nothing is written over. */
  private async meet(): Promise<void> {
    const theirs = await draft(this.editor.flow);
    const conflict = theirs && savedOf(theirs, null);
    this.editor.update({
      conflict,
      saved: { failed: 'it was changed by somebody else meanwhile' },
    });
  }

  /** Goes on with one's own draft: the other is written over, knowingly. */
  readonly keepMine = (): void => {
    const { conflict } = this.editor.get();
    this.refused = null;
    this.editor.update({ server: conflict, conflict: null, saved: 'saving' });
  };

  /** Goes on with what the server has, as one step of undo. */
  readonly takeTheirs = async (): Promise<void> => {
    const { conflict } = this.editor.get();
    if (conflict) await this.take(conflict, "took over the other person's draft");
  };

  /** Throws the draft away: what is published is there again, as one step of undo. */
  readonly discard = async (): Promise<void> => {
    const { editor } = this;
    const { server } = editor.get();
    try {
      if (server?.isDraft) await discardDraft(editor.flow, server.revision);
      const left = await draft(editor.flow);
      if (left) await this.take(savedOf(left, null), 'discarded the draft');
    } catch (error) {
      editor.say(`The draft was not discarded: ${wordsOf(error)}`, 'refused');
    }
  };

  private async take(saved: Saved, label: string): Promise<void> {
    const { editor } = this;
    const { tree } = await edit({ document: saved.text, check: false });
    if (!tree) return;
    const document = reuse(editor.document, tree as JsonMap) as JsonMap;
    this.refused = null;
    editor.update({ server: { ...saved, document }, conflict: null, saved: 'saved' });
    editor.apply({ document, label, steps: [] }, true);
  }
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
