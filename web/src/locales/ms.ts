import base from './ms.json'

/** Every Malay text, in the same files as the English ones. */
export const ms: Record<string, unknown> = Object.assign(
  {},
  base,
  ...Object.values(import.meta.glob('./ms/*.json', { eager: true, import: 'default' })),
)
