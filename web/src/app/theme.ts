import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** One calm teal-blue; shade 7 carries white text at AA, shade 4 is readable on the dark ground. */
const brand: MantineColorsTuple = [
  '#e8f6f8',
  '#d3eaee',
  '#a6d5dd',
  '#75becb',
  '#4faabb',
  '#2f96a9',
  '#168498',
  '#0b7285',
  '#095f70',
  '#064a58',
]

/** Neutral darks with a trace of the brand, so that the dark ground is near-black and not blue. */
const dark: MantineColorsTuple = [
  '#d5dbde',
  '#b3bdc2',
  '#93a0a6',
  '#5d6a70',
  '#3c474c',
  '#2e373b',
  '#232a2e',
  '#1a2023',
  '#14191b',
  '#0f1315',
]

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 7 },
  colors: { brand, dark },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, "Noto Sans CJK SC", "Noto Sans Tamil", sans-serif',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: '6px',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '15px', lineHeight: '22px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Modal: { defaultProps: { transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { transitionProps: { duration: 120 }, shadow: 'md' } },
    Popover: { defaultProps: { transitionProps: { duration: 120 }, shadow: 'md' } },
    Tooltip: { defaultProps: { transitionProps: { duration: 120 }, openDelay: 300 } },
  },
})

/** Grounds, lines and the colours of states, for both schemes; every text colour here passes AA on both grounds. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--rail': '76px', '--bar': '52px' },
  light: {
    '--mantine-color-body': '#fbfcfc',
    '--mantine-color-text': '#182125',
    '--mantine-color-dimmed': '#56646b',
    '--mantine-color-placeholder': '#66747b',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-anchor': '#09667a',
    '--ground-raised': '#ffffff',
    '--ground-sunk': '#f1f4f5',
    '--ground-rail': '#f4f7f8',
    '--ground-hover': '#eaf0f1',
    '--ground-picked': '#dcedf0',
    '--line': '#dfe5e7',
    '--brand-text': '#09667a',
    '--state-inserted': '#2b8a3e',
    '--state-updated': '#1c7ed6',
    '--state-unchanged': '#98a5ab',
    '--state-skipped': '#e0a100',
    '--state-rejected': '#d6336c',
    '--good': '#237032',
    '--warn': '#8a5300',
    '--bad': '#c2255c',
    '--warn-ground': '#fff6df',
    '--bad-ground': '#fdecf1',
    '--good-ground': '#e9f6ec',
  },
  dark: {
    '--mantine-color-body': '#121618',
    '--mantine-color-text': '#dde3e6',
    '--mantine-color-dimmed': '#9fadb4',
    '--mantine-color-placeholder': '#8b999f',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': '#6cc4d3',
    '--ground-raised': '#191f22',
    '--ground-sunk': '#0e1113',
    '--ground-rail': '#0f1315',
    '--ground-hover': '#232a2e',
    '--ground-picked': '#12343b',
    '--line': '#2b3438',
    '--brand-text': '#6cc4d3',
    '--state-inserted': '#40a85a',
    '--state-updated': '#4c9be8',
    '--state-unchanged': '#66757c',
    '--state-skipped': '#d4a017',
    '--state-rejected': '#e64980',
    '--good': '#69cf83',
    '--warn': '#f0b94a',
    '--bad': '#ff8fab',
    '--warn-ground': '#2c2410',
    '--bad-ground': '#331a23',
    '--good-ground': '#15281a',
  },
})
