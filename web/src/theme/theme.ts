import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** The one accent: petrol. */
const petrol: MantineColorsTuple = [
  '#eaf5f7',
  '#d3e7eb',
  '#a6ced6',
  '#76b4c0',
  '#4f9dac',
  '#34899a',
  '#1c7485',
  '#0f5f6e',
  '#0a4c59',
  '#053a44',
];

/** Greys with a breath of the accent, so that both belong together. */
const slate: MantineColorsTuple = [
  '#f6f8f8',
  '#edf0f1',
  '#dfe4e6',
  '#c8d0d3',
  '#a3aeb3',
  '#7b888e',
  '#5c6a70',
  '#465257',
  '#2f393d',
  '#1d2427',
];

/** Dark surfaces, lightest (text) to darkest (page). */
const dark: MantineColorsTuple = [
  '#d5dcde',
  '#b3bdc0',
  '#93a0a4',
  '#66747a',
  '#3b464b',
  '#2c363a',
  '#222a2e',
  '#1a2124',
  '#141a1d',
  '#0f1416',
];

const amber: MantineColorsTuple = [
  '#fdf6e7',
  '#f8e9c8',
  '#efd08b',
  '#e5b64c',
  '#d79f22',
  '#b98411',
  '#96690a',
  '#7a5406',
  '#5e4004',
  '#432d02',
];

const red: MantineColorsTuple = [
  '#fcefee',
  '#f7dcd9',
  '#eeb6b0',
  '#e48d84',
  '#d9685c',
  '#cb4a3d',
  '#b5372b',
  '#942a20',
  '#742018',
  '#541610',
];

const green: MantineColorsTuple = [
  '#ecf6ee',
  '#d5eadb',
  '#a9d3b5',
  '#7bbb8e',
  '#55a66e',
  '#3a9056',
  '#287744',
  '#1d6037',
  '#154a2a',
  '#0d341d',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, gray: slate, dark, yellow: amber, red, green },
  fontFamily: "'Inter Variable', system-ui, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.35' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '0.875rem', lg: '1.25rem', xl: '2rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    InputWrapper: {
      styles: { label: { marginBottom: 3 }, description: { fontSize: '0.75rem', marginBottom: 2 } },
    },
    InlineInput: { styles: { description: { fontSize: '0.75rem' } } },
    Button: { defaultProps: { size: 'xs' }, styles: { label: { fontWeight: 550 } } },
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', checkIconPosition: 'right' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: {
      defaultProps: { openDelay: 250, withArrow: false, transitionProps: { duration: 80 } },
    },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 100 },
        overlayProps: { backgroundOpacity: 0.35 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
      styles: { title: { fontWeight: 600 } },
    },
    Anchor: { defaultProps: { underline: 'hover' } },
  },
});

/** Mantine's own surfaces and texts take our meanings, in both themes. */
export const variables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-2)',
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-default-hover': 'var(--sunken)',
    '--mantine-color-placeholder': 'var(--ink-2)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-anchor': 'var(--accent)',
  };
  return { variables: {}, light: ours, dark: ours };
};
