import { createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eef4ff',
  '#dbe6fe',
  '#bed2fd',
  '#93b4fb',
  '#6390f6',
  '#3f6ef0',
  '#2a52e0',
  '#2142c2',
  '#20389d',
  '#1f337c',
];

// Mantine's green, with a last shade that white text is readable on.
const green: MantineColorsTuple = [
  '#ebfbee',
  '#d3f9d8',
  '#b2f2bb',
  '#8ce99a',
  '#69db7c',
  '#51cf66',
  '#40c057',
  '#37b24d',
  '#2f9e44',
  '#1a7034',
];

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: 7,
  colors: { brand, green },
  black: '#16203a',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    // Locking the scroll of the page inserts a <style> element, which the server's policy refuses; app.css does it.
    Modal: { defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
    Drawer: {
      defaultProps: { lockScroll: false, position: 'right', overlayProps: { backgroundOpacity: 0.35 } },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Badge: { defaultProps: { radius: 'sm' } },
    Table: { defaultProps: { verticalSpacing: 'xs', highlightOnHover: true } },
    Select: { defaultProps: { checkIconPosition: 'right', allowDeselect: false } },
  },
});
