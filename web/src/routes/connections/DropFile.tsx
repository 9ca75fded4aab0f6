import { type CredentialFile, readCredentialFile } from '@/api/connections';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { Button, FileButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './DropFile.module.css';

interface Props {
  /** How the names of the files end that fit. */
  suffixes: readonly string[];
  taken: { read: CredentialFile; name: string } | null;
  /** Of the environment: `test` or `live`. */
  kind: string | undefined;
  onTaken: (read: CredentialFile, text: string, name: string) => void;
}

/** Takes the file that a vendor gives for access to its system, and shows what it is for. */
export function DropFile({ suffixes, taken, kind, onTaken }: Props) {
  const [over, setOver] = useState(false);
  const take = useMutation({
    mutationFn: async (file: File) => {
      const text = await file.text();
      onTaken(await readCredentialFile(file, text), text, file.name);
    },
  });
  const isWrongKind = taken?.read.kind && kind && taken.read.kind !== kind;
  return (
    <div
      className={classes.place}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) take.mutate(file);
      }}
    >
      {taken ? (
        <>
          <p>
            <strong>{taken.name}</strong> fills the credential. It is sent to the server and not
            shown again.
          </p>
          <Facts facts={taken.read.facts.map(({ title, text }) => [title, text] as const)} />
          {isWrongKind && (
            <p role="alert">
              It is for a {taken.read.kind} environment and this one is for {kind}: it will be
              refused.
            </p>
          )}
        </>
      ) : (
        <p>Drop a file whose name ends with {suffixes.join(', ')} here: it fills the form.</p>
      )}
      {take.error && <ErrorView error={take.error} inline />}
      <FileButton accept={suffixes.join(',')} onChange={(file) => file && take.mutate(file)}>
        {(props) => (
          <Button {...props} size="compact-xs" variant="default" loading={take.isPending}>
            {taken ? 'Choose another file' : 'Choose the file'}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
