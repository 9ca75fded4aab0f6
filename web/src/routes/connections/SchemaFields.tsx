import { Message } from '@/components/Message';
import type { Field } from '@/lib/schemaForm';
import { PasswordInput, Select, Stack, Textarea, TextInput } from '@mantine/core';

interface Props {
  fields: readonly Field[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
  /** Nothing of it is ever shown again. */
  secret?: boolean;
  /** An empty field keeps what is stored. */
  kept?: boolean;
}

/** A form made from what a connector says it needs. */
export function SchemaFields({ fields, values, onChange, secret, kept }: Props) {
  const set = (name: string, text: string) => onChange({ ...values, [name]: text });
  return (
    <Stack gap="sm">
      {fields.map((field) => {
        const shared = {
          label: field.title,
          description: field.about ? <Message text={field.about} /> : undefined,
          withAsterisk: field.required && !kept,
          'data-setting': field.name,
        };
        const value = values[field.name] ?? '';
        if (secret) {
          // A whole file is dropped into the field, or chosen text is pasted.
          return (
            <PasswordInput
              key={field.name}
              {...shared}
              size="xs"
              autoComplete="off"
              placeholder={kept ? 'Stays as it is' : 'Paste it, or drop its file here'}
              value={value}
              onChange={(event) => set(field.name, event.currentTarget.value)}
              onDragOver={(event) => event.preventDefault()}
              onDrop={(event) => {
                const file = event.dataTransfer.files[0];
                if (!file) return;
                event.preventDefault();
                void file.text().then((text) => set(field.name, text));
              }}
            />
          );
        }
        if (field.kind === 'choice' || field.kind === 'bool') {
          return (
            <Select
              key={field.name}
              {...shared}
              data={field.kind === 'bool' ? ['true', 'false'] : field.choices}
              clearable={!field.required}
              value={value || null}
              onChange={(given) => set(field.name, given ?? '')}
            />
          );
        }
        if (field.kind === 'json') {
          return (
            <Textarea
              key={field.name}
              {...shared}
              autosize
              placeholder="JSON"
              value={value}
              onChange={(event) => set(field.name, event.currentTarget.value)}
            />
          );
        }
        return (
          <TextInput
            key={field.name}
            {...shared}
            inputMode={field.kind === 'number' ? 'numeric' : undefined}
            value={value}
            onChange={(event) => set(field.name, event.currentTarget.value)}
          />
        );
      })}
    </Stack>
  );
}
