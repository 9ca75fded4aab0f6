import { PasswordInput } from '@mantine/core';

interface Props {
  label?: string;
  size?: 'xs' | 'sm';
  value: string;
  onChange: (password: string) => void;
}

/** A password that is chosen, with the one rule that it has. */
export function NewPassword({ label = 'Password', size = 'xs', value, onChange }: Props) {
  return (
    <PasswordInput
      label={label}
      description="12 characters or more."
      required
      size={size}
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
