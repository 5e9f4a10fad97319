/** The version in package.json, put in at build time. */
declare const __APP_VERSION__: string

declare module '@tabler/icons-react/dist/esm/icons/*.mjs' {
  import type { FunctionComponent } from 'react'

  const icon: FunctionComponent<{
    size?: number | string
    stroke?: number
    className?: string
    'aria-hidden'?: boolean
  }>
  // biome-ignore lint/style/noDefaultExport: the icon files have it
  export default icon
}
