import base from './en.json'

/** Every English text: the shell's own, and a file for each feature, whose name is its first key. */
export const en: Record<string, unknown> = Object.assign(
  {},
  base,
  ...Object.values(import.meta.glob('./en/*.json', { eager: true, import: 'default' })),
)
